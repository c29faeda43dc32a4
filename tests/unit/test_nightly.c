// SPDX-License-Identifier: GPL-2.0
/* What a night says, one night against the last, and the plan of the next. */
#include "night.h"

#include "host/base/options.h"
#include "host/nightly/divide.h"
#include "host/nightly/run.h"
#include "host/nightly/turns.h"

static void test_quiet(void **state)
{
	char *dir = make_night("quiet", quiet, 2, NULL, "done"), *text;

	(void)state;
	text = derive(dir, "report.txt", PINLAB_OK);
	check_mail(text);
	has(text, "Nothing failed in 2 boots of 2 kernels: 4 results passed, 0 failed, 2 were skipped, 6 were not run.");
	has(text, "6.12, 6.12+exclusive (torture): limits/pins");
	has(text, "6.12 (debug): nothing was run: there was not enough time to build it");
	has(text, "builds 6.12 debug (10 min 00 s; cut off)");
	has(text, "./pinlab nightly --budget 2h");
	has(text, "6.12 1/1 2 0 1 1 1000 0.5");
	free(text);
	text = in(dir, "verdicts.ktap");
	has(text, "ok 5 - 6.12/torture/race/fork ok 1 - 6.12/torture");
	has(text, "ok 2 - 6.12/torture/limits/pins # SKIP not run");
	has(text, "ok 3 - 6.12/debug # SKIP there was not enough time to build it");
	free(text);
	free(dir);
}

static void test_changes(void **state)
{
	static const struct turn_def again[] = {
		{ E, "torture", "again", 101, "ok", finds },
		{ E, "torture", "again", 103, "panic", dies },
		{ "6.12", "torture", "timed", 104, "ok", faster },
	};
	static const struct turn_def gone[] = {
		{ E, "torture", "again", 101, "ok", passes },
		{ E, "torture", "timed", 105, "ok", passes },
	};
	char *first = make_night("n-first", quiet, 2, NULL, "done");
	char *second = make_night("n-second", noisy, 4, first, "done");
	char *third = make_night("n-third", again, 3, second, "done");
	char *fourth = make_night("n-fourth", gone, 2, third, "done");
	char *fifth = make_night("n-fifth", quiet, 1, second, "done"), *text;

	(void)state;
	text = derive(second, "report.txt", PINLAB_FAIL);
	check_mail(text);
	has(text, "2 new failures, 0 still there, 0 gone since n-first in 4 boots");
	has(text, "New failures: 6.12+exclusive/torture/race/fork: two-owners: page <3> & \"4\" (2 boots, seed 101)");
	has(text, "race/cow: leak: +3 pins (1 boot, seed 103)");
	has(text, "cpu 0: pin-fast -> 1");
	has(text, "--scenarios race/fork --duration 10 --seed 7");
	free(text);
	/* One is still there, one broke another way, which is new. */
	text = derive(third, "report.txt", PINLAB_FAIL);
	check_mail(text);
	has(text, "1 new failure, 1 still there, 1 gone since n-second");
	has(text, "New failures: 6.12+exclusive/torture/race/cow: crash: BUG: unable to handle");
	has(text, "Still there: 6.12+exclusive/torture/race/fork: two-owners");
	has(text, "not seen now): 6.12+exclusive/torture/race/cow: leak: +3 pins (seed 103)");
	has(text, "seeds 104; again: 101, 103");
	has(text, "6.12, torture 6000 5000 +20.0%");
	free(text);
	text = derive(fourth, "report.txt", PINLAB_OK);
	has(text, "Nothing failed, 2 gone since n-third");
	free(text);
	/* A kernel that had no turn leaves its failures open, and hands them on. */
	text = derive(fifth, "report.txt", PINLAB_OK);
	has(text, "Nothing failed, 0 gone since n-second (2 not run again)");
	has(text, "Failed then, not run again: 6.12+exclusive/torture/race/fork: two-owners");
	free(text);
	free(make_night("n-sixth", gone, 2, fifth, "done"));
	text = xasprintf("%s/n-sixth", top);
	free(derive(text, "report.txt", PINLAB_OK));
	free(text);
	text = xasprintf("%s/n-sixth/report.txt", top);
	free(first);
	first = read_file(text, NULL);
	has(first, "Nothing failed, 2 gone since n-fifth");
	free(text);
	free(first);
	free(second);
	free(third);
	free(fourth);
	free(fifth);
}

