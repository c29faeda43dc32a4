// SPDX-License-Identifier: GPL-2.0
/*
 * Torture on real kernels: what the frame has to notice by itself, a good
 * kernel that passes, seeded bugs that have to be caught, and a failure that
 * comes again with its seed. Guests that go wrong come from
 * tests/guest/torture-*.c.
 */
#include "e2e.h"

static void torture(const char *run, const char *kernels, const char *scenarios, const char *more,
		    int status)
{
	struct said s = pinlab("torture --run %s/%s --kernels %s --scenarios %s %s", results, run,
			       kernels, scenarios, more);

	expect(&s, status, "");
	free(s.text);
}

static void test_bad_words(void **state)
{
	(void)state;
	check(PINLAB_USAGE, "torture", "tortrue");
	check(PINLAB_USAGE, "race", "torture --scenarios rase");
	check(PINLAB_USAGE, "mttcg or kvm", "torture --engine icount");
	check(PINLAB_USAGE, "--on-the-running-kernel", "torture --engine native");
	check(PINLAB_USAGE, "native only", "torture --on-the-running-kernel");
	check(PINLAB_USAGE, "6.12+busted:", "torture --kernels 6.12+busted:retake-ignores-othrs");
	check(PINLAB_USAGE, "whole number", "torture --duration soon");
	check(PINLAB_OK, "Examples", "torture --help");
	check(PINLAB_OK, "race/ordinary", "list scenarios");
}

/* Each fault becomes a finding of its own kind, and the next scenario is not to blame. */
static void test_frame_notices(void **state)
{
	(void)state;
	torture("faults", "6.12+exclusive",
		"test/torture-leak,test/torture-memory,test/torture-warn,test/torture-text,test/torture-stuck",
		"--duration 3", PINLAB_FAIL);
	contains("faults", "verdicts.ktap",
		 "test/torture-leak # FAIL leak: nr_foll_pin_acquired - nr_foll_pin_released is +1");
	contains("faults", "verdicts.ktap", "test/torture-memory # FAIL leak: ");
	contains("faults", "verdicts.ktap", "test/torture-warn # FAIL kernel-log: WARNING");
	contains("faults", "verdicts.ktap", "test/torture-text # FAIL result: %n%s??[2J   ?");
	contains("faults", "verdicts.ktap", "test/torture-stuck # FAIL did not end");
	contains("faults", "findings.txt", "gup_put_exclusive");
}

static void test_crash_is_a_finding(void **state)
{
	(void)state;
	torture("crash", "6.12+exclusive", "test/torture-crash,test/torture-text", "--duration 1",
		PINLAB_FAIL);
	contains("crash", "report.txt", "CRASH");
	contains("crash", "report.txt", "test/torture-crash, ");
	/* What comes behind it runs in a fresh boot. */
	contains("crash", "report.txt", "; what was left ran in boot 00-6.12+exclusive/rest-1");
	contains("crash", "verdicts.ktap", "test/torture-text # FAIL result: ");
}

/* A skip is no success alone, and is told by the missing thing's name. */
static void test_skip_is_no_pass(void **state)
{
	(void)state;
	torture("skip", "6.12", "race/exclusive", "--duration 1", PINLAB_BROKE);
	contains("skip", "verdicts.ktap", "# SKIP needs exclusive pins (CONFIG_EXCLUSIVE_PIN)");
}

/* Sum of a metric over all rows of a kernel that begin so. */
static double sum_of(const char *run, const char *kernel, const char *rows, const char *metric)
{
	char *all = text_of(run, "samples.tsv");
	struct strlist lines = { 0 };
	double sum = 0;

	strlist_split(&lines, all, "\n");
	for (size_t i = 0; i < lines.n; i++) {
		struct strlist f = { 0 };

		/* kernel boot engine row metric unit repeat value */
		strlist_split(&f, lines.v[i], "\t");
		if (f.n > 7 && !strcmp(f.v[0], kernel) && !strncmp(f.v[3], rows, strlen(rows)) &&
		    !strcmp(f.v[4], metric))
			sum += strtod(f.v[7], NULL);
		strlist_free(&f);
	}
	strlist_free(&lines);
	free(all);
	return sum;
}

/*
 * Races on one kernel go at about the pace of the other's, which ran beside it:
 * a kernel on which they crawl finds nothing. By all races together, because
 * on a busy machine the short time of a single one may pass without a CPU.
 */
