// SPDX-License-Identifier: GPL-2.0
/*
 * What no kernel may give, exclusive pins or not, by any function: memory that is
 * not to be reached so, at all or for long.
 *
 * Oracle: -EFAULT (GUP-fast alone: nothing), as the kernel's documentation has it,
 * and the counters of pins as they were; and what stands next to it is given.
 * Varies: the memory, the function, the flags.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "guest/device.h"
#include "guest/torture/rule/calls.h"
#include "guest/torture/leaks.h"

#ifndef SYS_memfd_secret
#define SYS_memfd_secret	447
#endif

#define W	PINLAB_CALL_WRITE
#define LT	PINLAB_CALL_LONGTERM
#define EXC	PINLAB_CALL_EXCLUSIVE
#define FORCE	PINLAB_CALL_FORCE

/* 0 and the page, or -errno; it goes with the row's process. */
static int of_file(char **page)
{
	static struct mem m;
	const char *why = "";
	int err = mem_alloc(&m, MEM_FILE, PAGE_BYTES, &why);

	*page = m.addr;
	return err;
}

static int of_fd(int fd, int prot, int map, char **page)
{
	*page = fd < 0 ? MAP_FAILED : mmap(NULL, PAGE_BYTES, prot, map, fd, 0);
	return *page == MAP_FAILED ? -errno : 0;
}

static int secret(char **page)
{
	int fd = syscall(SYS_memfd_secret, 0), err;

	if (fd < 0 || ftruncate(fd, PAGE_BYTES))
		return -errno;
	err = of_fd(fd, PROT_READ | PROT_WRITE, MAP_SHARED, page);
	if (!err)
		*(volatile char *)*page = 1;
	return err;
}

/* Firmware: not the kernel's memory, and mapped by frame numbers. */
static int device(char **page)
{
	int fd = open("/dev/mem", O_RDWR | O_CLOEXEC);

	*page = fd < 0 ? MAP_FAILED : mmap(NULL, PAGE_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED, fd,
					   0xf0000);
	return *page == MAP_FAILED ? -errno : 0;
}

static int anonymous(int prot, char **page)
{
	*page = mmap(NULL, PAGE_BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (*page == MAP_FAILED)
		return -errno;
	**(volatile char **)page = 1;
	return mprotect(*page, PAGE_BYTES, prot) ? -errno : 0;
}

static int read_only(char **page)
{
	return anonymous(PROT_READ, page);
}

static int no_access(char **page)
{
	return anonymous(PROT_NONE, page);
}

static int shared_read_only(char **page)
{
	int fd = memfd_create("pinlab", MFD_CLOEXEC);

	if (fd < 0 || ftruncate(fd, PAGE_BYTES))
		return -errno;
	return of_fd(fd, PROT_READ, MAP_SHARED, page);
}

/* Since 6.5 or so (8ac268436e6d) a file that tracks who writes is not pinned for long. */
static bool tracks(void)
{
	struct utsname u;
	int major = 0, minor = 0;

	uname(&u);
	return sscanf(u.release, "%d.%d", &major, &minor) == 2 && major * 100 + minor >= 605;
}

static const struct memory {
	const char *text;
	int (*make)(char **page);
	unsigned int refused, given;	/* flags; `given` 0: nothing is */
	bool gets;			/* refused to FOLL_GET as well */
	bool (*here)(void);
} memories[] = {
	{ "a file that tracks who writes to it", of_file, W | LT, W, .here = tracks },
	{ "a file that tracks who writes to it", of_file, W | LT | EXC, W, .here = tracks },
	{ "memfd_secret", secret, W, 0, true },
	{ "memfd_secret", secret, W | LT, 0 },
	{ "memfd_secret", secret, W | LT | EXC, 0 },
	{ "memory of a device", device, W, 0, true },
	{ "memory of a device", device, W | LT | EXC, 0 },
	{ "a read-only private mapping", read_only, W, W | FORCE, true },
	{ "a read-only private mapping", read_only, W | LT, W | LT | FORCE },
	{ "a read-only shared mapping", shared_read_only, W, 0, true },
	{ "a read-only shared mapping", shared_read_only, W | FORCE, 0, true },
	{ "a read-only shared mapping", shared_read_only, W | LT | EXC | FORCE, 0 },
	{ "a mapping without access", no_access, 0, FORCE, true },
	{ "a mapping without access", no_access, LT | EXC, 0 },
};

static int ask(struct row *r, const struct memory *m, char *page, enum pinlab_fn fn)
{
	long before[2], now[2];
	int want = fn == FN_GET_FAST_ONLY ? 0 : -EFAULT, got;

	torture_pins_counters(before);
	got = call_take(r, fn, m->refused, page, 1);
	if (got == CALL_CANNOT)
		return 0;
	call_give_rest(r, fn, m->refused, got > 0 ? 1 : 0);
	torture_pins_counters(now);
	if (got != want)
		return torture_finding(r, PROMISE_RESULT, "%s(%s) of %s: %d, instead of %d",
				       fn_name(fn), call_flags_text(m->refused), m->text, got,
				       want);
	/* GUP-fast takes first and looks afterwards; what it gives back is counted, too. */
	if (now[0] - before[0] != now[1] - before[1] || (fn != FN_PIN_FAST && now[0] != before[0]))
		return torture_finding(r, PROMISE_COUNT,
				       "%s(%s) of %s is refused, and nr_foll_pin_acquired has gone up by %ld, nr_foll_pin_released by %ld",
				       fn_name(fn), call_flags_text(m->refused), m->text,
				       now[0] - before[0], now[1] - before[1]);
	return 0;
}

static int ask_given(struct row *r, const struct memory *m, char *page, enum pinlab_fn fn)
{
	int got = call_take(r, fn, m->given, page, 1);

	if (got == CALL_CANNOT)
		return 0;
	call_give_rest(r, fn, m->given, got > 0 ? 1 : 0);
	/* Whether it is mapped is not GUP-fast's alone to find out. */
	if (got == 1 || fn == FN_GET_FAST_ONLY)
		return 0;
	return torture_finding(r, PROMISE_RESULT, "%s(%s) of %s: %d, instead of 1", fn_name(fn),
			       call_flags_text(m->given), m->text, got);
}

static int one(struct row *r, const struct memory *m, unsigned int *asked)
{
	int err = m->here && !m->here() ? -EOPNOTSUPP : 0, ret = 0, e;
	char *page = NULL;

	if (!err && m->refused & EXC && !dev_has_exclusive())
		return 0;
	if (!err)
		err = m->make(&page);
	if (err) {
		torture_fact(r, "not-here", "%s: %s", m->text, strerror(-err));
		return 0;
	}
	for (int fn = 0; fn < NR_FNS; fn++) {
		bool pins = fn_kind(fn) == TAKES_PINS && fn != FN_PIN_MEMFD;

		if (!pins && !(m->gets && fn_kind(fn) == TAKES_REFS))
			continue;
		e = ask(r, m, page, fn);
		if (!e && m->given)
			e = ask_given(r, m, page, fn);
		ret = ret ? ret : e;
		(*asked)++;
	}
	return ret;
}

static int run(struct row *r)
{
	unsigned int asked = 0;
	int ret = 0, e;

	for (size_t i = 0; i < sizeof(memories) / sizeof(*memories); i++) {
		e = one(r, &memories[i], &asked);
		ret = ret ? ret : e;
	}
	torture_figure(r, "asked", "calls", asked);
	return ret;
}

PINLAB_SCENARIO = {
	.summary	= "memory that is not to be pinned, or not for long, by every function",
	.fixed		= true,
	.brief		= true,
	.run		= run,
};
