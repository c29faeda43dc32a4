// SPDX-License-Identifier: GPL-2.0
/*
 * How long do the functions of GUP take on this kernel? perf ftrace takes the
 * time of each call, so that the kernels of one run can be seen side by side.
 *
 * Oracle: none. What is a regression the reader says: under emulation the
 * clock is the host's, which is shared.
 * Varies: the function, and the kind of request by which it is reached.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "guest/bench/steps.h"
#include "guest/device.h"
#include "guest/io/uring.h"
#include "guest/machine/others_disk.h"
#include "guest/machine/perf.h"
#include "guest/torture/torture.h"

#define CALLS		2000u
#define BUFFERS		8u	/* of one page each, that are registered at once */
#define BUCKETS		24	/* powers of two of a nanosecond; the last one is open */
#define SHOWN_PERCENT	1
#define TABLES		"/tmp/latency"

struct subject {
	const char *function, *how;
	enum pinlab_op take, give;	/* NOP: buffers of io_uring */
};

/* Names differ by base. What this kernel has not, or only inline, is left out. */
static const struct subject subjects[] = {
	{ "pin_user_pages_fast", "", PINLAB_PIN_FAST, PINLAB_UNPIN },
	{ "pin_user_pages_fast", "/longterm", PINLAB_PIN_LT_FAST, PINLAB_UNPIN },
	{ "pin_user_pages_fast", "/exclusive", PINLAB_EXC_FAST, PINLAB_UNPIN_EXC },
	{ "pin_user_pages", "", PINLAB_PIN_SLOW, PINLAB_UNPIN },
	{ "pin_user_pages", "/exclusive", PINLAB_EXC_SLOW, PINLAB_UNPIN_EXC },
	{ "unpin_user_pages", "", PINLAB_PIN_FAST, PINLAB_UNPIN },
	{ "unpin_exc_pages", "", PINLAB_EXC_FAST, PINLAB_UNPIN_EXC },
	{ "try_grab_folio_fast", "", PINLAB_PIN_FAST, PINLAB_UNPIN },
	{ "try_grab_folio", "/fast", PINLAB_PIN_FAST, PINLAB_UNPIN },
	{ "try_grab_folio", "/slow", PINLAB_PIN_SLOW, PINLAB_UNPIN },
	{ "try_grab_page", "", PINLAB_PIN_SLOW, PINLAB_UNPIN },
	{ "gup_put_folio", "", PINLAB_PIN_FAST, PINLAB_UNPIN },
	{ "io_sqe_buffers_register", "", PINLAB_NOP, PINLAB_NOP },
};

struct job {
	struct row *r;
	const struct subject *s;
	struct io_uring ring;
};

static int register_buffers(struct job *j)
{
	struct iovec iov[BUFFERS];

	for (unsigned int i = 0; i < BUFFERS; i++)
		iov[i] = (struct iovec){ j->r->mem.addr + i * PAGE_BYTES, PAGE_BYTES };
	for (unsigned int i = 0; i < CALLS; i++)
		if (io_uring_register_buffers(&j->ring, iov, BUFFERS) ||
		    io_uring_unregister_buffers(&j->ring))
			return row_fail(j->r, "io_uring_register_buffers()");
	return 0;
}

static int work(void *arg)
{
	struct job *j = arg;
	struct steps st = { .n = 0 };

	if (j->s->take == PINLAB_NOP)
		return register_buffers(j);
	step_over(&st, j->s->take, 0, j->r->mem.addr, CALLS, 1);
	step_over(&st, j->s->give, 0, NULL, CALLS, 1);
	return steps_run(j->r, &st);
}

static unsigned int bucket_of(double ns)
{
	unsigned int b = 0;

	while (b < BUCKETS - 1 && ns >= 2u << b)
		b++;
	return b;
}

/* A bucket's bounds: "64-128 ns", "0.5-1 us", whose thousand is 1024. */
static const char *bounds(unsigned int b)
{
	static const char *const units[] = { "ns", "us", "ms" };
	static char text[32];

	if (b % 10 == 9)
		snprintf(text, sizeof(text), "0.5-1 %s", units[b / 10 + 1]);
	else
		snprintf(text, sizeof(text), "%u-%u %s", 1u << b % 10, 2u << b % 10, units[b / 10]);
	return text;
}

