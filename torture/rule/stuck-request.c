// SPDX-License-Identifier: GPL-2.0
/*
 * B asks exclusively for pages of which the last is missing, and userfaultfd
 * keeps it waiting for as long as user space likes. Whom does that lock out?
 *
 * Oracle: the contract. A request that has not been granted has nobody refused:
 * ordinary pins of what it was given so far are given beside it. On a folio that
 * A owns it leaves no pin, and A's exclusivity ends with A's release: then
 * ordinary pins are given at once. When all have let go, counts are those from
 * before.
 * Varies: the folio in front of the missing page: small, a huge page mapped as
 * one, or page by page; whether A owns it; whether A releases it or shares it.
 */
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "guest/device.h"
#include "guest/machine/uffd.h"
#include "guest/record.h"
#include "guest/torture/holder.h"

#define WAIT_MS		10000	/* until a request waits or is refused */

struct stuck {
	struct row *r;
	int uffd, a, b;		/* the files of A and B */
	char *area;		/* 4 huge pages, mapped anew for each part */
	char *huge;		/* the page before is small, the one behind is missing */
	char *folio;		/* in front of the missing page */
	/* B's request. */
	char *addr;
	unsigned long pages;
	pthread_t thread;
	atomic_bool answered;
	int got;
	unsigned long waited;	/* requests that did */
};

static const struct part {
	const char *name;
	bool huge;	/* else the request is of one small page, and the missing one */
	bool by_page;	/* the huge page is mapped page by page */
	bool owned;	/* by A */
	bool shares;	/* A gives exclusivity up, and keeps the pin */
} parts[] = {
	{ "a free huge page", .huge = true },
	{ "a free huge page, mapped page by page", .huge = true, .by_page = true },
	{ "A's huge page", .huge = true, .owned = true },
	{ "A's huge page, mapped page by page", .huge = true, .by_page = true, .owned = true },
	{ "A's huge page, which A shares", .huge = true, .owned = true, .shares = true },
	{ "a small page" },
};

static void *ask(void *arg)
{
	struct stuck *s = arg;

	s->got = pin_pages(s->b, PINLAB_EXC_FAST, s->addr, s->pages, 0);
	atomic_store(&s->answered, true);
	return NULL;
}

/* Until B's request has come to the missing page; false: it was answered before. */
static bool wait_for_fault(struct stuck *s)
{
	struct pollfd p = { .fd = s->uffd, .events = POLLIN };
	struct uffd_msg m;

	for (int ms = 0; ms < WAIT_MS && !atomic_load(&s->answered); ms += 10)
		if (poll(&p, 1, 10) > 0 && read(s->uffd, &m, sizeof(m)) == sizeof(m))
			return true;
	return false;
}

static void fill(struct stuck *s)
{
	static char source[PAGE_BYTES] __attribute__((aligned(PAGE_BYTES)));

	/* A request that did not wait has left it missing, too. */
	uffd_copy(s->uffd, s->huge + HUGE_BYTES, source, PAGE_BYTES);
}

/* An ordinary pin, by each route, while B waits. */
static int is_given(struct stuck *s, const struct part *p, const char *page, const char *whose)
{
	static const enum pinlab_op ops[] = { PINLAB_PIN_FAST, PINLAB_PIN_LT_FAST };

	for (unsigned int i = 0; i < 2; i++)
		if (ask_for_pin(s->r, ops[i], page) == -EBUSY)
			return torture_finding(s->r, PROMISE_REFUSED,
					       "an ordinary pin of %s is refused (-EBUSY) while an exclusive request for it, %s and a missing page waits for userfaultfd, with nobody exclusive",
					       whose, p->name);
	return 0;
}

static int look(struct stuck *s, struct pinlab_page_info *i)
{
	int err = dev_page(s->r->drv, s->folio, i);

	return err ? row_fail(s->r, "page info: %s", strerror(-err)) : 0;
}

static int step(struct stuck *s, enum pinlab_op op)
{
	struct pinlab_step st = { .op = op, .calls = 1, .batch = 1 };
	int err = dev_step(s->a, &st);

	return err ? row_fail(s->r, "A's page: %s", strerror(-err)) : 0;
}

/* B waits, with what it holds by now, while A's folio becomes ordinary or free. */
static int owner_goes(struct stuck *s, const struct part *p)
{
	struct pinlab_page_info i;
	int ret = look(s, &i);

	if (!ret && i.pincount != 1 && i.pincount != (1 | 1 << 30))
		ret = torture_finding(s->r, PROMISE_TRACE,
				      "a request waits for userfaultfd, and has left %#x pins beside A's one on %s",
				      (i.pincount & ~(1 << 30)) - 1, p->name);
	if (step(s, p->shares ? PINLAB_DROP : PINLAB_UNPIN_EXC) || look(s, &i))
		return -1;
	if (i.exclusive)
		ret = torture_finding(s->r, PROMISE_FLAG,
				      "A has %s %s, and the kernel says that it is still exclusive, while another request for it waits for userfaultfd",
				      p->shares ? "given up exclusivity of" : "released", p->name);
	return ret;
}

