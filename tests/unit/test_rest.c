// SPDX-License-Identifier: GPL-2.0
/*
 * A boot whose guest went down, and those that went on for it: where the next
 * one begins, how often, and what a report makes of them all.
 */
#include "makerun.h"

#include "host/report/derive.h"
#include "host/run/rest.h"

#define HELLO "hello\t1\t6.12.117\tns", "cap\trows\t4"
#define PASS(row) "begin\t" row, "result\t" row "\tPASS\t"
#define CELL(row) "begin\t" row, "fact\t" row "\tpath\tP|user|x|", \
	"fact\t" row "\tnone/anon\tREAD|READ|memcpy||", "result\t" row "\tPASS\t"
#define PANIC "[    9.000000] Kernel panic - not syncing: x\n"
#define STALL "[    9.000000] watchdog: BUG: soft lockup - CPU#1 stuck for 22s! [a:1]\n"

static const char *const all[] = {
	HELLO, PASS("t/a"), PASS("t/b"), PASS("t/c"), PASS("t/d"), "end\t10", NULL
};

static const char *const stops_in_b[] = { HELLO, PASS("t/a"), "begin\tt/b", NULL };
static const char *const stops_in_c[] = { HELLO, "begin\tt/c", NULL };
static const char *const rest[] = { HELLO, PASS("t/c"), PASS("t/d"), "end\t6", NULL };
static const char *const last[] = { HELLO, PASS("t/d"), "end\t4", NULL };
static const char *const nothing[] = { NULL };
static const char *const gives_up[] = {
	HELLO, PASS("t/a"), "begin\tt/b", "result\tt/b\tFAIL\tcannot be killed", "end\t6", NULL
};

static const char *const cells[] = {
	HELLO, CELL("t/a"), CELL("t/b"), CELL("t/c"), CELL("t/d"), "end\t18", NULL
};

static const char *const cells_to_b[] = { HELLO, CELL("t/a"), "begin\tt/b", NULL };
static const char *const cells_from_c[] = { HELLO, CELL("t/c"), CELL("t/d"), "end\t10", NULL };

#define ID "01-6.12+exclusive"
#define BOOT(id, outcome, lines, console) \
	{ id, "6.12+exclusive", outcome, "why it ended", 1, NULL, NULL, lines, console }

