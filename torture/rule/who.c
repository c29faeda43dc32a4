// SPDX-License-Identifier: GPL-2.0
/*
 * Who may exclude others from a page? Who may write to it: a reader of a file must
 * not shut out its writers, least of all of a program that everybody runs.
 *
 * Oracle: the contract's table of requests. What is not to be given is not, with an
 * error that does not ask for another try; and whatever the answer, who may write
 * is given an ordinary pin afterwards.
 * Varies: what is mapped and how, by which right; what is asked for, and by which
 * function.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "guest/device.h"
#include "guest/torture/rule/calls.h"
#include "guest/torture/holder.h"

#define W	PINLAB_CALL_WRITE
#define LTX	(PINLAB_CALL_LONGTERM | PINLAB_CALL_EXCLUSIVE)

enum what {
	A_MEMFD,
	A_FILE,		/* on a disk */
	A_PROGRAM,	/* this one */
	ANONYMOUS,
};

/* 0: to be given. */
static const struct request {
	enum what what;
	int open;	/* O_RDONLY, O_RDWR */
	int prot, map;
	unsigned int flags;
	int want;
	const char *text;
} requests[] = {
	{ A_MEMFD, O_RDONLY, PROT_READ, MAP_SHARED, LTX, -EFAULT,
	  "a shared mapping of a memfd that was opened O_RDONLY" },
	{ A_MEMFD, O_RDWR, PROT_READ, MAP_SHARED, LTX, 0,
	  "a shared read-only mapping of a memfd that may be written" },
	{ A_MEMFD, O_RDWR, PROT_READ, MAP_SHARED, LTX | W, -EFAULT,
	  "a shared read-only mapping of a memfd, to write" },
	{ A_MEMFD, O_RDWR, PROT_READ | PROT_WRITE, MAP_SHARED, LTX | W, 0, "a memfd, to write" },
	{ A_MEMFD, O_RDWR, PROT_READ | PROT_WRITE, MAP_SHARED, LTX, 0, "a memfd, to read" },
	{ A_FILE, O_RDONLY, PROT_READ, MAP_SHARED, LTX, -EOPNOTSUPP,
	  "the page cache of a file on a disk, opened O_RDONLY" },
	{ A_FILE, O_RDWR, PROT_READ | PROT_WRITE, MAP_SHARED, LTX, -EOPNOTSUPP,
	  "the page cache of a file on a disk" },
	{ A_PROGRAM, O_RDONLY, PROT_READ | PROT_EXEC, MAP_SHARED, LTX, -EOPNOTSUPP,
	  "the page cache of a program that runs" },
	{ ANONYMOUS, 0, PROT_READ | PROT_WRITE, MAP_PRIVATE, LTX, 0, "anonymous memory, to read" },
	{ ANONYMOUS, 0, PROT_READ | PROT_WRITE, MAP_PRIVATE, LTX | W, 0,
	  "anonymous memory, to write" },
};

struct file {
	int writer;	/* who may write; -1: nobody here may */
	int fd;		/* opened as the request says */
	char *map;	/* the writer's */
};

static int make(struct row *r, const struct request *q, struct file *f)
{
	const char *why = "";
	char path[64];

	*f = (struct file){ -1, -1, NULL };
	if (q->what == ANONYMOUS)
		return 0;
	if (q->what == A_PROGRAM) {
		f->fd = open("/proc/self/exe", q->open | O_CLOEXEC);
		return f->fd < 0 ? row_fail(r, "/proc/self/exe: %s", strerror(errno)) : 0;
	}
	if (mem_alloc(&r->mem, q->what == A_MEMFD ? MEM_SHMEM : MEM_FILE, PAGE_BYTES, &why)) {
		torture_fact(r, q->what == A_MEMFD ? "memfd" : "file", "not here, needs %s", why);
		return 1;
	}
	f->writer = r->mem.fd;
	f->map = r->mem.addr;
	snprintf(path, sizeof(path), "/proc/self/fd/%d", f->writer);
	f->fd = open(path, q->open | O_CLOEXEC);
	return f->fd < 0 ? row_fail(r, "%s: %s", path, strerror(errno)) : 0;
}

/* Whoever may write is not shut out by whoever may not. */
static int check_writer(struct row *r, const struct request *q, const struct file *f,
			enum pinlab_fn fn)
{
	if (!f->map || !q->want || ask_for_pin(r, PINLAB_PIN_FAST, f->map) != -EBUSY)
		return 0;
	return torture_finding(r, PROMISE_REFUSED,
			       "%s() of %s has shut out its writer, whose ordinary pin is refused (-EBUSY)",
			       fn_name(fn), q->text);
}

static int ask(struct row *r, const struct request *q, const struct file *f, char *page,
	       enum pinlab_fn fn)
{
	int got = call_take(r, fn, q->flags, page, 1), ret = 0;

	if (got == CALL_BROKE)
		return -2;
	if (got != (q->want ? q->want : 1))
		ret = torture_finding(r, PROMISE_RESULT,
				      "%s(%s) of %s: %d, the contract says %d", fn_name(fn),
				      call_flags_text(q->flags), q->text, got,
				      q->want ? q->want : 1);
	if (check_writer(r, q, f, fn) && !ret)
		ret = -1;
	call_give_rest(r, fn, q->flags, got > 0 ? 1 : 0);
	return ret;
}

static int one(struct row *r, const struct request *q)
{
	static const enum pinlab_fn fns[] = {
		FN_PIN, FN_PIN_FAST, FN_PIN_REMOTE, FN_PIN_UNLOCKED,
	};
	struct file f;
	int ret = make(r, q, &f), e;
	char *page;

	if (ret)
		return ret < 0 ? ret : 0;
	page = mmap(NULL, PAGE_BYTES, q->prot,
		    q->map | (q->what == ANONYMOUS ? MAP_ANONYMOUS : 0), f.fd, 0);
	if (page == MAP_FAILED)
		return row_fail(r, "mmap of %s: %s", q->text, strerror(errno));
	if (q->prot & PROT_WRITE)
		*(volatile char *)page = 1;
	(void)*(volatile char *)page;
	for (unsigned int i = 0; i < sizeof(fns) / sizeof(*fns) && ret > -2; i++) {
		e = ask(r, q, &f, page, fns[i]);
		ret = ret < e ? ret : e;
	}
	munmap(page, PAGE_BYTES);
	if (f.fd >= 0)
		close(f.fd);
	mem_free(&r->mem);
	return ret;
}

static int run(struct row *r)
{
	int ret = 0, e;

	for (size_t i = 0; i < sizeof(requests) / sizeof(*requests) && ret > -2; i++) {
		e = one(r, &requests[i]);
		ret = ret < e ? ret : e;
	}
	return ret;
}

PINLAB_SCENARIO = {
	.summary	= "who may exclude others from a page, by which right",
	.fixed		= true,
	.brief		= true,
	.needs		= NEEDS_EXCLUSIVE,
	.run		= run,
};
