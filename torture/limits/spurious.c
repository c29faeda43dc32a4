// SPDX-License-Identifier: GPL-2.0
/*
 * Do pins that are held for a moment only have an exclusive pin refused? How
 * often, and how often must one ask until it is given, and for how long?
 *
 * Oracle: tries and times of one who asks until it is given, some thousand times;
 * against threads that pin and unpin without a pause. Nobody holds anything for
 * longer than that, so every refusal is a spurious one.
 * Varies: threads; the same small page, the same page of a large folio, another
 * page of it; short pins as they come from process_vm_readv(); retake.
 */
#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#include "guest/device.h"
#include "guest/torture/limits.h"

#define THREADS_MAX	4
#define SAMPLES		8000	/* at most */
#define CASE_SECONDS	0.9
#define PINS_A_CALL	2000
#define TRIES_MAX	0x10000l	/* then it is given up */
#define ENOUGH		1000	/* requests, to speak of 99 % */
#define PAUSE_US	100
#define REST_NS		200000	/* at most, between two requests */

struct contest {
	const char *name;
	enum mem_kind kind;
	enum pinlab_op op;	/* of who asks */
	unsigned long pinned;	/* the page that the threads pin; page 0 is asked for */
	bool copies;		/* the threads call process_vm_readv() */
	unsigned int pause_us;	/* between two tries */
	unsigned int threads;
};

struct pinner {
	pthread_t thread;
	const struct contest *c;
	char *addr;
	int fd;
	int err;
};

static atomic_bool stop;

static int pin_often(struct pinner *p)
{
	struct pinlab_contend c = { .addr = (uintptr_t)p->addr, .op = PINLAB_PIN_FAST,
				    .n = PINS_A_CALL };
	int err = dev_contend(p->fd, &c);

	return err ? err : c.err;
}

/* -EFAULT: the page is pinned exclusively at this moment. */
static int copy_once(struct pinner *p)
{
	char buf[64];
	const struct iovec to = { buf, sizeof(buf) }, from = { p->addr, sizeof(buf) };

	return process_vm_readv(getpid(), &to, 1, &from, 1, 0) < 0 && errno != EFAULT ? -errno : 0;
}

static void *pin_on(void *arg)
{
	struct pinner *p = arg;

	while (!atomic_load(&stop) && !p->err)
		p->err = p->c->copies ? copy_once(p) : pin_often(p);
	return NULL;
}

static int start(struct row *r, const struct contest *c, struct pinner *p)
{
	int err;

	atomic_store(&stop, false);
	for (unsigned int i = 0; i < c->threads; i++) {
		p[i] = (struct pinner){ .c = c, .addr = r->mem.addr + c->pinned * PAGE_BYTES,
					.fd = dev_open() };
		err = p[i].fd < 0 ? p[i].fd :
		      -pthread_create(&p[i].thread, NULL, pin_on, &p[i]);
		if (err)
			return row_fail(r, "thread %u: %s", i, strerror(-err));
	}
	return 0;
}

static int finish(struct row *r, const struct contest *c, struct pinner *p)
{
	int ret = 0;

	atomic_store(&stop, true);
	for (unsigned int i = 0; i < c->threads; i++) {
		pthread_join(p[i].thread, NULL);
		close(p[i].fd);
		if (p[i].err)
			ret = row_fail(r, "%s: a short pin: %s", c->name, strerror(-p[i].err));
	}
	return ret;
}

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return x < y ? -1 : x > y;
}

struct spread {
	double median, p99, max, sum;
};

static struct spread spread_of(double *v, long n)
{
	struct spread s = { 0 };

	qsort(v, n, sizeof(*v), by_value);
	for (long i = 0; i < n; i++)
		s.sum += v[i];
	s.median = v[n / 2];
	s.p99 = v[n * 99 / 100];
	s.max = v[n - 1];
	return s;
}

static void figures(struct row *r, const char *name, const char *what, const char *unit,
		    const struct spread *s, long n)
{
	torture_figure(r, limits_text("%s/%s-median", name, what), unit, s->median);
	if (n >= ENOUGH)
		torture_figure(r, limits_text("%s/%s-p99", name, what), unit, s->p99);
	torture_figure(r, limits_text("%s/%s-max", name, what), unit, s->max);
}

struct outcome {
	double tries[SAMPLES], us[SAMPLES];
	long n, given_up;
};

static void tell(struct row *r, const char *name, struct outcome *o)
{
	struct spread t = spread_of(o->tries, o->n), w = spread_of(o->us, o->n);
	double refused = 100 * (t.sum - o->n + o->given_up) / t.sum;
	const char *up = o->given_up ? limits_text("; %ld given up after %ld tries", o->given_up,
						   TRIES_MAX) : "";

	if (o->n < ENOUGH)
		torture_fact(r, name,
			     "%ld requests, %.1f %% of the tries refused; given at try %.0f in the median, %.0f at most: after %.0f, %.0f us%s",
			     o->n, refused, t.median, t.max, w.median, w.max, up);
	else
		torture_fact(r, name,
			     "%ld requests, %.1f %% of the tries refused; given at try %.0f in the median, %.0f at 99 %%, %.0f at most: after %.0f, %.0f, %.0f us%s",
			     o->n, refused, t.median, t.p99, t.max, w.median, w.p99, w.max, up);
	torture_figure(r, limits_text("%s/refused", name), "%", refused);
	figures(r, name, "tries", "tries", &t, o->n);
	figures(r, name, "wait", "us", &w, o->n);
}