static const struct rest_case {
	const char *name, *verb;
	struct boot_def boots[4];	/* the plan's, and those that went on for it */
	int status;
	const char *report[3], *ktap[3];	/* are there */
	const char *absent;		/* in neither */
} cases[] = {
	{ "went on", "torture",
	  { BOOT(ID, "panic", stops_in_b, PANIC), BOOT(ID "/rest-1", "ok", rest, "") },
	  PINLAB_FAIL,
	  { "panic in t/b: why it ended; what was left ran in boot " ID "/rest-1",
	    "7 scenarios passed, 1 failed in 2 boots" },
	  { "not ok 2 - t/b # FAIL why it ended", "ok 3 - t/c\n", "ok 4 - t/d\n" },
	  "not run" },
	{ "did not go on", "torture",
	  { BOOT(ID, "panic", stops_in_b, PANIC) },
	  PINLAB_FAIL,
	  { "2 could not be run (by name below)",
	    "because the kernel went down in t/b (boot " ID ": panic): t/c, t/d" },
	  { "not ok 3 - t/c # BROKEN not run: the kernel went down in t/b",
	    "not ok 4 - t/d # BROKEN not run: " } },
	{ "went down twice", "torture",
	  { BOOT(ID, "panic", stops_in_b, PANIC), BOOT(ID "/rest-1", "panic", stops_in_c, PANIC) },
	  PINLAB_FAIL,
	  { "1 could not be run",
	    "went down in t/c (boot " ID "/rest-1: panic), after 1 fresh boot: t/d" },
	  { "not ok 3 - t/c # FAIL", "not ok 4 - t/d # BROKEN not run" } },
	{ "a watchdog explains", "torture",
	  { BOOT(ID, "hang", stops_in_b, STALL), BOOT(ID "/rest-1", "ok", rest, "") },
	  PINLAB_FAIL, { "hang in t/b" }, { "not ok 2 - t/b # FAIL", "ok 3 - t/c\n" }, "not run" },
	{ "came again", "torture",
	  { BOOT(ID, "hang", stops_in_b, ""), BOOT(ID "/rest-1", "hang", stops_in_b, ""),
	    BOOT(ID "/rest-2", "ok", rest, "") },
	  PINLAB_FAIL, { "7 scenarios passed, 1 failed" }, { "not ok 2 - t/b # FAIL" }, "not run" },
	{ "came once", "torture",
	  { BOOT(ID, "hang", stops_in_b, ""), BOOT(ID "/rest-1", "ok", all, "") },
	  PINLAB_BROKE, { "gives no verdict", "hung-once: it stopped, and the next boot did not" },
	  { "not ok 2 - t/b # BROKEN", "ok 3 - t/c\n" }, "A PROMISE" },
	{ "came, and nobody asked again", "torture",
	  { BOOT(ID, "hang", stops_in_b, "") },
	  PINLAB_BROKE, { "because the boot ended in t/b (boot " ID ": hang): t/c, t/d" },
	  { "not ok 2 - t/b # BROKEN" }, "A PROMISE" },
	{ "the guest gave up", "torture",
	  { BOOT(ID, "ok", gives_up, ""), BOOT(ID "/rest-1", "ok", rest, "") },
	  PINLAB_FAIL, { "ok: why it ended; what was left ran in boot" },
	  { "not ok 2 - t/b # FAIL", "ok 4 - t/d\n" },
	  "not run" },
	{ "the host ended it", "torture",
	  { BOOT(ID, "panic", stops_in_b, PANIC), BOOT(ID "/rest-1", "qemu-died", nothing, "") },
	  PINLAB_BROKE, { "gives no verdict" },
	  { "not ok 3 - t/c # BROKEN not run: the boot ended" } },
	{ "a row is left out", "torture",
	  { BOOT(ID, "panic", stops_in_b, PANIC), BOOT(ID "/rest-1", "ok", last, "") },
	  PINLAB_BROKE, { "gives no verdict" },
	  { "t/c # BROKEN not run: the guest said that it was done" } },
	{ "paths went on", "paths",
	  { BOOT(ID, "panic", cells_to_b, PANIC), BOOT(ID "/rest-1", "ok", cells_from_c, "") },
	  PINLAB_FAIL,
	  { "WENT DOWN in 1 boot",
	    "t/b: Kernel panic - not syncing: x (boot " ID "); no answer for none/anon" },
	  { "t/b # FAIL the kernel went down", "ok 3 - t/d/none/anon\n" }, "not run" },
	{ "paths did not go on", "paths",
	  { BOOT(ID, "panic", cells_to_b, PANIC) },
	  PINLAB_FAIL, { "2 paths could not be run",
	    "went down in t/b (boot " ID ": panic): t/c, t/d" },
	  { "t/d # BROKEN not run: the kernel went down in t/b" } },
	{ "paths stopped", "paths",
	  { BOOT(ID, "hang", cells_to_b, "") },
	  PINLAB_BROKE, { "gives no verdict" }, { "t/d # BROKEN not run: the boot ended in t/b" } },
};

#define EXPECT "{\"rows\":{\"t/a\":{\"cells\":\"none/anon\"},\"t/b\":{\"cells\":\"none/anon\"}," \
	"\"t/c\":{\"cells\":\"none/anon\"},\"t/d\":{\"cells\":\"none/anon\"}}}"

static char *run_of(const struct rest_case *c)
{
	struct boot_def planned[] = {
		{ "00-6.12", "6.12", "ok", "", 1, NULL, NULL,
		  strcmp(c->verb, "paths") ? all : cells, "" },
		c->boots[0],
	};
	char *dir = make_run(c->verb, "rest", planned, 2), *text = in(dir, "plan.json"), *out;
	json_t *plan = json_loads(text, 0, NULL);

	for (size_t i = 1; i < ARRAY_SIZE(c->boots) && c->boots[i].id; i++)
		put_boot(dir, &c->boots[i]);
	json_object_set_new(plan, "expect", json_loads(EXPECT, 0, NULL));
	json_object_set_new(plan, strcmp(c->verb, "paths") ? "scenarios" : "paths",
			    json_string("*"));
	out = json_dumps(plan, 0);
	put(dir, "plan.json", out);
	json_decref(plan);
	free(text);
	free(out);
	return dir;
}

/* Lines of a report are broken where they must be. */
static char *flat(char *text)
{
	char *to = text;

	for (const char *s = text; *s; s++)
		if (!strchr("\n ", *s) || (to > text && to[-1] != ' '))
			*to++ = *s == '\n' ? ' ' : *s;
	*to = '\0';
	return text;
}

