// SPDX-License-Identifier: GPL-2.0
#include "guest/row.h"

#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "guest/bench/bench.h"
#include "guest/clock.h"
#include "guest/device.h"
#include "guest/record.h"
#include "guest/settle.h"
#include "include/wire.h"

#define MAX_REPEATS 256

const struct bench_size batch_sizes[] = {
	{ .label = "1", .n = 1 },
	{ .label = "16", .n = 16 },
	{ .label = "512", .n = 512 },
	{ .label = NULL },
};

struct sample {
	int64_t ticks;
	uint64_t ops;
	bool disturbed;
};

/* Lies in shared memory: the parent reads the verdict of a child that died. */
struct outcome {
	char verdict[8];
	char reason[400];
	unsigned int windows;	/* profile windows opened so far */
};

struct frame {
	const struct frame_config *cfg;
	struct outcome *out;
	int64_t user_cost;	/* of reading the clock twice */
	int64_t driver_cost;
	unsigned int tries;
	bool keep;		/* not a warm-up */
	bool marking;		/* the profile pass */
	bool marked_noise;
	struct {
		struct sample s[MAX_REPEATS];
		unsigned int n;
		unsigned int clean;
		struct sample spare;	/* the last disturbed one */
		unsigned int window;
	} m[MAX_METRICS];
};

/* What this kernel and machine have, found once. */
static struct {
	bool driver, exclusive, uring, ramdisk, smp, tools, memory;
} have;

static int verdict(struct row *r, const char *what, const char *fmt, va_list ap)
{
	struct outcome *o = r->frame->out;

	/* The first reason is the cause; what follows are its effects. */
	if (*o->verdict)
		return 0;
	snprintf(o->verdict, sizeof(o->verdict), "%s", what);
	vsnprintf(o->reason, sizeof(o->reason), fmt, ap);
	return 0;
}

int row_fail(struct row *r, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	verdict(r, WIRE_FAIL, fmt, ap);
	va_end(ap);
	return -1;
}

int row_skip(struct row *r, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	verdict(r, WIRE_SKIP, fmt, ap);
	va_end(ap);
	return 1;
}

static uint64_t noise_now(const struct row *r)
{
	return dev_noise(r->drv);
}

static void add_sample(struct row *r, unsigned int metric, int64_t ticks, uint64_t ops,
		       uint64_t noise)
{
	struct frame *f = r->frame;
	struct sample s = { ticks, ops, noise != 0 };

	if (!ops) {
		row_fail(r, "%s: no work was done", r->bench->metrics[metric].name);
		return;
	}
	if (f->marking) {
		f->marked_noise |= s.disturbed;
		return;
	}
	if (!f->keep)
		return;
	/* Wall-clock time includes ticks: there they are kept, and told. */
	if (s.disturbed && f->cfg->exact) {
		f->m[metric].spare = s;
		return;
	}
	f->m[metric].clean++;
	if (f->m[metric].n < MAX_REPEATS)
		f->m[metric].s[f->m[metric].n++] = s;
}

void row_sample(struct row *r, unsigned int metric, int64_t ticks, uint64_t ops, uint64_t noise)
{
	add_sample(r, metric, ticks - r->frame->user_cost, ops, noise);
}

unsigned int frame_window(struct row *r)
{
	return r->frame->out->windows++;
}

bool frame_marking(const struct row *r)
{
	return r->frame->marking;
}

void region_begin(struct row *r, struct region *g)
{
	g->noise = noise_now(r);
	if (r->frame->marking) {
		g->window = frame_window(r);
		pinlab_mark(PINLAB_MARK_BEGIN);
	}
	g->ticks = clock_now();
}

void region_end(struct row *r, struct region *g)
{
	g->ticks = clock_now() - g->ticks;
	if (r->frame->marking)
		pinlab_mark(PINLAB_MARK_END);
	g->noise = noise_now(r) - g->noise;
}

void region_sample(struct row *r, const struct region *g, unsigned int metric, uint64_t ops)
{
	if (r->frame->marking)
		r->frame->m[metric].window = g->window;
	row_sample(r, metric, g->ticks, ops, g->noise);
}

