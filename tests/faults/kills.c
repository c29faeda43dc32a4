// SPDX-License-Identifier: GPL-2.0
/*
 * A run on real kernels that is ended again and again, at moments all over its
 * length and in the middle of its calls, and taken up each time by the same
 * command: in the end it is the run that nobody disturbed, to the byte.
 */
#include "tests/faults/faults.h"

#define ROWS "get_fast/anon/1,pin_fast/anon/1,exc_pin/anon/1,getppid"

/* What is done to a run that is under way. */
static const struct way {
	const char *name;
	bool guest;		/* to QEMU; else to the runner */
	bool group;		/* to all of the runner's process group */
	int signal;
	bool goes_on;		/* SIGSTOP: SIGCONT a while later */
	int status;		/* of the runner */
} ways[] = {
	{ "SIGKILL to the group", .group = true, .signal = SIGKILL, .status = 128 + SIGKILL },
	{ "SIGKILL to the runner", .signal = SIGKILL, .status = 128 + SIGKILL },
	{ "SIGKILL to QEMU", .guest = true, .signal = SIGKILL, .status = PINLAB_BROKE },
	{ "SIGTERM to QEMU", .guest = true, .signal = SIGTERM, .status = PINLAB_BROKE },
	{ "SIGSTOP to QEMU", .guest = true, .signal = SIGSTOP, .goes_on = true },
	{ "SIGSTOP to the runner", .signal = SIGSTOP, .goes_on = true },
	{ "SIGINT", .signal = SIGINT, .status = PINLAB_INTERRUPTED },
	{ "SIGTERM", .signal = SIGTERM, .status = PINLAB_INTERRUPTED },
	{ "SIGHUP", .signal = SIGHUP, .status = PINLAB_INTERRUPTED },
};

static double whole;		/* seconds of a run that nobody disturbs */
static long calls;		/* of its runner, on the files of the run */
static char *cached;		/* names in the cache after it */
static char *left;		/* names in its folder, from the folder on */

static char **bench_words(const char *run)
{
	return words_of("bench --run %s/%s --kernels " KERNELS " --bench " ROWS, results, run);
}

static char *tree_of_run(const char *run)
{
	char *dir = path_of(run, ""), *text, *flat;

	dir[strlen(dir) - 1] = '\0';
	text = tree_text(dir);
	/* Without the folder, which is another in each run. */
	flat = xstrdup("");
	for (char *rest = text, *line; (line = strsep(&rest, "\n")) && *line;) {
		char *more = xasprintf("%s%s\n", flat, line + strlen(dir));

		free(flat);
		flat = more;
	}
	free(text);
	free(dir);
	return flat;
}

static void same_names(const char *got, const char *want, const char *what)
{
	if (strcmp(got, want))
		fail_msg("%s has\n%snot\n%s", what, got, want);
}

static void test_reference(void **state)
{
	struct watch w = { .below = xasprintf("%s/ref", results) };
	char **v = bench_words("first"), *log = xasprintf("%s/log", results);
	double began;
	int status;

	(void)state;
	/* Images are made, and the time of a call that finds all of it there. */
	run_words(v, &status);
	status_is(status, PINLAB_OK, "log", "a run");
	words_free(v);
	v = bench_words("ref");
	began = now_seconds();
	assert_int_equal(watch_run(&w, v, log), 0);
	whole = now_seconds() - began;
	status_is(w.status, PINLAB_OK, "log", "a run");
	words_free(v);
	calls = w.counted;
	same_run("first", "ref");
	cached = tree_text(cache);
	left = tree_of_run("ref");
	nothing_left(path_of("ref", ""));
	print_message("# a run takes %.1f s, and %ld calls\n", whole, calls);
	free(log);
}

