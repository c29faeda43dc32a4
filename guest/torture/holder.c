// SPDX-License-Identifier: GPL-2.0
#include "guest/torture/holder.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>
#include "guest/device.h"

static uint64_t word(uint64_t canary, size_t i)
{
	return canary + i * 0x9e3779b97f4a7c15ull;
}

void canary_write(char *addr, uint64_t canary)
{
	volatile uint64_t *p = (uint64_t *)addr;

	for (size_t i = SCRATCH_BYTES / 8; i < PAGE_BYTES / 8; i++)
		p[i] = word(canary, i);
}

bool canary_holds(const char *addr, uint64_t canary)
{
	const volatile uint64_t *p = (const uint64_t *)addr;

	for (size_t i = SCRATCH_BYTES / 8; i < PAGE_BYTES / 8; i++)
		if (p[i] != word(canary, i))
			return false;
	return true;
}

static bool takes_exclusively(enum pinlab_op op)
{
	return op == PINLAB_EXC_FAST || op == PINLAB_EXC_SLOW;
}

static int step(int fd, struct pinlab_step *s)
{
	int err = dev_step(fd, s);

	return err ? err : s->err ? s->err : (int)s->done;
}

int pin_pages(int fd, enum pinlab_op op, const void *addr, unsigned long pages, pid_t pid)
{
	struct pinlab_step s = { .op = op, .calls = 1, .batch = pages,
				 .addr = (uintptr_t)addr, .pid = pid };

	return step(fd, &s);
}

int unpin_pages(int fd, enum pinlab_op op, unsigned long pages)
{
	struct pinlab_step s = { .op = takes_exclusively(op) ? PINLAB_UNPIN_EXC : PINLAB_UNPIN,
				 .calls = 1, .batch = pages };

	return step(fd, &s);
}

int held_pfn(int fd, unsigned int i, uint64_t *pfn)
{
	struct pinlab_page_info info;
	int err = dev_held(fd, 0, i, &info);

	if (!err)
		*pfn = info.pfn;
	return err;
}

static int held_info(struct holder *h, unsigned long i, struct pinlab_page_info *info)
{
	int err = dev_held(h->fd, 0, i, info);

	return err ? row_fail(h->r, "the holder's page %lu: %s", i, strerror(-err)) : 0;
}

static int open_file(struct holder *h)
{
	if (h->fd > 0)
		return 0;
	h->fd = dev_open();
	if (h->fd < 0) {
		row_fail(h->r, "/dev/pinlab: %s", strerror(-h->fd));
		return -2;
	}
	h->exclusive = dev_has_exclusive();
	return 0;
}

static enum pinlab_op op_of(const struct holder *h)
{
	return h->exclusive ? PINLAB_EXC_FAST : PINLAB_PIN_LT_FAST;
}

int holder_take(struct holder *h, struct row *r, char *addr, unsigned long pages,
		uint64_t canary)
{
	struct pinlab_page_info info;
	int n;

	h->r = r;
	h->addr = addr;
	h->canary = canary;
	h->pages = 0;
	if (open_file(h))
		return -2;
	n = pin_pages(h->fd, op_of(h), addr, pages, 0);
	if (n != (int)pages) {
		row_fail(r, "the holder's pin of %lu pages: %d, %s", pages, n,
			 n < 0 ? strerror(-n) : "refused");
		return -2;
	}
	h->pages = pages;
	for (unsigned long i = 0; i < pages; i++) {
		if (held_info(h, i, &info))
			return -2;
		h->pfn[i] = info.pfn;
		h->order = i ? h->order : info.order;
		canary_write(addr + i * PAGE_BYTES, canary);
	}
	return 0;
}

static const char *how(const struct holder *h)
{
	return h->exclusive ? "exclusively" : "long-term";
}

