// SPDX-License-Identifier: GPL-2.0
/*
 * Direct I/O of a FAT file: fs/direct-io.c adds a pin to a page that it has
 * pinned, for every request that a part of it is put into, and may be refused.
 *
 * Oracle: the counts of the buffer's folios are the same behind each call; what
 * is read is what was written; pages of the kernel's own, in a pipe, are freed.
 * Varies: kind of memory, where in a page and how much, and how many pins there
 * are before, up to all that a folio can have.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "guest/device.h"
#include "guest/io/fat.h"
#include "guest/torture/leaks.h"
#include "guest/torture/limits.h"

#define SECTOR		512ul
#define PAGES		16ul
#define BYTES		(PAGES * PAGE_BYTES)
#define CALLS		200u	/* with one buffer */
/* References that come and go with LRU batches. */
#define SLACK		4
/* Pins of a small folio from which on the series refuses: half of its counter. */
#define MOST_PINS	0x80000l
#define SPLICES		200u
#define ROUNDS		15u

struct fat {
	struct row *r;
	struct rng rng;
	struct mem mem;
	int fd;
	unsigned char *on_disk;
	struct pinlab_page_info start[PAGES];
	unsigned long calls, refused, buffers;
};

static int look(struct fat *f, unsigned long page, struct pinlab_page_info *i)
{
	int err = dev_page(f->r->drv, f->mem.addr + page * PAGE_BYTES, i);

	return err ? row_fail(f->r, "page info: %s", strerror(-err)) : 0;
}

static bool is_back(const struct pinlab_page_info *now, const struct pinlab_page_info *start)
{
	int diff = now->refcount - start->refcount;

	return now->pincount == start->pincount && diff <= SLACK && diff >= -SLACK;
}

static int check_counts(struct fat *f, const char *what, size_t at, size_t bytes)
{
	struct pinlab_page_info now;

	for (unsigned long i = 0; i < PAGES; i++) {
		if (look(f, i, &now))
			return -1;
		if (is_back(&now, &f->start[i]))
			continue;
		torture_drain();
		if (look(f, i, &now))
			return -1;
		if (!is_back(&now, &f->start[i]))
			return torture_finding(f->r, PROMISE_COUNT,
					       "after a direct %s of %zu bytes at %zu of %s memory, page %lu has refcount %d and pin count %d; it had %d and %d",
					       what, bytes, at, mem_kind_name(f->mem.kind), i,
					       now.refcount, now.pincount, f->start[i].refcount,
					       f->start[i].pincount);
	}
	return 0;
}

static int transfer(struct fat *f)
{
	size_t at = rng_below(&f->rng, BYTES / SECTOR) * SECTOR;
	size_t bytes = (1 + rng_below(&f->rng, (BYTES - at) / SECTOR)) * SECTOR;
	bool write = rng_below(&f->rng, 2);
	char *buf = f->mem.addr + at;
	ssize_t n;

	memset(buf, rng_next(&f->rng), bytes);
	n = write ? pwrite(f->fd, buf, bytes, at) : pread(f->fd, buf, bytes, at);
	f->calls++;
	if (n != (ssize_t)bytes)
		return row_fail(f->r, "a direct %s of %zu bytes: %zd, %s", write ? "write" : "read",
				bytes, n, strerror(errno));
	if (write)
		memcpy(f->on_disk + at, buf, bytes);
	if (memcmp(buf, f->on_disk + at, bytes))
		return torture_finding(f->r, PROMISE_CONTENT,
				       "a direct %s of %zu bytes at %zu gave other data",
				       write ? "write" : "read", bytes, at);
	return check_counts(f, write ? "write" : "read", at, bytes);
}