static void same_pace(const char *run)
{
	double base = sum_of(run, "6.12", "race/", "rate");
	double patched = sum_of(run, "6.12+exclusive", "race/", "rate");

	if (base <= 0 || patched < base / 10 || patched > base * 10)
		fail_msg("races: %g a second on 6.12, %g on 6.12+exclusive", base, patched);
}

/* No false alarm, and an equal pace; derived again to the same bytes. */
static void test_good_kernels(void **state)
{
	char *before, *after;
	struct said s;

	(void)state;
	torture("good", "6.12,6.12+exclusive", "model,race/*,abuse/*,basic/*",
		"--duration 25 --seed 11", PINLAB_OK);
	contains("good", "report.txt", "No promise was seen broken. 1 kernel with exclusive pins: ");
	same_pace("good");
	before = text_of("good", "report.txt");
	s = pinlab("report --run %s/good", results);
	expect(&s, PINLAB_OK, "");
	after = text_of("good", "report.txt");
	assert_string_equal(before, after);
	free(s.text);
	free(before);
	free(after);
}

/*
 * The rules that the series is known to break, by name, and no other one: a further
 * one that fails is seen here, and so is one that no longer does.
 */
static void test_rules(void **state)
{
	static const char *const broken[] = {
		"rule/share-part", "rule/stuck-request", "rule/who",
	};
	const size_t n = sizeof(broken) / sizeof(*broken);
	size_t failed = 0;
	char *text, line[64];

	(void)state;
	torture("rules", "6.12+exclusive", "rule/*", "--duration 5 --seed 11", PINLAB_FAIL);
	text = text_of("rules", "verdicts.ktap");
	for (const char *at = text; (at = strstr(at, " # FAIL ")); at++)
		failed++;
	for (size_t i = 0; i < n; i++) {
		snprintf(line, sizeof(line), " - %s # FAIL ", broken[i]);
		if (!strstr(text, line))
			fail_msg("%s does not fail any more on the series:\n%s", broken[i], text);
	}
	if (failed != n)
		fail_msg("%zu rules are broken, known are %zu:\n%s", failed, n, text);
	free(text);
}

#define BUG_MODEL	"batch-returns-ebusy"
#define BUG_RACE	"exclusive-check-then-or"
#define BUG_LEAK	"dio-pins-twice"
#define BUGS "6.12+busted:" BUG_MODEL ",6.12+busted:" BUG_RACE ",6.12+busted:" BUG_LEAK

static void test_bugs_are_caught(void **state)
{
	(void)state;
	torture("bugs", BUGS, "model,race/across,basic/dio-fat,race/exclusive",
		"--duration 40 --stop", PINLAB_OK);
	contains("bugs", "report.txt", "3 of 3 seeded bugs were caught");
	contains("bugs", "verdicts.ktap", "\nok 2 - 6.12+busted:");
}

/* With its seed the model check finds the same, in the same sequence. */
static void test_failure_comes_again(void **state)
{
	char *one, *two;

	(void)state;
	torture("again-1", "6.12+busted:" BUG_MODEL, "model",
		"--duration 10 --seed 5 --stop", PINLAB_OK);
	torture("again-2", "6.12+busted:" BUG_MODEL, "model",
		"--duration 10 --seed 5 --stop", PINLAB_OK);
	one = text_of("again-1", "findings.txt");
	two = text_of("again-2", "findings.txt");
	one[strcspn(one, "\n")] = '\0';
	two[strcspn(two, "\n")] = '\0';
	assert_non_null(strstr(one, "\tmodel\tresult\t"));
	assert_string_equal(one, two);
	free(one);
	free(two);
}

static void test_killed_run_is_continued(void **state)
{
	char *path = path_of("killed", "");

	(void)state;
	killed_after("killed", "00-6.12", (char *[]){
		"pinlab", "torture", "--run", path, "--kernels", "6.12,6.12+exclusive",
		"--scenarios", "race/ordinary", "--duration", "3", NULL }, 500000);
	torture("killed", "6.12,6.12+exclusive", "race/ordinary", "--duration 3", PINLAB_OK);
	contains("killed", "verdicts.ktap", "\nok 2 - 6.12+exclusive");
	free(path);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_bad_words),
		cmocka_unit_test(test_frame_notices),
		cmocka_unit_test(test_crash_is_a_finding),
		cmocka_unit_test(test_skip_is_no_pass),
		cmocka_unit_test(test_good_kernels),
		cmocka_unit_test(test_rules),
		cmocka_unit_test(test_bugs_are_caught),
		cmocka_unit_test(test_failure_comes_again),
		cmocka_unit_test(test_killed_run_is_continued),
	};

	return cmocka_run_group_tests_name("e2e_torture", tests, start, finish);
}