static int while_it_waits(struct stuck *s, const struct part *p)
{
	int ret = p->owned ? owner_goes(s, p) : 0, e;

	/* Of a huge page, one that A has not pinned. */
	e = is_given(s, p, p->huge ? s->folio + 3 * PAGE_BYTES : s->folio, p->name);
	ret = ret ? ret : e;
	e = p->huge ? is_given(s, p, s->addr, "the small page in front") : 0;
	return ret ? ret : e;
}

static int at_rest(struct stuck *s, const struct part *p, const struct pinlab_page_info *before)
{
	struct pinlab_page_info now;

	if (given_at_rest(s->r, s->addr) || given_at_rest(s->r, s->folio))
		return -1;
	if (look(s, &now))
		return -1;
	if (now.pincount == before->pincount && now.exclusive == before->exclusive &&
	    now.refcount <= before->refcount)
		return torture_look(s->r);
	return torture_finding(s->r, PROMISE_COUNT,
			       "%s had %d references, pin count %d; behind a request that had to wait %d, %d",
			       p->name, before->refcount, before->pincount, now.refcount,
			       now.pincount);
}

/* Everything there but for the last page, which userfaultfd has. */
static int lay_out(struct stuck *s, const struct part *p)
{
	char *last = s->huge + HUGE_BYTES;

	s->folio = p->huge ? s->huge : last - PAGE_BYTES;
	s->addr = p->huge ? s->huge - PAGE_BYTES : s->folio;
	s->pages = (last - s->addr) / PAGE_BYTES + 1;
	/* In one piece, whatever the part before has made of it. */
	if (mmap(s->area, 4 * HUGE_BYTES, PROT_READ | PROT_WRITE,
		 MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) == MAP_FAILED ||
	    uffd_register(s->uffd, last, PAGE_BYTES, false))
		return row_fail(s->r, "memory with userfaultfd: %s", strerror(errno));
	madvise(s->huge, HUGE_BYTES, p->huge ? MADV_HUGEPAGE : MADV_NOHUGEPAGE);
	memset(s->addr, 1, last - s->addr);
	if (p->by_page && (mprotect(s->huge, PAGE_BYTES, PROT_READ) ||
			   mprotect(s->huge, PAGE_BYTES, PROT_READ | PROT_WRITE)))
		return row_fail(s->r, "mprotect: %s", strerror(errno));
	return 0;
}

static int one(struct stuck *s, const struct part *p)
{
	struct pinlab_page_info before;
	int ret = lay_out(s, p), e;
	bool waits;

	if (ret || look(s, &before))
		return -1;
	if (p->huge && !before.order)
		return row_skip(s->r, "needs a huge page (CONFIG_TRANSPARENT_HUGEPAGE, memory in one piece)");
	if (p->owned && pin_pages(s->a, PINLAB_EXC_FAST, s->huge, 1, 0) != 1)
		return torture_finding(s->r, PROMISE_REFUSED,
				       "nobody has %s pinned, and A's exclusive pin is refused",
				       p->name);
	atomic_store(&s->answered, false);
	if (pthread_create(&s->thread, NULL, ask, s))
		return row_fail(s->r, "pthread_create");
	waits = wait_for_fault(s);
	s->waited += waits;
	if (waits)
		ret = while_it_waits(s, p);
	fill(s);
	pthread_join(s->thread, NULL);
	torture_fact(s->r, field("part-%d", (int)(p - parts)), "%s: %d of %lu pages, %s", p->name,
		     s->got, s->pages, waits ? "after it has waited" : "at once");
	if (s->got > 0)
		unpin_pages(s->b, PINLAB_EXC_FAST, s->got);
	if (p->owned && waits && p->shares)
		step(s, PINLAB_UNPIN);
	else if (p->owned && !waits)
		step(s, PINLAB_UNPIN_EXC);
	e = at_rest(s, p, &before);
	return ret ? ret : e;
}

/* Every part, also behind one that has failed: each is a finding of its own. */
static int all(struct stuck *s)
{
	int ret = 0, e;

	for (size_t i = 0; i < sizeof(parts) / sizeof(*parts) && ret <= 0; i++) {
		e = one(s, &parts[i]);
		ret = ret ? ret : e;
	}
	torture_figure(s->r, "waited", "requests", s->waited);
	if (!s->waited && !ret)
		return row_skip(s->r, "needs long-term pins that may wait for userfaultfd");
	return ret;
}

static int run(struct row *r)
{
	struct stuck s = { .r = r };
	char *area;
	int ret = uffd_open(r, 0, "userfaultfd", &s.uffd);

	if (ret)
		return ret;
	area = mmap(NULL, 4 * HUGE_BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1,
		    0);
	s.a = dev_open();
	s.b = dev_open();
	if (area == MAP_FAILED || s.a < 0 || s.b < 0)
		ret = row_fail(r, "memory or /dev/pinlab");
	s.area = area;
	s.huge = (char *)(((uintptr_t)area + 2 * HUGE_BYTES - 1) & -HUGE_BYTES);
	if (!ret)
		ret = all(&s);
	close(s.a);
	close(s.b);
	close(s.uffd);
	munmap(area, 4 * HUGE_BYTES);
	return ret;
}

PINLAB_SCENARIO = {
	.summary	= "whom does an exclusive request lock out that waits for user space?",
	.fixed		= true,
	.brief		= true,
	.needs		= NEEDS_EXCLUSIVE,
	.run		= run,
};
