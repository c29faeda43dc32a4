// SPDX-License-Identifier: GPL-2.0
/*
 * The fault matrix: each thing that can be wrong with what came, put into a
 * whole run of each verb. None may end with status 0, and none of their first
 * sentences may say what a good run's does. The undamaged runs pass.
 */
#include "faults.h"

#include "host/report/derive.h"
#include "host/run/verb.h"

#define BASE_ID "1111111111111111111111111111111111111111"
#define DRIVER_ID "2222222222222222222222222222222222222222"
#define IDS "cap\tkernel_id\t" BASE_ID, "cap\tdriver_id\t" DRIVER_ID, "cap\tdriver\t1"

#define ROW(row, put) \
	"begin\t" row, "sample\t" row "\tpin\tinsn/page\t0\t10\t64\t0", \
	"sample\t" row "\tpin\tinsn/page\t1\t10\t64\t0", \
	"sample\t" row "\tunpin\tinsn/page\t0\t" put "\t64\t0", \
	"sample\t" row "\tunpin\tinsn/page\t1\t" put "\t64\t0", "result\t" row "\tPASS\t"

static const char *const bench_lines[] = {
	"hello\t1\t6.12.117\tinsn", IDS, ROW("pin/anon/1", "7"), ROW("pin/anon/16", "6"),
	ROW("pin/shmem/1", "8"), "end\t22", NULL
};

static const char *const torture_lines[] = {
	"hello\t1\t6.12.117\tns", IDS, "begin\tmodel",
	"sample\tmodel\ttaken\trequests\t0\t812\t1\t0", "result\tmodel\tPASS\t",
	"begin\trace/fork", "sample\trace/fork\tpins\trequests\t0\t58709\t1\t0",
	"result\trace/fork\tPASS\t", "end\t10", NULL
};

static const char *const paths_lines[] = {
	"hello\t1\t6.12.117\tns", IDS, "begin\tprocess-vm/readv",
	"fact\tprocess-vm/readv\tpath\tP|user|process_vm_readv()|",
	"fact\tprocess-vm/readv\tnone/anon\tREAD|READ|memcpy||",
	"fact\tprocess-vm/readv\tlongterm/anon\tREAD|READ|memcpy||",
	"result\tprocess-vm/readv\tPASS\t", "begin\tvmsplice/read",
	"fact\tvmsplice/read\tpath\tG|user|vmsplice()|pinning it",
	"fact\tvmsplice/read\tnone/anon\tREAD|READ|memcpy||", "result\tvmsplice/read\tPASS\t",
	"end\t13", NULL
};

static const struct matrix_verb {
	const char *verb, *engine, *globs, *expect, *success;
	const char *const *lines;
	const char *roles[3];
} verbs[] = {
	{ "bench", "icount", "bench",
	  "{\"repeats\":2,\"rows\":{\"pin/anon/1\":{\"metrics\":\"pin,unpin\"},\"pin/anon/16\":{\"metrics\":\"pin,unpin\"},\"pin/shmem/1\":{\"metrics\":\"pin,unpin\"}}}",
	  "6.12+exclusive costs the same", bench_lines, { "base", "aa", "test" } },
	{ "torture", "mttcg", "scenarios", "{\"rows\":{\"model\":{},\"race/fork\":{}}}",
	  "No promise was seen broken", torture_lines, { "test", "test", "test" } },
	{ "paths", "mttcg", "paths",
	  "{\"rows\":{\"process-vm/readv\":{\"cells\":\"none/anon,longterm/anon\"},\"vmsplice/read\":{\"cells\":\"none/anon\"}}}",
	  "None differs", paths_lines, { "test", "test", "test" } },
};

/* The first is booted twice, so that each verb has three boots of two kernels. */
static const struct boot_def two[] = {
	{ "00-6.12", "6.12", "ok", "", 1, NULL, NULL, NULL, NULL },
	{ "01-6.12", "6.12", "ok", "", 2, NULL, NULL, NULL, NULL },
	{ "02-6.12+exclusive", "6.12+exclusive", "ok", "", 1, NULL, NULL, NULL, NULL },
};

/* A plan with all that a plan of now says, or with what one of before said. */
static void finish_plan(const char *dir, const struct matrix_verb *v, bool planned)
{
	char *text = in(dir, "plan.json"), *out;
	json_t *plan = json_loads(text, 0, NULL), *k, *b;
	size_t i;

	json_object_set_new(plan, "engine", json_string(v->engine));
	json_object_set_new(plan, v->globs, json_string("*"));
	json_array_foreach(json_object_get(plan, "boots"), i, b)
		json_object_set_new(b, "role", json_string(v->roles[i]));
	if (planned)
		json_object_set_new(plan, "expect", json_loads(v->expect, 0, NULL));
	json_array_foreach(json_object_get(plan, "kernels"), i, k) {
		json_object_set_new(k, "build_id", json_string(BASE_ID));
		json_object_set_new(k, "driver_build_id", json_string(DRIVER_ID));
	}
	out = json_dumps(plan, 0);
	put(dir, "plan.json", out);
	json_decref(plan);
	free(text);
	free(out);
}

