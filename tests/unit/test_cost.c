// SPDX-License-Identifier: GPL-2.0
/*
 * What a report costs: CPU seconds and memory of 25, 50 and 100 thousand of
 * everything that a run can have many of. Both have to grow as the input does;
 * and an interrupt ends any of them.
 */
#include "rundir.h"

#include <math.h>
#include <inttypes.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <zlib.h>

#include "host/base/files.h"
#include "host/base/options.h"
#include "host/report/derive.h"
#include "host/run/verb.h"

#define MOST 100000
/* Of figures; the other kinds need not be as quick, but linear they are. */
#define CPU_SECONDS 3.0
#define OTHERS_SECONDS 5.0
/* The sanitizers' own. */
#ifdef __SANITIZE_ADDRESS__
#define SLOWER 15
#else
#define SLOWER 1
#endif

/* A run that is being written. */
struct made {
	const char *verb;
	char *dir, *boot;
	json_t *kernels, *boots;
	FILE *f;
	unsigned long seq;
};

static void __attribute__((format(printf, 2, 3))) line(struct made *m, const char *fmt, ...)
{
	char text[1024];
	int n = sprintf(text, "%lu\t", m->seq++);
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text + n, sizeof(text) - n, fmt, ap);
	va_end(ap);
	fprintf(m->f, "%s\t%08lx\n", text,
		crc32(0, (const unsigned char *)text, strlen(text)) & 0xffffffff);
}

static FILE *create(const struct made *m, const char *file)
{
	char *path = xasprintf("%s/%s", m->boot, file);
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	free(path);
	return f;
}

static void begin_boot(struct made *m, const char *kernel, const char *role)
{
	char *id = xasprintf("%02zu-%s", json_array_size(m->boots), kernel);

	m->boot = xasprintf("%s/boots/%s", m->dir, id);
	assert_int_equal(make_dirs(m->boot), 0);
	json_array_append_new(m->boots, json_pack("{s:s, s:s, s:s}", "id", id, "kernel", kernel,
						  "role", role));
	m->f = create(m, "records");
	m->seq = 0;
	line(m, "hello\t1\t6.12.117\t%s", strcmp(m->verb, "bench") ? "ns" : "insn");
	free(id);
}

static void end_boot(struct made *m)
{
	FILE *f;

	line(m, "end\t%lu", m->seq);
	fclose(m->f);
	f = create(m, "outcome.json");
	fprintf(f, "{ \"outcome\": \"ok\", \"detail\": \"\", \"seconds\": 1000.0 }\n");
	fclose(f);
	free(m->boot);
}

static void kernel(struct made *m, const char *name)
{
	json_array_append_new(m->kernels,
			      json_pack("{s:s, s:s, s:s, s:s, s:s}", "name", name, "base", "6.12",
					"variant", strchr(name, '+') ? "x" : "", "release",
					"6.12.117", "flavor", "lean"));
}

static void bench_boots(struct made *m, size_t n, size_t metrics, size_t samples,
			bool profile)
{
	static const char *const boots[][2] = {
		{ "6.12", "base" }, { "6.12", "aa" }, { "6.12+x", "test" },
		{ "6.12", "profile" }, { "6.12+x", "profile" },
	};

	kernel(m, "6.12");
	kernel(m, "6.12+x");
	for (size_t b = 0; b < (profile ? ARRAY_SIZE(boots) : 3); b++) {
		begin_boot(m, boots[b][0], boots[b][1]);
		for (size_t r = 0; r < n / metrics / samples; r++) {
			line(m, "begin\tb/%zu", r);
			for (size_t i = 0; i < metrics && b >= 3; i++)
				line(m, "window\tb/%zu\tm%zu\t%zu", r, i, r * metrics + i);
			for (size_t i = 0; i < metrics * samples; i++)
				line(m, "sample\tb/%zu\tm%zu\tinsn/page\t%zu\t%zu.0000\t1\t0", r,
				     i / samples, i % samples, 100 + i + (b == 2 || b == 4));
			line(m, "result\tb/%zu\tPASS\t", r);
		}
		end_boot(m);
	}
}

static void figures(struct made *m, size_t n)
{
	bench_boots(m, n, 10, 1, false);
}

static void samples(struct made *m, size_t n)
{
	bench_boots(m, n, 1, n, false);
}

/* Of two profiles together; each window has a function of its own. */
static void windows(struct made *m, size_t n)
{
	n /= 2;
	bench_boots(m, n, 10, 1, true);
	for (size_t b = 3; b < 5; b++) {
		FILE *f;

		m->boot = xasprintf("%s/boots/%02zu-%s", m->dir, b, b == 3 ? "6.12" : "6.12+x");
		f = create(m, "profile.tsv");
		for (size_t i = 0; i < n; i++)
			fprintf(f, "%zu\tf%zu\t%zu\n", i, i, 100 + b);
		fclose(f);
		free(m->boot);
	}
}