/* What was cut off says so, keeps what was found, and is no verdict. */
static void test_not_whole(void **state)
{
	static const struct turn_def cut[] = {
		{ "6.12", "torture", "timed", 100, "ok", passes },
		{ E, "torture", "timed", 100, NULL, dies },
		{ E, "torture", "timed", 101, NULL, NULL },
	};
	static const struct turn_def found[] = {
		{ E, "torture", "timed", 100, NULL, finds },
	};
	char *dir = make_night("cut", cut, 3, NULL, ""), *text;
	struct night night;
	json_t *j;

	(void)state;
	text = derive(dir, "report.txt", PINLAB_BROKE);
	has(text, "This night is incomplete, so it gives no verdict: it has used 1 h 00 min of 2 h 00 min.");
	has(text, "No failure was seen in 1 boot of 1 kernel");
	has(text, "1 planned boot did not start");
	has(text, "001-6.12+exclusive-torture-100 was cut off in race/cow");
	free(text);
	assert_int_equal(night_load(dir, &night), 0);
	/* A row that was under way is not run; one that had its result has. */
	assert_int_equal(night.cells[1].results[3].verdict, VERDICT_NONE);
	assert_int_equal(night.cells[1].results[4].verdict, VERDICT_PASS);
	j = night_export(&night);
	assert_int_equal(json_array_size(json_object_get(j, "cut")), 1);
	json_decref(j);
	night_free(&night);
	free(dir);
	dir = make_night("found", found, 1, NULL, "done");
	text = derive(dir, "report.txt", PINLAB_FAIL);
	has(text, "two-owners");
	free(text);
	text = xasprintf("%s/000-6.12+exclusive-torture-100", dir);
	free(in(text, "reproduce"));
	free(text);
	free(dir);
}

static void test_status(void **state)
{
	static const struct turn_def garbled[] = {
		{ "6.12", "torture", "timed", 100, "ok", passes },
		{ E, "torture", "timed", 100, "qemu-died", dies },
	};
	static const char *const nothing[] = {
		"hello\t1\t6.12.117\tns", "begin\tmodel", "result\tmodel\tSKIP\tneeds all",
		"end\t3", NULL
	};
	static const struct turn_def skipped[] = {
		{ "6.12", "torture", "timed", 100, "ok", nothing },
	};
	char *dir = make_night("garbled", garbled, 2, NULL, "done"), *text;

	(void)state;
	text = derive(dir, "report.txt", PINLAB_BROKE);
	has(text, "1 result broke off.");
	free(text);
	free(dir);
	dir = make_night("skipped", skipped, 1, NULL, "done");
	free(derive(dir, "report.txt", PINLAB_BROKE));
	free(dir);
	dir = make_night("empty", quiet, 0, NULL, "done");
	text = derive(dir, "report.txt", PINLAB_BROKE);
	has(text, "Nothing was run.");
	free(text);
	free(dir);
	/* A build that failed breaks the night, whatever else passed. */
	dir = make_night("unbuilt", quiet, 2, NULL, "done");
	edit(dir, "clock.json", "\"cut\"", "\"failed\"");
	text = derive(dir, "report.txt", PINLAB_BROKE);
	has(text, "NO VERDICT. 1 kernel could not be built. No failure was seen in 2 boots");
	has(text, "6.12, debug, boot: BROKEN: its build failed");
	free(text);
	text = in(dir, "junit.xml");
	has(text, "name=\"boot\"> <error message=\"its build failed\" type=\"BROKEN\"/>");
	free(text);
	free(dir);
}

/* The same bytes again; and a changed record is named, and nothing is written. */
static void test_again_and_edited(void **state)
{
	static const char *const files[] = {
		"report.txt", "verdicts.ktap", "junit.xml", "kcidb.json", "manifest.json",
	};
	char *dir = make_night("twice", noisy, 4, NULL, "done"), *path;
	char *before[ARRAY_SIZE(files)];

	(void)state;
	assert_int_equal(report_derive(dir), PINLAB_FAIL);
	for (size_t i = 0; i < ARRAY_SIZE(files); i++)
		before[i] = in(dir, files[i]);
	assert_int_equal(report_derive(dir), PINLAB_FAIL);
	for (size_t i = 0; i < ARRAY_SIZE(files); i++) {
		char *now = in(dir, files[i]);

		assert_string_equal(before[i], now);
		free(now);
		free(before[i]);
	}
	edit(dir, "000-6.12-torture-101/boots/00/outcome.json", "ok", "okay");
	path = xasprintf("%s/report.txt", dir);
	unlink(path);
	assert_int_equal(report_derive(dir), PINLAB_BROKE);
	assert_false(file_exists(path));
	free(path);
	free(dir);
}