static void count(const double *ns, size_t n, size_t in[BUCKETS])
{
	memset(in, 0, BUCKETS * sizeof(*in));
	for (size_t i = 0; i < n; i++)
		in[bucket_of(ns[i])]++;
}

/* In one line, with the buckets that hold something worth telling. */
static void fact(struct row *r, const char *name, const double *ns, size_t n)
{
	size_t in[BUCKETS], at;
	char text[400];

	count(ns, n, in);
	at = snprintf(text, sizeof(text), "n %zu, p50 %.2f us, p99 %.2f us", n, ns[n / 2] / 1000,
		      ns[n * 99 / 100] / 1000);
	for (unsigned int b = 0, shown = 0; b < BUCKETS && at < sizeof(text); b++)
		if (in[b] * 100 >= n * SHOWN_PERCENT)
			at += snprintf(text + at, sizeof(text) - at, "%s %s %.0f%%",
				       shown++ ? "," : ";", bounds(b), in[b] * 100. / n);
	torture_fact(r, name, "%s", text);
}

/* The whole histogram, as perf ftrace latency would draw it. */
static void table(FILE *f, const char *name, const double *ns, size_t n)
{
	static const char bar[] = "##############################################";
	size_t in[BUCKETS];

	count(ns, n, in);
	fprintf(f, "%s: n %zu, p50 %.0f ns, p90 %.0f ns, p99 %.0f ns, max %.0f ns\n", name, n,
		ns[n / 2], ns[n * 9 / 10], ns[n * 99 / 100], ns[n - 1]);
	for (unsigned int b = 0; b < BUCKETS; b++)
		if (in[b])
			fprintf(f, "  %-11s %6zu  %.*s\n", bounds(b), in[b],
				(int)(in[b] * (sizeof(bar) - 1) / n), bar);
	fprintf(f, "\n");
}

static bool is_exclusive(const struct subject *s)
{
	return s->take == PINLAB_EXC_FAST || s->take == PINLAB_EXC_SLOW;
}

static int one(struct job *j, FILE *f)
{
	double *ns = NULL;
	char name[64];
	size_t n;
	int err = perf_time_calls(j->s->function, work, j, &ns, &n);

	snprintf(name, sizeof(name), "%s%s", j->s->function, j->s->how);
	if (err == -ECANCELED)
		return -1;
	if (err)
		return row_fail(j->r, "perf ftrace -G %s: %s", j->s->function, strerror(-err));
	/* In some base it is not on this way. */
	if (n) {
		fact(j->r, name, ns, n);
		table(f, name, ns, n);
	}
	free(ns);
	return 0;
}

static int all(struct job *j, FILE *f)
{
	int ret = 0;

	for (size_t i = 0; i < sizeof(subjects) / sizeof(*subjects) && !ret; i++) {
		j->s = &subjects[i];
		if ((is_exclusive(j->s) && !dev_has_exclusive()) || !perf_can_trace(j->s->function))
			continue;
		ret = one(j, f);
	}
	return ret;
}

static int run(struct row *r)
{
	struct job j = { .r = r };
	const char *why = "";
	FILE *f = NULL;
	int err = tools_mount(&why);

	if (!err)
		err = mem_alloc(&r->mem, MEM_SHMEM, CALLS * PAGE_BYTES, &why);
	if (err)
		return row_skip(r, "needs %s: %s", why, strerror(-err));
	if (uring_open(r, &j.ring))
		return 1;
	f = fopen(TABLES, "we");
	err = f ? perf_one_cpu() : -errno;
	if (err)
		row_fail(r, "to trace on one CPU: %s", strerror(-err));
	else
		err = all(&j, f);
	perf_all_cpus();
	if (f && !fclose(f))
		torture_keep(r, TABLES, "txt");
	io_uring_queue_exit(&j.ring);
	unlink(TABLES);
	return err ? -1 : 0;
}

PINLAB_SCENARIO = {
	.summary	= "how long calls of GUP functions take, by perf ftrace",
	.fixed		= true,
	.needs		= NEEDS_TOOLS | NEEDS_URING,
	.run		= run,
};