static int use_buffer(struct fat *f)
{
	static const enum mem_kind kinds[] = { MEM_ANON, MEM_ANON_THP, MEM_SHMEM };
	enum mem_kind kind = kinds[rng_below(&f->rng, 3)];
	const char *why = "";
	int ret = 0;

	if (mem_alloc(&f->mem, kind, BYTES, &why) &&
	    mem_alloc(&f->mem, MEM_ANON, BYTES, &why))
		return row_skip(f->r, "needs %s", why);
	torture_drain();
	for (unsigned long i = 0; i < PAGES && !ret; i++)
		ret = look(f, i, &f->start[i]);
	for (unsigned int i = 0; i < CALLS && !ret; i++)
		ret = transfer(f);
	mem_free(&f->mem);
	f->buffers++;
	return ret;
}

/* So many pins are there that the kernel can add some more, one, or none. */
static int near_the_limit(struct fat *f)
{
	long room = rng_below(&f->rng, 5);
	struct mass m = { .r = f->r };
	const char *why = "";
	ssize_t n;
	int ret;

	if (mem_alloc(&f->mem, MEM_ANON, PAGE_BYTES, &why))
		return row_skip(f->r, "needs %s", why);
	ret = mass_begin(f->r, &m, f->mem.addr, -1);
	if (!ret)
		ret = mass_set(&m, (MOST_PINS - room) * 1024, false);
	if (!ret) {
		int before = m.info.refcount;

		n = pwrite(f->fd, f->mem.addr, PAGE_BYTES, 0);
		if (n != (ssize_t)PAGE_BYTES)
			f->refused++;
		else
			memcpy(f->on_disk, f->mem.addr, PAGE_BYTES);
		ret = mass_check(&m);
		if (!ret && m.info.refcount != before)
			ret = torture_finding(f->r, PROMISE_COUNT,
					      "room for %ld pins: after a direct write that returned %zd the page has refcount %#x; it had %#x",
					      room, n, m.info.refcount, before);
	}
	if (mass_end(&m) && !ret)
		ret = -1;
	mem_free(&f->mem);
	return ret;
}

/* Into a pipe: pages of the kernel's, which nobody has pinned. */
static int splice_some(struct fat *f)
{
	char byte[PAGE_BYTES];
	int ends[2], ret = 0;

	if (pipe2(ends, O_CLOEXEC))
		return row_fail(f->r, "pipe");
	for (unsigned int i = 0; i < SPLICES && !ret; i++) {
		off_t at = 0;
		ssize_t n = splice(f->fd, &at, ends[1], NULL, BYTES, 0);

		if (n <= 0)
			ret = row_fail(f->r, "splice() of a file for direct I/O: %zd, %s", n,
				       strerror(errno));
		for (ssize_t got; n > 0 && (got = read(ends[0], byte, sizeof(byte))) > 0;)
			n -= got;
	}
	close(ends[0]);
	close(ends[1]);
	return ret;
}

static int rounds(struct fat *f)
{
	int ret = splice_some(f);

	for (unsigned int i = 0; i < ROUNDS && !ret; i++) {
		ret = use_buffer(f);
		if (!ret)
			ret = near_the_limit(f);
	}
	torture_figure(f->r, "calls", "calls", f->calls);
	torture_figure(f->r, "buffers", "buffers", f->buffers);
	torture_figure(f->r, "refused-io", "calls", f->refused);
	return ret;
}

static int run(struct row *r)
{
	static unsigned char FAR_BSS on_disk[BYTES];
	struct fat f = { .r = r, .rng.state = torture_seed(r), .on_disk = on_disk };
	int ret = fat_mount(r);

	if (ret)
		return ret;
	f.fd = fat_file("file", BYTES);
	ret = f.fd < 0 ? row_fail(r, "a file of FAT: %s", strerror(-f.fd)) : rounds(&f);
	if (f.fd >= 0)
		close(f.fd);
	fat_umount();
	/* folio_add_pin() does not count what the release of it counts, see dio_pin_page(). */
	if (!ret)
		leaks_forgive_pins(r);
	return ret;
}

PINLAB_SCENARIO = {
	.summary	= "direct I/O that pins pages again: counts, contents, refusals",
	.fixed		= true,
	.brief		= true,
	.run		= run,
};
