// SPDX-License-Identifier: GPL-2.0
/*
 * From the folder of a torture run to its verdicts and its report. The runs
 * are written here; report.txt and verdicts.ktap are compared with
 * tests/golden/torture-*, which PINLAB_UPDATE_GOLDEN=1 writes anew.
 */
#include "rundir.h"

#include "report.h"
#include "torture.h"

/* One boot of the run to be. */
struct boot_def {
	const char *id, *kernel, *outcome, *detail;
	unsigned long seed;
	const char *const *lines;	/* of its records; NULL at the end */
	const char *console;
};

static const char *const passes[] = {
	"hello\t1\t6.12.117\tns", "begin\tmodel",
	"sample\tmodel\tsequences\tsequences\t0\t812.0000\t1\t0", "result\tmodel\tPASS\t",
	"begin\trace/fork", "result\trace/fork\tPASS\t",
	"begin\tlimits/pins", "fact\tlimits/pins\tsmall-page-pins\trefuses at 524288 (2^19)",
	"result\tlimits/pins\tPASS\t", "end\t9", NULL
};

static const char *const skips[] = {
	"hello\t1\t6.12.117\tns", "begin\tmodel", "result\tmodel\tPASS\t",
	"begin\trace/fork", "result\trace/fork\tSKIP\tneeds several CPUs", "end\t5", NULL
};

static const char *const finds[] = {
	"hello\t1\t6.12.117\tns", "begin\tmodel",
	"finding\tmodel\tresult\t0.2500\t1.7500\tpin-fast: got 1 page, the contract says -EBUSY",
	"detail\tmodel\tint main(void)", "detail\tmodel\t{ return %s%n; }",
	"result\tmodel\tFAIL\tresult: pin-fast: got 1 page", "end\t6", NULL
};

static const char *const dies[] = {
	"hello\t1\t6.12.117\tns", "begin\tmodel", "result\tmodel\tPASS\t", "begin\trace/fork", NULL
};

#define PANIC "[    0.100000] Linux version\n" \
	"[    7.250000] BUG: unable to handle page fault for address: ffff\n" \
	"[    7.300000] Kernel panic - not syncing: Fatal exception\n"

static json_t *kernel(const char *name)
{
	return json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:[s]}", "name", name, "base", "6.12",
			 "release", "6.12.117", "base_version", "6.12.117-1", "flavor", "torture",
			 "compiler", "gcc 12", "patches", "0001-a.patch");
}

static void put_boot(const char *dir, const struct boot_def *d)
{
	char *sub = xasprintf("%s/boots/%s", dir, d->id);
	struct stream st = { 0 };
	json_t *o = json_pack("{s:s, s:s, s:f}", "outcome", d->outcome, "detail", d->detail,
			      "seconds", 12.5);
	char *text = json_dumps(o, 0);

	assert_int_equal(make_dirs(sub), 0);
	for (const char *const *l = d->lines; *l; l++)
		stream_add(&st, *l);
	put(sub, "records", st.s);
	put(sub, "console.log", d->console ? d->console : "");
	put(sub, "outcome.json", text);
	stream_free(&st);
	json_decref(o);
	free(text);
	free(sub);
}

/* A run of these boots; the caller frees its path. */
static char *make_run(const char *name, const struct boot_def *defs, size_t n)
{
	char *dir = xasprintf("%s/%s", top, name), *text;
	json_t *kernels = json_array(), *boots = json_array(), *plan;
	struct strlist names = { 0 };

	remove_tree(dir);
	assert_int_equal(make_dirs(dir), 0);
	for (size_t i = 0; i < n; i++) {
		if (!strlist_has(&names, defs[i].kernel))
			json_array_append_new(kernels, kernel(defs[i].kernel));
		strlist_add(&names, defs[i].kernel);
		json_array_append_new(boots, json_pack("{s:s, s:s, s:s, s:i, s:i, s:i}", "id",
						       defs[i].id, "kernel", defs[i].kernel, "role",
						       "test", "index", 0, "skew", 0, "seed",
						       (int)defs[i].seed));
		put_boot(dir, &defs[i]);
	}
	plan = json_pack("{s:i, s:s, s:s, s:s, s:s, s:[s,s], s:s, s:i, s:i, s:s, s:o, s:o}",
			 "format", 1, "verb", "torture", "run", name, "started",
			 "2026-11-25T05:00:00Z", "suite", "0.1", "command", "./pinlab", "torture",
			 "engine", "mttcg", "seed", 1, "seconds", 20, "qemu", "QEMU 7.2", "kernels",
			 kernels, "boots", boots);
	text = json_dumps(plan, 0);
	put(dir, "plan.json", text);
	strlist_free(&names);
	json_decref(plan);
	free(text);
	return dir;
}