/* One window with all functions. */
static void functions(struct made *m, size_t n)
{
	bench_boots(m, 10, 10, 1, true);
	for (size_t b = 3; b < 5; b++) {
		FILE *f;

		m->boot = xasprintf("%s/boots/%02zu-%s", m->dir, b, b == 3 ? "6.12" : "6.12+x");
		f = create(m, "profile.tsv");
		for (size_t i = 0; i < n; i++)
			fprintf(f, "%zu\tf%zu\t%zu\n", 10 * i / n, i, 100 + b);
		fclose(f);
		free(m->boot);
	}
}

/* Every one for a reason of its own. */
static void skips(struct made *m, size_t n)
{
	kernel(m, "6.12");
	kernel(m, "6.12+x");
	for (size_t b = 0; b < n / 100; b++) {
		begin_boot(m, b & 1 ? "6.12+x" : "6.12", b & 1 ? "test" : b ? "aa" : "base");
		for (size_t r = 0; r < 100; r++) {
			line(m, "begin\tb/%zu", b * 100 + r);
			line(m, "result\tb/%zu\tSKIP\tneeds number %zu", b * 100 + r, r);
		}
		end_boot(m);
	}
}

static void findings(struct made *m, size_t n)
{
	kernel(m, "6.12");
	kernel(m, "6.12+x");
	for (size_t b = 0; b < n / 1000; b++) {
		begin_boot(m, b & 1 ? "6.12+x" : "6.12", "test");
		for (size_t r = 0; r < 1000; r++) {
			line(m, "begin\trace/%zu", b * 1000 + r);
			line(m, "finding\trace/%zu\tlost-pin\t1.0\t2.0\tnumber %zu", b * 1000 + r,
			     r);
			line(m, "result\trace/%zu\tFAIL\tlost-pin: %zu", b * 1000 + r, r);
		}
		end_boot(m);
	}
}

static void facts(struct made *m, size_t n)
{
	kernel(m, "6.12");
	kernel(m, "6.12+x");
	for (size_t b = 0; b < n / 2000; b++) {
		begin_boot(m, b & 1 ? "6.12+x" : "6.12", "test");
		for (size_t r = 0; r < 2000; r++) {
			if (!(r % 100))
				line(m, "begin\tlimits/%zu", b * 20 + r / 100);
			line(m, "sample\tlimits/%zu\tm%zu\tpins\t0\t%zu.0\t1\t0",
			     b * 20 + r / 100, r % 100, r);
			line(m, "fact\tlimits/%zu\tn%zu\tit is %zu", b * 20 + r / 100,
			     b * 2000 + r, r);
			if (r % 100 == 99)
				line(m, "result\tlimits/%zu\tPASS\t", b * 20 + r / 100);
		}
		end_boot(m);
	}
}

/* Warnings that the guest asked for, all different, and the console that has them. */
static void expects(struct made *m, size_t n)
{
	FILE *f;

	kernel(m, "6.12");
	begin_boot(m, "6.12", "test");
	line(m, "begin\trace/a");
	for (size_t i = 0; i < n; i++)
		line(m, "expect\trace/a\t1\tWARNING: CPU: 0 PID: 1 at mm/a.c:%zu f+0x1/0x2", i);
	line(m, "result\trace/a\tPASS\t");
	f = create(m, "console.log");
	fprintf(f, "[    1.000000] pinlab: begin race/a\n");
	for (size_t i = 0; i < n; i++)
		fprintf(f, "[    1.000000] WARNING: CPU: 0 PID: 1 at mm/a.c:%zu f+0x1/0x2\n", i);
	fclose(f);
	end_boot(m);
}

static void cells(struct made *m, size_t n)
{
	static const char *const names[] = {
		"none/anon", "longterm/anon", "exclusive/anon", "none/shmem",
	};

	kernel(m, "6.12");
	kernel(m, "6.12+x");
	for (size_t b = 0; b < n / 1600; b++) {
		begin_boot(m, b & 1 ? "6.12+x" : "6.12", "test");
		for (size_t r = 0; r < 400; r++) {
			line(m, "begin\tp/%zu", b * 400 + r);
			line(m, "fact\tp/%zu\tpath\tG|user|does it", b * 400 + r);
			for (size_t i = 0; i < ARRAY_SIZE(names); i++)
				line(m, "fact\tp/%zu\t%s\t%s|READ|by %zu", b * 400 + r, names[i],
				     i == 3 ? "SKIP" : "READ", r);
			line(m, "result\tp/%zu\tPASS\t", b * 400 + r);
		}
		end_boot(m);
	}
}

static const struct kind {
	const char *name, *verb, *engine;
	void (*make)(struct made *m, size_t n);
} kinds[] = {
	{ "figures", "bench", "icount", figures },
	{ "samples", "bench", "icount", samples },
	{ "windows", "bench", "icount", windows },
	{ "functions", "bench", "icount", functions },
	{ "skips", "bench", "icount", skips },
	{ "findings", "torture", "mttcg", findings },
	{ "facts", "torture", "mttcg", facts },
	{ "expected warnings", "torture", "mttcg", expects },
	{ "cells", "paths", "mttcg", cells },
};

