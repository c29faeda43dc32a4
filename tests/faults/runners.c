// SPDX-License-Identifier: GPL-2.0
/*
 * Two and three ./pinlab at once for one run, of every verb that makes or reads
 * one: one does it, the others say in a line that it is under way, and what comes
 * of it is what one alone would have made.
 */
#include "tests/faults/faults.h"

#define BENCH	"bench --kernels 6.12 --bench get_fast/anon/1,getppid --no-profile"
#define TORTURE	"torture --flavor lean --kernels 6.12+exclusive --scenarios race/ordinary " \
		"--duration 1"
#define PATHS	"paths --flavor lean --kernels 6.12 --paths fork"
#define NIGHTLY	"nightly --budget 20s --flavors lean --kernels 6.12 --scenarios race/ordinary"

#define AT_ONCE_MAX 3

/* In so many lines: what it is that the loser says. */
static void check_loser(const char *name)
{
	char *path = path_of(name, ""), *text, *first;

	path[strlen(path) - 1] = '\0';
	text = read_file(path, NULL);
	first = text ? strstr(text, "pinlab: the run ") : NULL;
	if (!first || !strstr(first, " is under way: another pinlab") ||
	    strchr(first, '\n')[1])
		fail_msg("the one that came second says:\n%s", text ? text : "nothing");
	free(text);
	free(path);
}

/* `n` at once, the later ones up to `gap` seconds behind: how many of them had it. */
static int at_once(char *const *v, size_t n, double gap)
{
	struct proc p[AT_ONCE_MAX];
	int had = 0;

	for (size_t i = 0; i < n; i++) {
		char *name = xasprintf("log-%zu", i);

		if (i && gap > 0)
			usleep(drand48() * gap * 1e6);
		p[i] = begin(name, (char *const *)v);
		free(name);
	}
	for (size_t i = 0; i < n; i++) {
		char *name = xasprintf("log-%zu", i);
		int status = end(&p[i]);

		if (status == PINLAB_USAGE)
			check_loser(name);
		else
			status_is(status, PINLAB_OK, name, "the one that has it");
		had += status == PINLAB_OK;
		free(name);
	}
	return had;
}

/* The same verb, `rounds` times; each run is whole then, and is taken up as such. */
static void runners(const char *verb, const char *words, long rounds, const char *reference)
{
	long lost = 0;

	for (long i = 0; i < rounds; i++) {
		char *run = xasprintf("%s-%ld", verb, i);
		char **v = words_of("%s --run %s/%s", words, results, run), *dir = path_of(run, "");
		size_t n = 2 + i % 2;
		struct said s;
		int had = at_once(v, n, i % 4 < 2 ? 0 : 3), status;

		assert_in_range(had, 1, n);
		lost += n - had;
		nothing_left(dir);
		no_process();
		if (reference)
			same_run(reference, run);
		run_words(v, &status);
		status_is(status, PINLAB_OK, "log", "taken up");
		s = pinlab("report --run %s/%s", results, run);
		expect(&s, PINLAB_OK, "");
		free(s.text);
		words_free(v);
		free(dir);
		free(run);
	}
	print_message("# %s: %ld came second in %ld rounds\n", verb, lost, rounds);
	assert_true(lost > 0);
}

static void test_bench(void **state)
{
	char **v = words_of(BENCH " --run %s/ref", results);
	int status;

	(void)state;
	run_words(v, &status);
	status_is(status, PINLAB_OK, "log", "the reference");
	words_free(v);
	runners("bench", BENCH, moments(8), "ref");
}

static void test_torture(void **state)
{
	(void)state;
	runners("torture", TORTURE, moments(8), NULL);
}

static void test_paths(void **state)
{
	(void)state;
	runners("paths", PATHS, moments(8), NULL);
}

static void test_nightly(void **state)
{
	(void)state;
	runners("nightly", NIGHTLY, (moments(8) + 3) / 4, NULL);
}

/* Of a run that is there; and while it is being made, when a comparison is none. */
static void test_report_and_compare(void **state)
{
	char **report = words_of("report --run %s/ref", results);
	char **again = words_of(BENCH " --run %s/ref --again *", results);
	char **compare = words_of("compare %s/ref %s/bench-0", results, results);
	char *before = text_of("ref", "manifest.json"), *after;
	struct proc runner;
	int status;

	(void)state;
	for (long i = 0; i < moments(8); i++)
		assert_in_range(at_once(report, 2 + i % 2, 0), 1, 3);
	after = text_of("ref", "manifest.json");
	assert_string_equal(before, after);
	free(after);
	for (long i = 0; i < moments(8); i++)
		assert_int_equal(at_once(compare, 2 + i % 2, 0), 2 + i % 2);
	/* While its boots are made again, at several moments. */
	for (long i = 0; i < (moments(8) + 3) / 4; i++) {
		runner = begin("log", again);
		for (int k = 0; !ended(&runner, &status); k++) {
			run_words(k % 2 ? compare : report, &status);
			usleep(100000);
			if (status != PINLAB_OK && status != PINLAB_USAGE && status != PINLAB_BROKE)
				fail_msg("beside a runner: status %d", status);
		}
		status_is(status, PINLAB_OK, "log", "beside reports and comparisons");
		same_run("bench-0", "ref");
	}
	words_free(report);
	words_free(again);
	words_free(compare);
	free(before);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_bench),
		cmocka_unit_test(test_report_and_compare),
		cmocka_unit_test(test_torture),
		cmocka_unit_test(test_paths),
		cmocka_unit_test(test_nightly),
	};

	begin_faults();
	return cmocka_run_group_tests_name("runners", tests, start_with_kernels, finish);
}