static char *whole_run(const struct matrix_verb *v, bool planned)
{
	struct boot_def defs[ARRAY_SIZE(two)];
	char *dir;

	for (size_t i = 0; i < ARRAY_SIZE(two); i++) {
		defs[i] = two[i];
		defs[i].lines = v->lines;
	}
	dir = make_run(v->verb, "matrix", defs, ARRAY_SIZE(two));
	finish_plan(dir, v, planned);
	return dir;
}

/* The program's complaints are wanted, not on the screen. */
static int quietly(const char *dir)
{
	int keep = dup(2), null = open("/dev/null", O_WRONLY), ret;

	fflush(stderr);
	dup2(null, 2);
	ret = report_derive(dir);
	dup2(keep, 2);
	close(keep);
	close(null);
	return ret;
}

static char *first_sentence(const char *dir)
{
	char *text = in(dir, "report.txt"), *end = strstr(text, "\n\n");

	if (end)
		*end = '\0';
	for (char *s = text; *s; s++)
		*s = *s == '\n' ? ' ' : *s;
	return text;
}

static size_t cells, false_passes;

static void check_cell(const char *dir, const struct matrix_verb *v, const char *fault,
		       size_t boot)
{
	int ret = quietly(dir);
	char *said = first_sentence(dir), *ktap = in(dir, "verdicts.ktap");
	bool claims = strstr(said, v->success), all_ok = !strstr(ktap, "\nnot ok");

	cells++;
	if (ret == PINLAB_OK || claims || all_ok) {
		false_passes++;
		print_message("FALSE PASS %s, %s, boot %zu: status %d%s, '%s'\n", v->verb, fault,
			      boot, ret, all_ok ? ", KTAP has no failure" : "", said);
	}
	free(said);
	free(ktap);
}

static bool applies(const struct fault *f, const struct matrix_verb *v)
{
	return !f->verbs || glob_match(f->verbs, v->verb);
}

static void one_verb(const struct matrix_verb *v, bool planned)
{
	char *dir = whole_run(v, planned), *said;

	assert_int_equal(quietly(dir), PINLAB_OK);
	said = first_sentence(dir);
	if (!strstr(said, v->success))
		fail_msg("%s: '%s' does not say '%s'", v->verb, said, v->success);
	free(said);
	free(dir);
	for (size_t i = 0; i < ARRAY_SIZE(faults); i++)
		for (size_t boot = 0; boot < ARRAY_SIZE(two) && applies(&faults[i], v); boot++) {
			dir = whole_run(v, planned);
			damage(dir, two[boot].id, &faults[i]);
			check_cell(dir, v, faults[i].name, boot);
			free(dir);
		}
}

/* In all boots alike: what only the plan can tell. */
static void everywhere(const struct matrix_verb *v)
{
	for (size_t i = 0; i < ARRAY_SIZE(faults); i++) {
		char *dir;

		if (!applies(&faults[i], v))
			continue;
		dir = whole_run(v, true);
		for (size_t boot = 0; boot < ARRAY_SIZE(two); boot++)
			damage(dir, two[boot].id, &faults[i]);
		check_cell(dir, v, faults[i].name, 9);
		free(dir);
	}
}

static void test_matrix(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(verbs); i++) {
		one_verb(&verbs[i], true);
		everywhere(&verbs[i]);
	}
	print_message("%zu cells, %zu false passes\n", cells, false_passes);
	assert_int_equal(false_passes, 0);
}

/* Runs of before, without a list in their plan: what one boot has the others owe. */
static void test_old_runs(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(verbs); i++)
		one_verb(&verbs[i], false);
	print_message("%zu cells, %zu false passes\n", cells, false_passes);
	assert_int_equal(false_passes, 0);
}

static json_t *night_plan(void)
{
	return json_pack("{s:i, s:s, s:s, s:s, s:s, s:s, s:[s,s], s:i, s:i, s:[{s:s, s:b}, {s:s, s:b}], s:[{s:s, s:s, s:b}], s:[{s:s, s:s, s:s, s:s, s:i, s:i, s:s, s:i, s:i}]}",
			 "format", 1, "verb", "nightly", "run", "night", "started",
			 "2026-11-25T05:00:00Z", "suite", "0.1", "engine", "mttcg", "command",
			 "./pinlab", "nightly", "budget_seconds", 7200, "seed", 1, "scenarios",
			 "name", "model", "timed", 1, "name", "race/fork", "timed", 1, "cells",
			 "kernel", "6.12", "flavor", "torture", "built", 1, "turns", "id", "turn",
			 "kernel", "6.12", "flavor", "torture", "kind", "timed", "seed", 1,
			 "seconds", 20, "scenarios", "*", "timed", 2, "n", 2);
}