static char *make(const struct kind *k, size_t n)
{
	char *dir = xasprintf("%s/%s", top, k->name);
	struct made m = { .verb = k->verb, .dir = dir, .kernels = json_array(),
			  .boots = json_array() };
	char *plan = xasprintf("%s/plan.json", dir);
	json_t *j;

	remove_tree(dir);
	assert_int_equal(make_dirs(dir), 0);
	k->make(&m, n);
	j = json_pack("{s:i, s:s, s:s, s:s, s:s, s:i, s:o, s:o}", "format", 1, "verb", k->verb, "run",
		      "cost", "engine", k->engine, "started", "2026-11-25T05:00:00Z", "console", 1,
		      "kernels", m.kernels, "boots", m.boots);
	assert_int_equal(json_dump_file(j, plan, 0), 0);
	json_decref(j);
	free(plan);
	return dir;
}

/* In a process of its own, which says nothing. */
static pid_t start(const char *dir, bool verb)
{
	pid_t pid = fork();

	if (pid)
		return pid;
	if (!freopen("/dev/null", "w", stdout) || !freopen("/dev/null", "w", stderr))
		_exit(99);
	if (!verb)
		_exit(report_derive(dir));
	catch_interrupts();
	_exit(verb_find("report")->run(verb_find("report"), &(struct options){ .run = dir }));
}

static void measure(const struct kind *k, size_t n, double *seconds, long *kib)
{
	char *dir = make(k, n), *report = xasprintf("%s/report.txt", dir);
	struct rusage u;
	int status;
	pid_t pid = start(dir, false);

	assert_int_equal(wait4(pid, &status, 0, &u), pid);
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) <= PINLAB_BROKE);
	assert_int_equal(access(report, R_OK), 0);
	*seconds = u.ru_utime.tv_sec + u.ru_stime.tv_sec +
		   (u.ru_utime.tv_usec + u.ru_stime.tv_usec) / 1e6;
	*kib = u.ru_maxrss;
	remove_tree(dir);
	free(report);
	free(dir);
}

/* What is wrong with these; NULL: nothing. */
static const char *too_much(const struct kind *k, const double s[3], const long kib[3])
{
	if (s[2] > (k == kinds ? CPU_SECONDS : OTHERS_SECONDS) * SLOWER)
		return "time";
	if (s[2] - s[1] > 3 * (s[1] - s[0]) + 0.3 * SLOWER)
		return "growth of time";
	return kib[2] - kib[1] > 3 * (kib[1] - kib[0]) + 16384 ? "growth of memory" : NULL;
}

/* CPU time, too, is longer where others compile beside: the least of some tries counts. */
static void test_cost(void **state)
{
	double s[3] = { HUGE_VAL, HUGE_VAL, HUGE_VAL }, again;
	const struct kind *k = *state;
	const char *wrong = "time";
	long kib[3];

	for (size_t try = 0; try < 4 && wrong; try++) {
		for (size_t i = 0; i < 3; i++) {
			measure(k, MOST >> (2 - i), &again, &kib[i]);
			s[i] = again < s[i] ? again : s[i];
		}
		wrong = too_much(k, s, kib);
	}
	print_message("# %s: 25k %.2f s %ld MiB, 50k %.2f s %ld MiB, 100k %.2f s %ld MiB\n",
		      k->name, s[0], kib[0] >> 10, s[1], kib[1] >> 10, s[2], kib[2] >> 10);
	if (wrong)
		fail_msg("100000 %s: too much %s", k->name, wrong);
}

/* True: it was interrupted, at once, and left no report that is half one. False: it was done. */
static bool interrupt_after(const char *dir, const char *name, useconds_t us)
{
	char *report = xasprintf("%s/report.txt", dir);
	pid_t pid = start(dir, true);
	double sent;
	bool is_there;
	int status;

	usleep(us);
	kill(pid, SIGINT);
	sent = now_seconds();
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(now_seconds() - sent < 2);
	is_there = !access(report, F_OK);
	free(report);
	if (!WIFEXITED(status) || is_there != (WEXITSTATUS(status) != PINLAB_INTERRUPTED))
		fail_msg("%s, after %u us: status %x, and a report is %sthere", name,
			 (unsigned int)us, status, is_there ? "" : "not ");
	return !is_there;
}

/* At any moment; on a fast machine an earlier one. */
static void test_interrupt(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++) {
		useconds_t us = 40000 + 30000 * i;
		bool done = true;

		for (; done && us > 1000; us /= 2) {
			char *dir = make(&kinds[i], MOST);

			done = !interrupt_after(dir, kinds[i].name, us);
			remove_tree(dir);
			free(dir);
		}
		if (done)
			fail_msg("%s: never interrupted", kinds[i].name);
	}
}

int main(void)
{
	struct CMUnitTest tests[ARRAY_SIZE(kinds) + 1] = { cmocka_unit_test(test_interrupt) };

	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++)
		tests[i + 1] = (struct CMUnitTest){ kinds[i].name, test_cost, NULL, NULL,
						    (void *)&kinds[i] };
	return cmocka_run_group_tests_name("cost", tests, make_top, remove_top);
}