static int check_counts(struct holder *h, unsigned long i, const char *when)
{
	struct pinlab_page_info info;

	if (held_info(h, i, &info))
		return -2;
	if (!info.maybe_pinned || !!info.exclusive != h->exclusive)
		return torture_finding(h->r, PROMISE_FLAG,
				       "pfn %#llx is held %s, and the kernel says: %spinned, %sexclusive; %s",
				       (unsigned long long)info.pfn, how(h),
				       info.maybe_pinned ? "" : "not ",
				       info.exclusive ? "" : "not ", when);
	if (!i && info.order != h->order)
		return torture_finding(h->r, PROMISE_CONTENT,
				       "the folio at pfn %#llx is held %s, was of order %u and is of order %u; %s",
				       (unsigned long long)info.pfn, how(h), h->order, info.order,
				       when);
	return 0;
}

static int check_place(struct holder *h, unsigned long i, const char *when)
{
	char *addr = h->addr + i * PAGE_BYTES;
	struct pinlab_page_info info;
	int err = dev_page(h->r->drv, addr, &info);

	if (err)
		return torture_finding(h->r, PROMISE_CONTENT,
				       "pfn %#llx is held %s, and its address no longer leads to it: %s; %s",
				       (unsigned long long)h->pfn[i], how(h), strerror(-err),
				       when);
	if (info.pfn != h->pfn[i])
		return torture_finding(h->r, PROMISE_CONTENT,
				       "pfn %#llx is held %s, and at its address there is pfn %#llx now; %s",
				       (unsigned long long)h->pfn[i], how(h),
				       (unsigned long long)info.pfn, when);
	if (!canary_holds(addr, h->canary))
		return torture_finding(h->r, PROMISE_CONTENT,
				       "pfn %#llx is held %s and has lost what was written to it; %s",
				       (unsigned long long)h->pfn[i], how(h), when);
	return 0;
}

/* What a device would see that was told this frame. STRICT_DEVMEM: nothing to be seen. */
bool frame_holds(uint64_t pfn, uint64_t canary)
{
	static int mem = -1;
	static char page[PAGE_BYTES] __attribute__((aligned(8)));

	if (mem < 0)
		mem = open("/dev/mem", O_RDONLY | O_CLOEXEC);
	return pread(mem, page, PAGE_BYTES, pfn * PAGE_BYTES) != (ssize_t)PAGE_BYTES ||
	       canary_holds(page, canary);
}

static int check_frame(struct holder *h, unsigned long i, const char *when)
{
	if (frame_holds(h->pfn[i], h->canary))
		return 0;
	return torture_finding(h->r, PROMISE_CONTENT,
			       "pfn %#llx is held %s, and somebody else has written to it; %s",
			       (unsigned long long)h->pfn[i], how(h), when);
}

int holder_check(struct holder *h, bool mapped, const char *when)
{
	int ret = 0;

	for (unsigned long i = 0; i < h->pages && !ret; i++) {
		ret = check_counts(h, i, when);
		if (!ret && mapped)
			ret = check_place(h, i, when);
		if (!ret)
			ret = check_frame(h, i, when);
	}
	return ret;
}

void holder_give(struct holder *h)
{
	if (h->pages)
		unpin_pages(h->fd, op_of(h), h->pages);
	h->pages = 0;
}

void holder_close(struct holder *h)
{
	if (h->fd > 0)
		close(h->fd);
	h->fd = 0;
}

int ask_for_pin(struct row *r, enum pinlab_op op, const void *addr)
{
	int n = pin_pages(r->drv, op, addr, 1, 0);

	if (n <= 0)
		return n ? n : -EBUSY;
	n = unpin_pages(r->drv, op, 1);
	return n == 1 ? 0 : n;
}

int given_at_rest(struct row *r, const void *addr)
{
	static const enum pinlab_op ops[] = { PINLAB_PIN_FAST, PINLAB_EXC_FAST };
	unsigned int n = dev_has_exclusive() ? 2 : 1;

	for (unsigned int i = 0; i < n; i++)
		if (ask_for_pin(r, ops[i], addr) == -EBUSY)
			return torture_finding(r, PROMISE_REFUSED,
					       "all have let go of a page, and %s pin of it is refused (-EBUSY)",
					       ops[i] == PINLAB_EXC_FAST ? "an exclusive" :
									   "an ordinary");
	return 0;
}