/* The run that came of it in the end. */
static void check_whole(const char *run)
{
	char *names = tree_of_run(run), *now = tree_text(cache), *dir = path_of(run, "");
	struct said s;

	same_run("ref", run);
	same_file("ref", run, "verdicts.ktap");
	nothing_left(dir);
	same_names(names, left, run);
	same_names(now, cached, "the cache");
	s = pinlab("report --run %s/%s", results, run);
	expect(&s, PINLAB_OK, "");
	free(s.text);
	free(names);
	free(now);
	shell_or_fail("rm -r '%s'", dir);
	free(dir);
}

/* One way, `after` seconds from the beginning of a session: true if the session was over before. */
static bool strike(char *const v[], const struct way *way, double after)
{
	struct proc p = begin("log", v);
	double until = now_seconds() + after;
	int status = -1, want = way->goes_on ? PINLAB_OK : way->status;
	bool over = false, hit = true;
	pid_t victim = p.pid;

	while (!over && now_seconds() < until) {
		over = ended(&p, &status);
		usleep(2000);
	}
	if (!over && way->guest) {
		victim = guest_of(p.pid);
		hit = victim > 0;
	}
	if (!over && hit) {
		hit = !kill(way->group ? -victim : victim, way->signal);
		if (way->goes_on) {
			usleep(300000 + lrand48() % 1500000);
			kill(victim, SIGCONT);
		}
	}
	if (!over)
		status = end(&p);
	/*
	 * It may have been at its end; or at its very beginning, before it catches
	 * signals; or QEMU, whose guest had said that it was done.
	 */
	if (status != want && status != PINLAB_OK &&
	    !(after < 0.5 && status == 128 + way->signal && !way->guest))
		status_is(status, want, "log", way->name);
	no_process();
	return status == PINLAB_OK;
}

static void test_at_moments(void **state)
{
	long n = moments(50), runs = 0, i = 0;

	(void)state;
	while (i < n) {
		char *run = xasprintf("moments-%ld", runs++), **v = bench_words(run);
		bool over = false;
		int status;

		/* Up to four in one run. The first anywhere in it, the next in what is left. */
		for (int k = 0; k < 4 && i < n && !over; k++, i++) {
			double after = k ? drand48() * whole / 2 :
				       whole * (i + drand48()) / n;

			over = strike(v, &ways[(i + seed) % ARRAY_SIZE(ways)], after);
		}
		if (!over) {
			run_words(v, &status);
			status_is(status, PINLAB_OK, "log", "continued");
		}
		check_whole(run);
		words_free(v);
		free(run);
	}
	print_message("# %ld moments in %ld runs\n", n, runs);
}

/* SIGKILL in a call on a file of the run: before what it would have done. */
static void test_in_calls(void **state)
{
	long n = moments(50) / 2, runs = 0, i = 0, hits = 0;
	char *log = xasprintf("%s/log", results);

	(void)state;
	while (i < n) {
		char *run = xasprintf("calls-%ld", runs++), **v = bench_words(run);
		struct watch w = { .below = xasprintf("%s/%s", results, run) };
		int status = -1;

		for (int k = 0; k < 4 && i < n && status; k++, i++) {
			w.at = 1 + (long)(calls * (k ? drand48() / 2 : (i + drand48()) / n));
			assert_int_equal(watch_run(&w, v, log), 0);
			status = w.status;
			hits += !!*w.hit;
			if (*w.hit && status != 128 + SIGKILL)
				status_is(status, 128 + SIGKILL, "log", w.hit);
			no_process();
		}
		if (status) {
			run_words(v, &status);
			status_is(status, PINLAB_OK, "log", w.hit);
		}
		check_whole(run);
		words_free(v);
		free((char *)w.below);
		free(run);
	}
	print_message("# killed in %ld of %ld calls, in %ld runs\n", hits, n, runs);
	assert_true(hits > n / 2);
	free(log);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_reference),
		cmocka_unit_test(test_at_moments),
		cmocka_unit_test(test_in_calls),
	};

	begin_faults();
	return cmocka_run_group_tests_name("kills", tests, start_with_kernels, finish);
}