void step_sample(struct row *r, const struct pinlab_step *s, unsigned int metric, uint64_t ops)
{
	if (s->flags & PINLAB_MARK)
		r->frame->m[metric].window = s->tag;
	add_sample(r, metric, s->ticks - r->frame->driver_cost, ops, s->noise);
}

static int repeat(struct row *r)
{
	settle_batches();
	return r->bench->run(r);
}

/* What takes a minute is exact the first time as well. */
static bool is_large(const struct row *r)
{
	return r->bench->once_from && r->size.n >= r->bench->once_from;
}

static bool is_once(const struct row *r)
{
	return r->frame->cfg->exact && is_large(r);
}

static bool enough(const struct row *r)
{
	const struct frame *f = r->frame;
	unsigned int repeats = is_once(r) ? 1 : f->cfg->repeats;

	for (int i = 0; i < MAX_METRICS && r->bench->metrics[i].name; i++)
		if (f->m[i].clean < repeats)
			return false;
	return true;
}

static void send_samples(struct row *r)
{
	struct frame *f = r->frame;

	for (int i = 0; i < MAX_METRICS && r->bench->metrics[i].name; i++) {
		char unit[32];

		snprintf(unit, sizeof(unit), "%s/%s", clock_unit(), r->bench->metrics[i].per);
		if (!f->m[i].n) {
			if (!f->m[i].spare.ops) {
				row_fail(r, "%s: no sample", r->bench->metrics[i].name);
				continue;
			}
			f->m[i].s[f->m[i].n++] = f->m[i].spare;
		}
		for (unsigned int k = 0; k < f->m[i].n && k < f->cfg->repeats; k++) {
			const struct sample *s = &f->m[i].s[k];

			record(WIRE_SAMPLE, r->name, r->bench->metrics[i].name, unit,
			       field("%u", k), field("%.4f", (double)s->ticks / s->ops),
			       field("%llu", (unsigned long long)s->ops),
			       s->disturbed ? "1" : "0");
		}
	}
}

/* One more repeat inside marks; its windows are named once it was undisturbed. */
static void profile_pass(struct row *r)
{
	struct frame *f = r->frame;

	f->marking = true;
	for (int try = 0; try < 8; try++) {
		f->marked_noise = false;
		if (repeat(r) || *f->out->verdict)
			break;
		if (f->marked_noise)
			continue;
		for (int i = 0; i < MAX_METRICS && r->bench->metrics[i].name; i++)
			record(WIRE_WINDOW, r->name, r->bench->metrics[i].name,
			       field("%u", f->m[i].window));
		break;
	}
	f->marking = false;
}

static int64_t nop_cost(struct row *r)
{
	int64_t least = INT64_MAX;

	for (int i = 0; i < 8 && r->drv >= 0; i++) {
		struct pinlab_step s = { .op = PINLAB_NOP, .calls = 0, .batch = 1 };

		if (dev_run(r->drv, &s, 1))
			return 0;
		if (!s.noise && s.ticks < least)
			least = s.ticks;
	}
	return least == INT64_MAX ? 0 : least;
}

static void run_row(struct row *r)
{
	struct frame *f = r->frame;
	const struct bench *b = r->bench;

	f->user_cost = clock_cost();
	f->driver_cost = nop_cost(r);
	if (b->setup && b->setup(r))
		return;
	for (unsigned int i = 0; i < f->cfg->warmup && !is_once(r) && !*f->out->verdict; i++)
		if (repeat(r))
			return;
	f->keep = true;
	while (!enough(r) && f->tries++ < f->cfg->tries && !*f->out->verdict)
		if (repeat(r))
			return;
	if (*f->out->verdict)
		return;
	if (f->cfg->profile)
		profile_pass(r);
	if (b->teardown && b->teardown(r))
		return;
	if (*f->out->verdict)
		return;
	send_samples(r);
	mem_free(&r->mem);
}