static void golden_file(const char *dir, const char *file, const char *golden)
{
	char *text = in(dir, file);

	if (!strcmp(file, "report.txt"))
		check_mail(text);
	check_golden(text, golden);
	free(text);
}

static const struct boot_def good[] = {
	{ "00-6.12", "6.12", "ok", "", 1, skips, NULL },
	{ "01-6.12+exclusive", "6.12+exclusive", "ok", "", 1, passes, NULL },
};

static void test_good(void **state)
{
	char *dir = make_run("torture-good", good, 2);

	(void)state;
	assert_int_equal(report_derive(dir), PINLAB_OK);
	golden_file(dir, "report.txt", "torture-good.txt");
	golden_file(dir, "verdicts.ktap", "torture-good.ktap");
	free(dir);
}

static const struct boot_def bad[] = {
	{ "00-6.12", "6.12", "ok", "", 1, passes, NULL },
	{ "01-6.12+exclusive", "6.12+exclusive", "ok", "", 1, finds, NULL },
	{ "02-6.12+mine", "6.12+mine", "panic", "Kernel panic - not syncing", 1, dies, PANIC },
};

static void test_bad(void **state)
{
	char *dir = make_run("torture-bad", bad, 3), *text;

	(void)state;
	assert_int_equal(report_derive(dir), PINLAB_FAIL);
	golden_file(dir, "report.txt", "torture-bad.txt");
	golden_file(dir, "verdicts.ktap", "torture-bad.ktap");
	text = in(dir, "findings.txt");
	assert_non_null(strstr(text, "\t{ return %s%n; }\n"));
	free(text);
	free(dir);
}

static const struct boot_def bugs[] = {
	{ "00-a", "6.12+busted:a", "ok", "", 1, finds, NULL },
	{ "01-b", "6.12+busted:b", "panic", "Kernel panic - not syncing", 1, dies, PANIC },
	{ "02-c", "6.12+busted:c", "ok", "", 1, passes, NULL },
};

/* A bug is a pass when it is caught, by a finding or by a crash; else a failure. */
static void test_bugs(void **state)
{
	char *dir = make_run("torture-bugs", bugs, 3), *text;

	(void)state;
	assert_int_equal(report_derive(dir), PINLAB_FAIL);
	golden_file(dir, "report.txt", "torture-bugs.txt");
	golden_file(dir, "verdicts.ktap", "torture-bugs.ktap");
	text = in(dir, "bugs.tsv");
	assert_non_null(strstr(text, "6.12+busted:a\t1\t1.750\tmodel\tresult\tpin-fast"));
	assert_non_null(strstr(text, "6.12+busted:b\t1\t7.250\trace/fork\tcrash\tBUG: unable"));
	assert_non_null(strstr(text, "6.12+busted:c\t0\t0.000\t\t\t\n"));
	free(text);
	free(dir);
	dir = make_run("torture-bugs", bugs, 2);
	assert_int_equal(report_derive(dir), PINLAB_OK);
	free(dir);
}

/* What all was skipped in is no success, and what was cut off is no verdict. */
static void test_not_whole(void **state)
{
	static const char *const nothing[] = {
		"hello\t1\t6.12.117\tns", "begin\tmodel", "result\tmodel\tSKIP\tneeds all",
		"end\t3", NULL
	};
	const struct boot_def skipped = { "00-6.12", "6.12", "ok", "", 1, nothing, NULL };
	const struct boot_def cut = { "00-6.12", "6.12", "truncated", "", 1, dies, NULL };
	char *dir = make_run("torture-skipped", &skipped, 1);

	(void)state;
	assert_int_equal(report_derive(dir), PINLAB_BROKE);
	free(dir);
	dir = make_run("torture-cut", &cut, 1);
	assert_int_equal(report_derive(dir), PINLAB_BROKE);
	free(dir);
}

/* A changed record is named, and nothing is written. */
static void test_edited(void **state)
{
	char *dir = make_run("torture-good", good, 2), *file;

	(void)state;
	assert_int_equal(report_derive(dir), PINLAB_OK);
	edit(dir, "boots/00-6.12/outcome.json", "ok", "okay");
	file = xasprintf("%s/report.txt", dir);
	unlink(file);
	assert_int_equal(report_derive(dir), PINLAB_BROKE);
	assert_false(file_exists(file));
	free(file);
	free(dir);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_good),
		cmocka_unit_test(test_bad),
		cmocka_unit_test(test_bugs),
		cmocka_unit_test(test_not_whole),
		cmocka_unit_test(test_edited),
	};

	return cmocka_run_group_tests_name("torture", tests, make_top, remove_top);
}
