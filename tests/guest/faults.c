// SPDX-License-Identifier: GPL-2.0
/*
 * Guests that go wrong in one way each, for the tests of the runner: every
 * outcome that it names is brought about here by a real guest.
 *
 * Oracle: tests/e2e_bench.c knows which outcome belongs to which row.
 */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/io.h>
#include <unistd.h>

#include "guest/bench/bench.h"
#include "guest/record.h"
#include "include/wire.h"

static void write_text(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY);

	if (fd >= 0 && write(fd, text, strlen(text)) < 0)
		perror(path);
}

static int run_panic(struct row *r)
{
	write_text("/proc/sys/kernel/sysrq", "1");
	write_text("/proc/sysrq-trigger", "c");
	return row_fail(r, "the kernel survived a crash that was asked for");
}

PINLAB_BENCH(test_panic) = {
	.name = "test/panic", .summary = "crash the kernel", .hidden = true,
	.metrics = { { "none", "call" } }, .run = run_panic,
};

static int run_hang(struct row *r)
{
	(void)r;
	/* Still there, and nothing to say. */
	for (;;)
		pause();
	return 0;
}

PINLAB_BENCH(test_hang) = {
	.name = "test/hang", .summary = "say nothing more", .hidden = true,
	.metrics = { { "none", "call" } }, .run = run_hang,
};

static int run_garbage(struct row *r)
{
	static const char noise[] = "\x1b[2J%n%s\t\xff\xfe not a record\n";

	(void)r;
	record_raw(noise, sizeof(noise) - 1);
	return 0;
}

PINLAB_BENCH(test_garbage) = {
	.name = "test/garbage", .summary = "print garbage on the record port", .hidden = true,
	.metrics = { { "none", "call" } }, .run = run_garbage,
};

/* End QEMU from here: at once, and in the middle of a record or before any trailer. */
static void say_done(void)
{
	if (!ioperm(WIRE_EXIT_PORT, 4, 1))
		outl(WIRE_EXIT_DONE, WIRE_EXIT_PORT);
}

static int run_cut(struct row *r)
{
	(void)r;
	record_raw("99\tsam", 6);
	say_done();
	return 0;
}

PINLAB_BENCH(test_cut) = {
	.name = "test/cut", .summary = "end in the middle of a record", .hidden = true,
	.metrics = { { "none", "call" } }, .run = run_cut,
};

static int run_segv(struct row *r)
{
	(void)r;
	raise(SIGSEGV);
	return 0;
}

PINLAB_BENCH(test_segv) = {
	.name = "test/segv", .summary = "die of a signal", .hidden = true,
	.metrics = { { "none", "call" } }, .run = run_segv,
};

/* A sample that did less work than it was asked for is a failure, not a data point. */
static int run_idle(struct row *r)
{
	struct region g;

	region_begin(r, &g);
	region_end(r, &g);
	region_sample(r, &g, 0, 0);
	return 0;
}

PINLAB_BENCH(test_idle) = {
	.name = "test/idle", .summary = "measure no work", .hidden = true,
	.metrics = { { "none", "call" } }, .run = run_idle,
};