static const char *missing(unsigned int needs)
{
	if ((needs & NEEDS_DRIVER) && !have.driver)
		return "the driver (/dev/pinlab)";
	if ((needs & NEEDS_EXCLUSIVE) == NEEDS_EXCLUSIVE && !have.exclusive)
		return "exclusive pins (CONFIG_EXCLUSIVE_PIN)";
	if ((needs & NEEDS_URING) && !have.uring)
		return "io_uring";
	if ((needs & NEEDS_RAMDISK) && !have.ramdisk)
		return "a RAM disk to write to (/dev/ram1)";
	if ((needs & NEEDS_SMP) && !have.smp)
		return "several CPUs and a wall-clock engine";
	if ((needs & NEEDS_TOOLS) && !have.tools)
		return "the disk of tools (/dev/vda: CONFIG_VIRTIO_BLK, scripts/mktools)";
	if ((needs & NEEDS_MEMORY) && !have.memory)
		return "3 GiB of memory";
	return NULL;
}

/* The process of a row. */
static void child_row(struct row *r, void (*body)(struct row *r))
{
	/* Shared, so that what is noted here does not change what a fork has to copy. */
	struct frame *f = mmap(NULL, sizeof(*f), PROT_READ | PROT_WRITE,
			       MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	*f = *r->frame;
	r->frame = f;
	r->drv = dev_open();
	body(r);
	if (!*f->out->verdict)
		strcpy(f->out->verdict, WIRE_PASS);
	fflush(NULL);
	_exit(0);
}

/* Its status as waitpid() gives it; -1 if it had to be killed after `limit` seconds. */
static int wait_for_row(pid_t pid, double limit)
{
	const struct timespec nap = { .tv_nsec = 20000000 };
	struct timespec start, now;
	int status;

	clock_gettime(CLOCK_MONOTONIC, &start);
	while (waitpid(pid, &status, limit ? WNOHANG : 0) != pid) {
		clock_gettime(CLOCK_MONOTONIC, &now);
		if (limit && now.tv_sec - start.tv_sec > limit) {
			kill(-pid, SIGKILL);
			kill(pid, SIGKILL);
			waitpid(pid, &status, 0);
			return -1;
		}
		nanosleep(&nap, NULL);
	}
	return status;
}

static void run_child(struct row *r, void (*body)(struct row *r), double limit)
{
	struct outcome *o = r->frame->out;
	int status;
	pid_t pid = fork();

	if (!pid)
		child_row(r, body);
	if (pid < 0) {
		row_fail(r, "fork: %s", strerror(errno));
		return;
	}
	status = wait_for_row(pid, limit);
	if (status == -1) {
		*o->verdict = '\0';
		row_fail(r, "did not end: killed %.0f s after its start", limit);
	} else if (WIFSIGNALED(status)) {
		*o->verdict = '\0';
		row_fail(r, "killed by signal %d", WTERMSIG(status));
	} else if (!*o->verdict || status) {
		*o->verdict = '\0';
		row_fail(r, "ended with status %d and no verdict", WEXITSTATUS(status));
	}
}

bool frame_row(struct frame *f, struct row *r, unsigned int needs, const struct row_body *b)
{
	struct outcome *o = f->out;
	const char *need = missing(needs);

	r->frame = f;
	*o->verdict = '\0';
	*o->reason = '\0';
	record(WIRE_BEGIN, r->name);
	if (need) {
		row_skip(r, "needs %s", need);
	} else {
		if (b->before)
			b->before(r);
		run_child(r, b->run, b->limit);
		if (b->after)
			b->after(r);
	}
	record(WIRE_RESULT, r->name, o->verdict, o->reason);
	return strcmp(o->verdict, WIRE_FAIL);
}

void frame_overrule(struct row *r)
{
	struct outcome *o = r->frame->out;

	/* A pass or a skip gives way; the first failure stays. */
	if (strcmp(o->verdict, WIRE_FAIL))
		*o->verdict = '\0';
}

static void start_row(struct row *r)
{
	const struct row_body body = { .run = run_row };

	frame_row(r->frame, r, r->bench->needs, &body);
}

static void each_row_of_kinds(struct row *like, unsigned int kinds, const struct bench_size *sizes,
			      void (*fn)(struct row *r))
{
	static const struct bench_size no_size[] = { { .label = "" }, { .label = NULL } };

	for (int k = 0; k <= MEM_NONE; k++) {
		if (!(kinds & KIND(k)))
			continue;
		for (const struct bench_size *s = sizes ? sizes : no_size; s->label; s++) {
			struct row r = *like;

			r.kind = k;
			r.size = *s;
			snprintf(r.name, sizeof(r.name), "%s%s%s%s%s", r.leaf->name,
				 k == MEM_NONE ? "" : "/", mem_kind_name(k),
				 *s->label ? "/" : "", s->label);
			fn(&r);
		}
	}
}

static void each_row(void (*fn)(struct row *r), struct frame *f)
{
	struct leaves all = leaf_benches();

	for (size_t i = 0; i < all.n; i++) {
		const struct bench *b = all.v[i]->is;
		struct row like = { .leaf = all.v[i], .bench = b, .drv = -1, .mem = { .fd = -1 },
				    .frame = f };

		each_row_of_kinds(&like, b->kinds ? b->kinds : KIND(MEM_NONE), b->sizes, fn);
		each_row_of_kinds(&like, b->more_kinds, b->more_sizes, fn);
	}
}

static const char *needs_names(unsigned int needs)
{
	return field("%s%s%s%s%s%s",
		     (needs & NEEDS_EXCLUSIVE) == NEEDS_EXCLUSIVE ? WIRE_NEEDS_EXCLUSIVE "," :
		     needs & NEEDS_DRIVER ? WIRE_NEEDS_DRIVER "," : "",
		     needs & NEEDS_URING ? WIRE_NEEDS_URING "," : "",
		     needs & NEEDS_RAMDISK ? WIRE_NEEDS_RAMDISK "," : "",
		     needs & NEEDS_SMP ? WIRE_NEEDS_SMP "," : "",
		     needs & NEEDS_TOOLS ? WIRE_NEEDS_TOOLS "," : "",
		     needs & NEEDS_MEMORY ? WIRE_NEEDS_MEMORY "," : "");
}

static void list_row(struct row *r)
{
	const char *needs = needs_names(r->bench->needs);
	size_t n = strlen(needs);

	if (r->leaf->hidden)
		return;

	printf("%s\t%.*s\t", r->name, n ? (int)n - 1 : 1, n ? needs : "-");
	for (int i = 0; i < MAX_METRICS && r->bench->metrics[i].name; i++)
		printf("%s%s:%s", i ? "," : "", r->bench->metrics[i].name,
		       r->bench->metrics[i].per);
	printf("\t%s\t%s\n", r->bench->summary, is_large(r) ? "once" : "-");
}

void frame_list(void)
{
	each_row(list_row, NULL);
}

static void maybe_row(struct row *r)
{
	if (leaf_wanted(r->leaf, r->frame->cfg->rows, r->name))
		start_row(r);
}

static void probe(const struct frame_config *cfg)
{
	have.driver = dev_is_there();
	have.exclusive = dev_has_exclusive();
	have.uring = syscall(SYS_io_uring_setup, 0, NULL) < 0 && errno != ENOSYS &&
		     errno != EPERM;
	have.ramdisk = !access("/dev/ram1", W_OK) && getpid() == 1;
	have.tools = !access("/dev/vda", R_OK) && getpid() == 1;
	have.memory = sysconf(_SC_PHYS_PAGES) >= 2800l << 8;
	have.smp = !cfg->exact && sysconf(_SC_NPROCESSORS_ONLN) > 1;
	record(WIRE_CAP, WIRE_CAP_DRIVER, have.driver ? "1" : "0");
	record(WIRE_CAP, WIRE_CAP_EXCLUSIVE, have.exclusive ? "1" : "0");
}

struct frame *frame_new(const struct frame_config *cfg)
{
	static struct frame f;

	probe(cfg);
	f.cfg = cfg;
	f.out = mmap(NULL, sizeof(*f.out), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
		     -1, 0);
	return &f;
}

void frame_run(const struct frame_config *cfg)
{
	each_row(maybe_row, frame_new(cfg));
}