static void check_texts(const struct rest_case *c, const char *dir)
{
	char *report = flat(in(dir, "report.txt")), *ktap = in(dir, "verdicts.ktap");

	for (size_t i = 0; i < ARRAY_SIZE(c->report) && c->report[i]; i++)
		if (!strstr(report, c->report[i]))
			fail_msg("%s: no '%s' in %s", c->name, c->report[i], report);
	for (size_t i = 0; i < ARRAY_SIZE(c->ktap) && c->ktap[i]; i++)
		if (!strstr(ktap, c->ktap[i]))
			fail_msg("%s: no '%s' in %s", c->name, c->ktap[i], ktap);
	if (c->absent && (strstr(report, c->absent) || strstr(ktap, c->absent)))
		fail_msg("%s: '%s' in %s%s", c->name, c->absent, report, ktap);
	free(report);
	free(ktap);
}

static void test_reports(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		char *dir = run_of(&cases[i]);
		int status = report_derive(dir);

		if (status != cases[i].status)
			fail_msg("%s: %d", cases[i].name, status);
		check_texts(&cases[i], dir);
		/* Again, offline, to the same. */
		assert_int_equal(report_derive(dir), status);
		check_texts(&cases[i], dir);
		free(dir);
	}
}

/* What went on for a boot is an input like the boot. */
static void test_edited(void **state)
{
	char *dir = run_of(&cases[0]);

	(void)state;
	assert_int_equal(report_derive(dir), PINLAB_FAIL);
	edit(dir, "boots/" ID "/rest-1/outcome.json", "ok", "okay");
	assert_int_equal(report_derive(dir), PINLAB_BROKE);
	free(dir);
}

static struct records stream_of(const char *const *lines)
{
	struct records rec;
	struct stream st = { 0 };

	for (; *lines; lines++)
		stream_add(&st, *lines);
	records_init(&rec);
	assert_int_equal(records_feed(&rec, st.s, st.n), 0);
	stream_free(&st);
	return rec;
}

static void add(struct rest *r, const char *outcome, const char *const *lines, bool stalled)
{
	struct records rec = stream_of(lines);

	rest_add(r, &(struct rest_end){ outcome, &rec, stalled, 10 }, 1000);
	records_free(&rec);
}

static void expect_rest(const struct rest *r, bool more, const char *after)
{
	assert_int_equal(r->more, more);
	assert_string_equal(r->after, after);
}

static void test_where_it_begins(void **state)
{
	struct rest r = { 0 };

	(void)state;
	add(&r, "panic", stops_in_b, false);
	expect_rest(&r, true, "t/b");
	assert_int_equal(r.rows, 2);
	add(&r, "ok", rest, false);
	assert_false(r.more);
	r = (struct rest){ 0 };
	add(&r, "hang", stops_in_b, true);
	expect_rest(&r, true, "t/b");
	r = (struct rest){ 0 };
	add(&r, "hang", stops_in_b, false);
	expect_rest(&r, true, "");
	add(&r, "hang", stops_in_b, false);
	expect_rest(&r, true, "t/b");
	/* Another one: that has to come again as well. */
	add(&r, "hang", stops_in_c, false);
	expect_rest(&r, true, "t/b");
	add(&r, "hang", stops_in_c, false);
	expect_rest(&r, true, "t/c");
	/* A machine that does not come up, and one that was ended by the host. */
	r = (struct rest){ 0 };
	add(&r, "panic", nothing, false);
	assert_false(r.more);
	add(&r, "timeout", stops_in_b, false);
	assert_false(r.more);
	r = (struct rest){ 0 };
	add(&r, "ok", gives_up, false);
	expect_rest(&r, true, "t/b");
}

static void test_bounds(void **state)
{
	struct rest r = { 0 };
	unsigned int n = 0;

	(void)state;
	do {
		add(&r, "panic", stops_in_b, false);
		n++;
	} while (r.more);
	assert_int_equal(n, REST_MAX + 1);
	/* Together as long as one boot may take. */
	r = (struct rest){ .seconds = 995 };
	add(&r, "panic", stops_in_b, false);
	assert_false(r.more);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_reports),
		cmocka_unit_test(test_edited),
		cmocka_unit_test(test_where_it_begins),
		cmocka_unit_test(test_bounds),
	};

	return cmocka_run_group_tests_name("rest", tests, make_top, remove_top);
}