/* A night of one turn, which is a torture run of one boot. */
static char *whole_night(void)
{
	const struct matrix_verb *v = &verbs[1];
	char *dir = xasprintf("%s/night", top), *turn = xasprintf("%s/turn", dir), *run, *text;
	struct boot_def def = two[0];
	json_t *plan = night_plan();

	def.lines = v->lines;
	run = make_run("torture", "matrix", &def, 1);
	finish_plan(run, v, true);
	remove_tree(dir);
	assert_int_equal(make_dirs(dir), 0);
	assert_int_equal(rename(run, turn), 0);
	text = json_dumps(plan, 0);
	put(dir, "plan.json", text);
	put(dir, "clock.json", "{\"sessions\": [{\"seconds\": 60, \"end\": \"done\"}], \"builds\": [], \"turns\": {\"turn\": 26}}");
	json_decref(plan);
	free(text);
	free(turn);
	free(run);
	return dir;
}

static void test_nightly(void **state)
{
	const struct matrix_verb night = { .verb = "nightly", .success = "Nothing failed" };
	char *dir = whole_night(), *turn;

	(void)state;
	assert_int_equal(quietly(dir), PINLAB_OK);
	free(dir);
	for (size_t i = 0; i < ARRAY_SIZE(faults); i++) {
		if (!applies(&faults[i], &night))
			continue;
		dir = whole_night();
		turn = xasprintf("%s/turn", dir);
		damage(turn, two[0].id, &faults[i]);
		check_cell(dir, &night, faults[i].name, 0);
		free(turn);
		free(dir);
	}
	/* The whole turn is gone. */
	dir = whole_night();
	turn = xasprintf("%s/turn", dir);
	remove_tree(turn);
	check_cell(dir, &night, "turn gone", 0);
	free(turn);
	free(dir);
	assert_int_equal(false_passes, 0);
}

static int compare_quietly(const char *a, const char *b, char **out)
{
	char *path = xasprintf("%s/stdout", top);
	int keep = dup(1), keep_err = dup(2), null = open("/dev/null", O_WRONLY);
	int fd = open(path, O_RDWR | O_CREAT | O_TRUNC, 0600), ret;
	const struct verb *v = verb_find("compare");
	struct options o = { 0 };

	o.args.v = (char *[]){ (char *)a, (char *)b };
	o.args.n = 2;
	fflush(NULL);
	dup2(fd, 1);
	dup2(null, 2);
	ret = v->run(v, &o);
	fflush(NULL);
	dup2(keep, 1);
	dup2(keep_err, 2);
	close(keep);
	close(keep_err);
	close(fd);
	close(null);
	*out = read_file(path, NULL);
	free(path);
	return ret;
}

static void check_compare(const char *a, const char *b, const char *fault, size_t boot)
{
	char *out;
	int ret = compare_quietly(a, b, &out);

	cells++;
	if (ret == PINLAB_OK || strstr(out, "costs the same as")) {
		false_passes++;
		print_message("FALSE PASS compare, %s, boot %zu: status %d, '%.200s'\n", fault,
			      boot, ret, out);
	}
	free(out);
}

/* A whole run against the same with a fault, on either side. */
static void test_compare(void **state)
{
	char *run = whole_run(&verbs[0], true), *whole = xasprintf("%s/whole", top), *out;

	(void)state;
	assert_int_equal(rename(run, whole), 0);
	free(run);
	run = whole_run(&verbs[0], true);
	assert_int_equal(compare_quietly(whole, run, &out), PINLAB_OK);
	assert_non_null(strstr(out, "costs the same as"));
	free(out);
	free(run);
	for (size_t i = 0; i < ARRAY_SIZE(faults); i++)
		for (size_t boot = 0; boot < ARRAY_SIZE(two) && applies(&faults[i], &verbs[0]);
		     boot++) {
			run = whole_run(&verbs[0], boot != 1);
			damage(run, two[boot].id, &faults[i]);
			check_compare(whole, run, faults[i].name, boot);
			check_compare(run, whole, faults[i].name, boot);
			free(run);
		}
	free(whole);
	assert_int_equal(false_passes, 0);
}

/* What is wrong with the plan itself: a kernel that nobody boots. */
static void test_layout(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(verbs); i++) {
		char *dir = whole_run(&verbs[i], true), *text = in(dir, "plan.json"), *out;
		json_t *plan = json_loads(text, 0, NULL);

		json_array_remove(json_object_get(plan, "boots"), 2);
		out = json_dumps(plan, 0);
		put(dir, "plan.json", out);
		check_cell(dir, &verbs[i], "kernel not booted", 2);
		json_decref(plan);
		free(text);
		free(out);
		free(dir);
	}
	assert_int_equal(false_passes, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_matrix),
		cmocka_unit_test(test_old_runs),
		cmocka_unit_test(test_nightly),
		cmocka_unit_test(test_compare),
		cmocka_unit_test(test_layout),
	};

	return cmocka_run_group_tests_name("faults", tests, make_top, remove_top);
}