static void test_reproduce(void **state)
{
	char *dir = make_night("again", noisy, 4, NULL, "done"), *text, *turn;

	(void)state;
	assert_int_equal(report_derive(dir), PINLAB_FAIL);
	turn = xasprintf("%s/001-6.12+exclusive-torture-101", dir);
	text = in(turn, "reproduce");
	has(text, "./pinlab torture --scenarios race --duration 20 --seed 7");
	has(text, "race/fork alone: ./pinlab torture --scenarios race/fork --duration 10 --seed 7");
	has(text, "-kernel \"$PINLAB_CACHE/vmlinux\" \\ -append \"a b\"");
	free(text);
	free(turn);
	turn = xasprintf("%s/000-6.12-torture-101/reproduce", dir);
	assert_false(file_exists(turn));
	free(turn);
	free(dir);
}

static json_t *turns_of(const struct nightly *n)
{
	return json_object_get(n->plan, "turns");
}

/* A night that would run on two kernels, after one in which seeds 101 and 102 failed. */
static void test_plan(void **state)
{
	static const char *const names[] = { "limits/pins", "model", "race/cow", "race/fork" };
	char *last = make_night("plan-last", noisy, 4, NULL, "done");
	struct kernel k[] = { { .name = "6.12", .flavor = "torture", .driver = "x" },
			      { .name = E, .flavor = "torture", .driver = "x" } };
	struct kernel *kernels[] = { &k[0], &k[1] };
	bool wanted[] = { true, true, true, true }, timed[] = { false, true, true, true };
	struct night_request q = { .budget = 900, .wanted = wanted, .timed = timed };
	bool had[2 * ARRAY_SIZE(names)] = { false };
	struct nightly n = { .q = &q, .kernels = kernels, .n = 2, .started = now_seconds(),
			     .had = had };
	struct night night;
	const json_t *turns, *t;
	double sum = 0;
	size_t i, before, of[2] = { 0 };

	(void)state;
	for (i = 0; i < ARRAY_SIZE(names); i++)
		strlist_add(&q.scenarios, names[i]);
	assert_int_equal(night_load(last, &night), 0);
	n.last = night_export(&night);
	night_free(&night);
	n.plan = json_pack("{s:i, s:i, s:[]}", "seed", 500, "next_turn", 0, "turns");
	n.clock = json_pack("{s:{}}", "turns");
	assert_true(night_plan_turns(&n, true) > 6);
	turns = json_object_get(n.plan, "turns");
	json_array_foreach(turns, i, t) {
		json_int_t seed = json_integer_value(json_object_get(t, "seed"));
		const char *scenarios = json_text(t, "scenarios");

		sum += night_expected(&n, t);
		of[night_cell_of(&n, t)]++;
		/* What failed comes first, with its own seed and in the same boot. */
		assert_int_equal(!strcmp(json_text(t, "kind"), "again"), i < 2);
		if (i < 2)
			assert_true(seed == (i ? 103 : 101) && !strcmp(scenarios, "race"));
		else
			assert_in_range(seed, 500, 600);
		if (!strcmp(json_text(t, "kind"), "timed"))
			assert_string_equal(scenarios, "model,race");
		if (!strcmp(json_text(t, "kind"), "fixed"))
			assert_string_equal(scenarios, "limits");
	}
	assert_true(sum <= 900 && sum > 800);
	assert_true(of[0] > 2 && of[1] > 4);
	/* With little time left: what had no result yet in 6.12. */
	for (i = 0; i < json_array_size(turns); i++)
		n.state[i] = TURN_RAN;
	memset(had, true, sizeof(had));
	had[1] = false;
	had[3] = false;
	q.budget = 36;
	before = json_array_size(turns);
	assert_true(night_plan_turns(&n, false) >= 1);
	t = json_array_get(turns, before);
	assert_int_equal(night_cell_of(&n, t), 0);
	assert_string_equal(json_text(t, "scenarios"), "model,race/fork");
	/* A boot of its own for each is a third of the budget at most: then what failed alone. */
	json_array_clear(turns_of(&n));
	q.budget = 63;
	night_plan_turns(&n, true);
	t = json_array_get(turns, 0);
	assert_string_equal(json_text(t, "kind"), "again");
	assert_string_equal(json_text(t, "scenarios"), "race/fork");
	assert_int_equal(json_integer_value(json_object_get(t, "seconds")), 10);
	assert_string_equal(json_text(json_array_get(turns, 1), "kind"), "timed");
	json_decref(n.plan);
	json_decref(n.clock);
	json_decref(n.last);
	strlist_free(&q.scenarios);
	free(n.state);
	free(last);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_quiet),
		cmocka_unit_test(test_changes),
		cmocka_unit_test(test_not_whole),
		cmocka_unit_test(test_status),
		cmocka_unit_test(test_again_and_edited),
		cmocka_unit_test(test_reproduce),
		cmocka_unit_test(test_plan),
	};

	return cmocka_run_group_tests_name("nightly", tests, make_top, remove_top);
}
