// SPDX-License-Identifier: GPL-2.0
#include "guest/torture/beside.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "guest/child.h"
#include "guest/device.h"

#define PART_BYTES	(4 * HUGE_BYTES)
#define CALL_PAGES	(HUGE_BYTES / PAGE_BYTES)	/* of one call: a huge page's worth */

static const enum mem_kind kinds[] = {
	MEM_ANON, MEM_ANON_THP, MEM_SHMEM, MEM_SHMEM_THP, MEM_HUGETLB,
};

#define PARTS		(sizeof(kinds) / sizeof(*kinds))
#define PART_PAGES	(PART_BYTES / PAGE_BYTES)

/* Of one kind, pinned through a file of its own. */
struct part {
	struct mem mem;
	int fd;
	uint64_t pfn[PART_PAGES];
};

/* Shared by both processes; parts are the holder's alone. */
struct beside {
	struct child child;
	bool exclusive, ending;
	unsigned int parts;
	char promise[16], text[200];	/* what is wrong; "": nothing */
	struct part part[PARTS];
};

static bool wrong(struct beside *b, const char *promise, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* False, for the caller to return. */
static bool wrong(struct beside *b, const char *promise, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	snprintf(b->promise, sizeof(b->promise), "%s", promise);
	vsnprintf(b->text, sizeof(b->text), fmt, ap);
	va_end(ap);
	return false;
}

const char *beside_how(const struct beside *b)
{
	return b->exclusive ? "exclusively" : "long-term";
}

unsigned long beside_mib(const struct beside *b)
{
	return b->parts * PART_BYTES >> 20;
}

static uint64_t word_of(const struct part *p, size_t i)
{
	return (p->mem.kind + 1) * 0x9e3779b97f4a7c15ull + i;
}

static void fill(struct part *p)
{
	uint64_t *w = (uint64_t *)p->mem.addr;

	for (size_t i = 0; i < PART_BYTES / sizeof(*w); i++)
		w[i] = word_of(p, i);
}

static int step(const struct part *p, const struct beside *b, bool take)
{
	struct pinlab_step s = {
		.op = take ? b->exclusive ? PINLAB_EXC_FAST : PINLAB_PIN_LT_FAST :
		      b->exclusive ? PINLAB_UNPIN_EXC : PINLAB_UNPIN,
		.calls = PART_PAGES / CALL_PAGES, .batch = CALL_PAGES,
		.addr = take ? (uintptr_t)p->mem.addr : 0, .stride = HUGE_BYTES,
	};
	int err = dev_step(p->fd, &s);

	if (err)
		return err;
	if (s.err || s.failed)
		return s.err ? s.err : -EBUSY;
	return s.done == PART_PAGES ? 0 : -EIO;
}

static int look(const struct part *p, const char *addr, unsigned int index,
		struct pinlab_page_info *info)
{
	return addr ? dev_page(p->fd, addr, info) : dev_held(p->fd, 0, index, info);
}

/* A kind that cannot be had now is left out. */
static int add_part(struct beside *b, enum mem_kind kind)
{
	struct part *p = &b->part[b->parts];
	struct pinlab_page_info info;
	const char *why;
	int err;

	if (mem_alloc(&p->mem, kind, PART_BYTES, &why))
		return 0;
	p->fd = dev_open();
	if (p->fd < 0)
		return p->fd;
	fill(p);
	err = step(p, b, true);
	for (unsigned long i = 0; i < PART_PAGES && !err; i++) {
		err = look(p, NULL, i, &info);
		p->pfn[i] = info.pfn;
	}
	b->parts++;
	return err;
}

static bool check_page(struct beside *b, const struct part *p, unsigned long i)
{
	const char *name = mem_kind_name(p->mem.kind);
	struct pinlab_page_info info;
	int err = look(p, p->mem.addr + i * PAGE_BYTES, 0, &info);

	if (err)
		return wrong(b, PROMISE_CONTENT,
			     "%s: page %lu is held %s, and cannot be reached: %s",
			     name, i, beside_how(b), strerror(-err));
	if (info.pfn != p->pfn[i])
		return wrong(b, PROMISE_CONTENT,
			     "%s: page %lu is held %s at pfn %#llx, and there is pfn %#llx now",
			     name, i, beside_how(b), (unsigned long long)p->pfn[i],
			     (unsigned long long)info.pfn);
	if (!info.maybe_pinned || !!info.exclusive != b->exclusive)
		return wrong(b, PROMISE_FLAG,
			     "%s: page %lu is held %s, and the kernel says: %spinned, %sexclusive",
			     name, i, beside_how(b), info.maybe_pinned ? "" : "not ",
			     info.exclusive ? "" : "not ");
	return true;
}

static bool check_content(struct beside *b, const struct part *p)
{
	const uint64_t *w = (const uint64_t *)p->mem.addr;

	for (size_t i = 0; i < PART_BYTES / sizeof(*w); i++)
		if (w[i] != word_of(p, i))
			return wrong(b, PROMISE_CONTENT,
				     "%s: what was written to page %zu, held %s, is gone",
				     mem_kind_name(p->mem.kind), i * sizeof(*w) / PAGE_BYTES,
				     beside_how(b));
	return true;
}

static bool check_all(struct beside *b)
{
	for (unsigned int k = 0; k < b->parts; k++) {
		for (unsigned long i = 0; i < PART_PAGES; i++)
			if (!check_page(b, &b->part[k], i))
				return false;
		if (!check_content(b, &b->part[k]))
			return false;
	}
	return true;
}

static bool give_back(struct beside *b)
{
	bool good = true;

	for (unsigned int k = 0; k < b->parts; k++) {
		int err = step(&b->part[k], b, false);

		if (err)
			good = wrong(b, PROMISE_RESULT, "%s: giving back %zu pages held %s: %s",
				     mem_kind_name(b->part[k].mem.kind), PART_PAGES,
				     beside_how(b), strerror(-err));
		else if (good)
			good = check_content(b, &b->part[k]);
		close(b->part[k].fd);
		mem_free(&b->part[k].mem);
	}
	return good;
}

static void hold(struct beside *b)
{
	int err = 0;

	for (size_t i = 0; i < PARTS && !err; i++)
		err = add_part(b, kinds[i]);
	if (err)
		wrong(b, PROMISE_RESULT, "pinning memory of a process's own: %s", strerror(-err));
	else if (!b->parts)
		wrong(b, "", "memory of any kind");
	child_answer(&b->child, !*b->text);
	while (child_told(&b->child)) {
		bool good = check_all(b);

		if (b->ending)
			good = good && give_back(b);
		child_answer(&b->child, good);
	}
	_exit(0);
}

static void end(struct beside *b)
{
	close(b->child.to[1]);
	close(b->child.from[0]);
	waitpid(b->child.pid, NULL, 0);
	munmap(b, sizeof(*b));
}

struct beside *beside_start(struct row *r)
{
	struct beside *b = mmap(NULL, sizeof(*b), PROT_READ | PROT_WRITE,
				MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (b == MAP_FAILED || child_pipes(&b->child)) {
		row_fail(r, "another process: %s", strerror(errno));
		return NULL;
	}
	b->exclusive = dev_has_exclusive();
	b->child.pid = child_fork();
	if (!b->child.pid)
		hold(b);
	close(b->child.to[0]);
	close(b->child.from[1]);
	if (child_answered(&b->child))
		return b;
	row_fail(r, "%s", *b->text ? b->text : "who was to hold memory is gone");
	end(b);
	return NULL;
}

static const char *ask(struct beside *b, const char **promise)
{
	child_tell(&b->child);
	if (child_answered(&b->child))
		return NULL;
	*promise = *b->promise ? b->promise : PROMISE_STUCK;
	return *b->text ? b->text : "the process that holds memory is gone";
}

const char *beside_check(struct beside *b, const char **promise)
{
	return ask(b, promise);
}

const char *beside_end(struct beside *b, const char **promise)
{
	static char text[200], word[16];
	const char *said;

	b->ending = true;
	said = ask(b, promise);
	if (said) {
		snprintf(text, sizeof(text), "%s", said);
		snprintf(word, sizeof(word), "%s", *promise);
		*promise = word;
	}
	end(b);
	return said ? text : NULL;
}