static int ask_on(struct row *r, const struct contest *c, struct outcome *o)
{
	struct rng g = { torture_seed(r) };
	double end = torture_seconds(r) + CASE_SECONDS;
	int err;

	o->given_up = 0;
	for (o->n = 0; o->n < SAMPLES && torture_seconds(r) < end; o->n++) {
		struct pinlab_contend q = { .addr = (uintptr_t)r->mem.addr, .op = c->op,
					    .n = TRIES_MAX, .pause_us = c->pause_us };
		const struct timespec rest = { .tv_nsec = rng_below(&g, REST_NS) };

		nanosleep(&rest, NULL);
		err = dev_contend(r->drv, &q);
		if (err)
			return row_fail(r, "%s: %s", c->name, strerror(-err));
		if (q.err && q.err != -EBUSY)
			return torture_finding(r, PROMISE_RESULT,
					       "%s: an exclusive pin against short pins was %s",
					       c->name, answer_text(q.err));
		o->given_up += q.err != 0;
		o->tries[o->n] = q.done;
		o->us[o->n] = q.ns / 1e3;
	}
	return 0;
}

static int contest(struct row *r, const struct contest *c)
{
	static struct outcome FAR_BSS o;
	struct pinner p[THREADS_MAX];
	const char *why = "";
	char name[64];
	int ret = mem_alloc(&r->mem, c->kind, PAGE_BYTES, &why), joined;

	if (ret)
		return row_skip(r, "needs %s: %s", why, strerror(-ret));
	snprintf(name, sizeof(name), "%s/%u-thread%s", c->name, c->threads,
		 c->threads == 1 ? "" : "s");
	ret = start(r, c, p);
	if (!ret)
		ret = ask_on(r, c, &o);
	joined = finish(r, c, p);
	if (!ret && !joined)
		tell(r, name, &o);
	mem_free(&r->mem);
	return ret ? ret : joined;
}

/* What these numbers are of. */
static void say_cpus(struct row *r)
{
	FILE *f = fopen("/proc/cpuinfo", "re");
	char line[256], model[128] = "of an unknown kind";

	while (f && fgets(line, sizeof(line), f))
		if (sscanf(line, "model name : %127[^\n]", model) == 1)
			break;
	if (f)
		fclose(f);
	torture_fact(r, "cpus", "%ld, %s%s", sysconf(_SC_NPROCESSORS_ONLN), model,
		     strstr(model, "TCG") ? ": emulated, not the rates and times of a real one" :
		     "");
}

static int run(struct row *r)
{
	static const struct contest contests[] = {
		{ "small", MEM_ANON, PINLAB_EXC_FAST, .threads = 1 },
		{ "small", MEM_ANON, PINLAB_EXC_FAST, .threads = 2 },
		{ "small", MEM_ANON, PINLAB_EXC_FAST, .threads = 4 },
		{ "small-pausing", MEM_ANON, PINLAB_EXC_FAST, .pause_us = PAUSE_US, .threads = 1 },
		{ "small-pausing", MEM_ANON, PINLAB_EXC_FAST, .pause_us = PAUSE_US, .threads = 2 },
		{ "small-pausing", MEM_ANON, PINLAB_EXC_FAST, .pause_us = PAUSE_US, .threads = 4 },
		{ "large-same-page", MEM_ANON_THP, PINLAB_EXC_FAST, .threads = 1 },
		{ "large-same-page", MEM_ANON_THP, PINLAB_EXC_FAST, .threads = 2 },
		{ "large-same-page", MEM_ANON_THP, PINLAB_EXC_FAST, .threads = 4 },
		{ "large-other-page", MEM_ANON_THP, PINLAB_EXC_FAST, .pinned = 100, .threads = 1 },
		{ "large-other-page", MEM_ANON_THP, PINLAB_EXC_FAST, .pinned = 100, .threads = 2 },
		{ "large-other-page", MEM_ANON_THP, PINLAB_EXC_FAST, .pinned = 100, .threads = 4 },
		{ "small-process_vm_readv", MEM_ANON, PINLAB_EXC_FAST, .copies = true,
		  .threads = 2 },
		{ "small-retake", MEM_ANON, PINLAB_RETAKE, .threads = 2 },
	};
	int ret = 0;

	say_cpus(r);
	for (size_t i = 0; i < sizeof(contests) / sizeof(*contests) && !ret; i++)
		ret = contest(r, &contests[i]);
	return ret;
}

PINLAB_SCENARIO = {
	.summary	= "refusals of an exclusive pin by pins that are held for a moment",
	.fixed		= true,
	.needs		= NEEDS_SHARE | NEEDS_SMP,
	.run		= run,
};
