// SPDX-License-Identifier: GPL-2.0
/*
 * Reports of runs that are there, while the disk fails: one call goes wrong, or
 * the disk is full from one call on, or the process is killed in it. Either the
 * report is the one that it would have been, or the exit status says that there
 * is none, in a line; no file is a half one, and the next try makes them all.
 */
#include "tests/faults/faults.h"

static const char *const derived[] = {
	"report.txt", "samples.tsv", "verdicts.ktap", "manifest.json", "findings.txt",
	"bugs.tsv", "facts.tsv", "paths.tsv",
};

static struct said good;	/* what an undisturbed report says, and returns */

static char *read_log(void)
{
	struct proc p = { .log = xasprintf("%s/log", results) };
	char *text = log_of(&p);

	free(p.log);
	return text;
}

static int report(struct watch *w)
{
	char *dir = path_of("run", ""), **v;
	int ret;

	dir[strlen(dir) - 1] = '\0';
	v = words_of("report --run %s", dir);
	w->below = dir;
	ret = watch_run(w, v, xasprintf("%s/log", results));
	words_free(v);
	free(dir);
	return ret;
}

static void forget_reports(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(derived); i++) {
		char *path = path_of("run", derived[i]);

		unlink(path);
		free(path);
	}
}

/* Each report that is there is the whole one. */
static void no_half_file(const struct watch *w)
{
	for (size_t i = 0; i < ARRAY_SIZE(derived); i++) {
		char *a = path_of("run", derived[i]), *b = path_of("good", derived[i]);
		char *x = read_file(a, NULL), *y = read_file(b, NULL);

		if (x && (!y || strcmp(x, y)))
			fail_msg("%s: %s is another", w->hit, derived[i]);
		if (!x && y && !w->status)
			fail_msg("%s: exit status 0 without %s", w->hit, derived[i]);
		free(x);
		free(y);
		free(a);
		free(b);
	}
}

static void check_fault(struct watch *w)
{
	char *log;

	assert_int_equal(report(w), 0);
	log = read_log();
	if (!w->error) {
		if (w->status != 128 + SIGKILL)
			fail_msg("%s: killed, and status %d", w->hit, w->status);
	} else if (w->status == PINLAB_BROKE) {
		if (!strstr(log, "pinlab: "))
			fail_msg("%s: not a word about it:\n%s", w->hit, log);
	} else if (w->status != good.status || strcmp(log, good.text)) {
		fail_msg("%s: status %d (%d without it), and it says:\n%.2000s", w->hit,
			 w->status, good.status, log);
	}
	no_half_file(w);
	free(log);
}

/* And without a fault: as if there had been none. */
static void check_after(const struct watch *w, const char *tree)
{
	struct watch none = { .at = 0 };
	char *now;

	assert_int_equal(report(&none), 0);
	if (none.status != good.status)
		fail_msg("after %s: status %d, not %d: %s", w->hit, none.status, good.status,
			 read_log());
	no_half_file(&none);
	now = tree_text(path_of("run", ""));
	if (strcmp(now, tree))
		fail_msg("after %s: there are\n%snot\n%s", w->hit, now, tree);
	free(now);
}

static void sweep(const char *reference, long all)
{
	static const struct {
		int error;
		long calls;
	} ways[] = { { EIO, 0 }, { ENOSPC, -1 }, { EIO, -1 }, { 0, 0 } };
	long n = moments(all), counted, hits = 0;
	struct watch w = { .at = 0 };
	char *tree;

	shell_or_fail("rm -rf '%s/run' '%s/good'; cp -r '%s/results/reference/%s' '%s/run'",
		      results, results, repo_dir(), reference, results);
	forget_reports();
	assert_int_equal(report(&w), 0);
	counted = w.counted;
	good = (struct said){ read_log(), w.status };
	shell_or_fail("cp -r '%s/run' '%s/good'", results, results);
	tree = tree_text(path_of("run", ""));
	/* Spread over all calls, each way in turn; each part of them at some call of it. */
	for (long i = 0; i < n; i++) {
		w.error = ways[i % ARRAY_SIZE(ways)].error;
		w.calls = ways[i % ARRAY_SIZE(ways)].calls;
		w.at = 1 + i * counted / n + (long)(drand48() * counted / n);
		forget_reports();
		check_fault(&w);
		hits += !!*w.hit;
		check_after(&w, tree);
	}
	print_message("# %s: %ld calls, %ld of them hit\n", reference, counted, hits);
	assert_true(hits > n * 9 / 10);
	free(tree);
	free(good.text);
}

static void test_bench(void **state)
{
	(void)state;
	sweep("6.1", 150);
}

static void test_torture(void **state)
{
	(void)state;
	sweep("torture", 150);
}

static void test_paths(void **state)
{
	(void)state;
	sweep("paths", 150);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_bench),
		cmocka_unit_test(test_torture),
		cmocka_unit_test(test_paths),
	};

	begin_faults();
	return cmocka_run_group_tests_name("errors", tests, start_faults, finish);
}
