// SPDX-License-Identifier: GPL-2.0
/*
 * A process that has never pinned anything has a page pinned by others: from
 * another process, or by a task that has no memory of its own. Then it forks, and
 * writes.
 *
 * Oracle: the page that is pinned stays the process's own, at its address, in its
 * frame, with what is written there; the child has a copy. fork() has to know of
 * pins by the memory that they are on, not by who has taken them.
 * Varies: who pins, and how; whether the page is small or huge.
 */
#include <errno.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "guest/child.h"
#include "guest/device.h"
#include "guest/torture/rule/calls.h"

#define W	PINLAB_CALL_WRITE
#define LT	PINLAB_CALL_LONGTERM

static const struct how {
	const char *text;
	unsigned int flags;
	enum mem_kind kind;
} hows[] = {
	{ "for a moment, by another process", W, MEM_ANON },
	{ "for long, by another process", W | LT, MEM_ANON },
	{ "for long, by a task without memory", W | LT | PINLAB_CALL_KTHREAD, MEM_ANON },
	{ "exclusively, by another process", W | LT | PINLAB_CALL_EXCLUSIVE, MEM_ANON },
	{ "for long, by another process", W | LT, MEM_ANON_THP },
	{ "exclusively, by a task without memory",
	  W | LT | PINLAB_CALL_EXCLUSIVE | PINLAB_CALL_KTHREAD, MEM_ANON_THP },
};

/* What the process tells of itself, in memory that it shares with the one that pins. */
struct told {
	uint64_t pfn_before, pfn_after;
	uint64_t seen_by_child;
	int status;
};

#define WORD(p)	(*(volatile uint64_t *)(p))

static uint64_t pfn_of(int dev, char *page)
{
	struct pinlab_page_info i;

	return dev_page(dev, page, &i) ? 0 : i.pfn;
}

/* In a process that is new, with memory that it alone has. */
static void process(struct child *c, enum mem_kind kind, char **at, struct told *t)
{
	const char *why = "";
	struct mem m;
	int dev = dev_open();
	pid_t pid;

	if (dev < 0 || mem_alloc(&m, kind, PAGE_BYTES, &why)) {
		child_answer(c, false);
		_exit(0);
	}
	*at = m.addr;
	WORD(m.addr) = 1;
	t->pfn_before = pfn_of(dev, m.addr);
	child_answer(c, true);
	if (!child_told(c))
		_exit(0);
	pid = child_fork();
	if (!pid) {
		/* Behind what the parent writes. */
		usleep(20000);
		t->seen_by_child = WORD(m.addr);
		_exit(0);
	}
	WORD(m.addr) = 2;
	waitpid(pid, &t->status, 0);
	t->pfn_after = pfn_of(dev, m.addr);
	child_answer(c, true);
	child_told(c);
	_exit(0);
}

static int judge(struct row *r, const struct how *h, const struct told *t)
{
	if (t->pfn_after != t->pfn_before)
		return torture_finding(r, PROMISE_CONTENT,
				       "pfn %#llx is pinned %s; its process has forked, has written, and has pfn %#llx at that address",
				       (unsigned long long)t->pfn_before, h->text,
				       (unsigned long long)t->pfn_after);
	if (t->seen_by_child != 1)
		return torture_finding(r, PROMISE_CONTENT,
				       "a page is pinned %s; the child of its process finds %llu there, its parent had 1 at the fork",
				       h->text, (unsigned long long)t->seen_by_child);
	return 0;
}

static int pin_and_fork(struct row *r, const struct how *h, struct child *c, char *page,
			struct told *t)
{
	struct pinlab_call call = { .fn = FN_PIN_REMOTE, .flags = h->flags, .pages = 1,
				    .addr = (uintptr_t)page, .target = c->pid };
	int got = call_do(r, &call), ret;

	if (got != 1)
		return torture_finding(r, PROMISE_RESULT, "a page of another process, %s: %d",
				       h->text, got);
	child_tell(c);
	ret = child_answered(c) ? judge(r, h, t) : row_fail(r, "the process that forks has ended");
	call_give_rest(r, call.fn, call.flags, 1);
	return ret;
}

static int one(struct row *r, const struct how *h, struct told *t)
{
	char **at = (char **)(t + 1);
	struct child c;
	int ret = 0;

	if (h->flags & PINLAB_CALL_EXCLUSIVE && !dev_has_exclusive())
		return 0;
	memset(t, 0, sizeof(*t));
	if (child_pipes(&c))
		return row_fail(r, "pipes");
	c.pid = child_fork();
	if (!c.pid)
		process(&c, h->kind, at, t);
	if (c.pid < 0)
		return row_fail(r, "fork: %s", strerror(errno));
	if (child_answered(&c))
		ret = pin_and_fork(r, h, &c, *at, t);
	else
		torture_fact(r, mem_kind_name(h->kind), "not here");
	for (int i = 0; i < 2; i++) {
		close(c.to[i]);
		close(c.from[i]);
	}
	waitpid(c.pid, NULL, 0);
	return ret;
}

static int run(struct row *r)
{
	struct told *t = mmap(NULL, PAGE_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
			      -1, 0);
	int ret = 0, e;

	if (t == MAP_FAILED)
		return row_fail(r, "memory");
	for (size_t i = 0; i < sizeof(hows) / sizeof(*hows); i++) {
		e = one(r, &hows[i], t);
		ret = ret ? ret : e;
	}
	munmap(t, PAGE_BYTES);
	return ret;
}

PINLAB_SCENARIO = {
	.summary	= "a process forks whose page others have pinned",
	.fixed		= true,
	.brief		= true,
	.run		= run,
};
