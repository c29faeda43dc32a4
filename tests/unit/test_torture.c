// SPDX-License-Identifier: GPL-2.0
/*
 * From the folder of a torture run to its verdicts and its report. The runs
 * are written here; report.txt and verdicts.ktap are compared with
 * tests/golden/torture-*, which PINLAB_UPDATE_GOLDEN=1 writes anew.
 */
#include "makerun.h"

#include "host/base/files.h"
#include "host/report/derive.h"
#include "host/torture/torture.h"

static const char *const passes[] = {
	"hello\t1\t6.12.117\tns", "begin\tmodel",
	"sample\tmodel\tsequences\tsequences\t0\t812.0000\t1\t0", "result\tmodel\tPASS\t",
	"begin\trace/fork", "result\trace/fork\tPASS\t",
	"begin\tlimits/pins", "fact\tlimits/pins\tsmall-page-pins\trefuses at 524288 (2^19)",
	"result\tlimits/pins\tPASS\t", "end\t9", NULL
};

static const char *const skips[] = {
	"hello\t1\t6.12.117\tns", "begin\tmodel",
	"sample\tmodel\tsequences\tsequences\t0\t811.0000\t1\t0", "result\tmodel\tPASS\t",
	"begin\trace/fork", "result\trace/fork\tSKIP\tneeds several CPUs",
	"begin\tlimits/pins", "result\tlimits/pins\tSKIP\tneeds a file system", "end\t8", NULL
};

static const char *const finds[] = {
	"hello\t1\t6.12.117\tns", "begin\tmodel",
	"finding\tmodel\tresult\t0.2500\t1.7500\tpin-fast: got 1 page, the contract says -EBUSY",
	"detail\tmodel\tint main(void)", "detail\tmodel\t{ return %s%n; }",
	"result\tmodel\tFAIL\tresult: pin-fast: got 1 page",
	"begin\trace/fork", "result\trace/fork\tPASS\t", "begin\tlimits/pins",
	"fact\tlimits/pins\tsmall-page-pins\tnone", "result\tlimits/pins\tPASS\t", "end\t11", NULL
};

static const char *const dies[] = {
	"hello\t1\t6.12.117\tns", "begin\tmodel",
	"sample\tmodel\tsequences\tsequences\t0\t811.0000\t1\t0", "result\tmodel\tPASS\t",
	"begin\trace/fork", NULL
};

#define PANIC "[    0.100000] Linux version\n" \
	"[    7.250000] BUG: unable to handle page fault for address: ffff\n" \
	"[    7.300000] Kernel panic - not syncing: Fatal exception\n"

static const struct boot_def good[] = {
	{ "00-6.12", "6.12", "ok", "", 1, NULL, NULL, skips, NULL },
	{ "01-6.12+exclusive", "6.12+exclusive", "ok", "", 1, NULL, NULL, passes, NULL },
};

static void test_good(void **state)
{
	char *dir = make_run("torture", "torture-good", good, 2);

	(void)state;
	assert_int_equal(report_derive(dir), PINLAB_OK);
	golden_file(dir, "report.txt", "torture-good.txt");
	golden_file(dir, "verdicts.ktap", "torture-good.ktap");
	free(dir);
}

static const struct boot_def bad[] = {
	{ "00-6.12", "6.12", "ok", "", 1, NULL, NULL, passes, NULL },
	{ "01-6.12+exclusive", "6.12+exclusive", "ok", "", 1, NULL, NULL, finds, NULL },
	{ "02-6.12+mine", "6.12+mine", "panic", "Kernel panic - not syncing", 1,
	  NULL, NULL, dies, PANIC },
};

static void test_bad(void **state)
{
	char *dir = make_run("torture", "torture-bad", bad, 3), *text;

	(void)state;
	/* What is printed to see it again names the series of that kernel, and no other. */
	edit(dir, "plan.json", "\"torture\"], ", "\"torture\", \"--series\", \"o'hara's $(patches)/mine.mbox\", "
	     "\"--series=other.mbox\"], ");
	assert_int_equal(report_derive(dir), PINLAB_FAIL);
	golden_file(dir, "report.txt", "torture-bad.txt");
	golden_file(dir, "verdicts.ktap", "torture-bad.ktap");
	text = in(dir, "findings.txt");
	assert_non_null(strstr(text, "\t{ return %s%n; }\n"));
	free(text);
	free(dir);
}

static const struct boot_def bugs[] = {
	{ "00-a", "6.12+busted:a", "ok", "", 1, NULL, NULL, finds, NULL },
	{ "01-b", "6.12+busted:b", "panic", "Kernel panic - not syncing", 1,
	  NULL, NULL, dies, PANIC },
	{ "02-c", "6.12+busted:c", "ok", "", 1, NULL, NULL, passes, NULL },
};

/* A bug is a pass when it is caught, by a finding or by a crash; else a failure. */
static void test_bugs(void **state)
{
	char *dir = make_run("torture", "torture-bugs", bugs, 3), *text;

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
	dir = make_run("torture", "torture-bugs", bugs, 2);
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
	const struct boot_def skipped = { "00-6.12", "6.12", "ok", "", 1,
	  NULL, NULL, nothing, NULL };
	const struct boot_def cut = { "00-6.12", "6.12", "truncated", "", 1,
	  NULL, NULL, dies, NULL };
	char *dir = make_run("torture", "torture-skipped", &skipped, 1);

	(void)state;
	assert_int_equal(report_derive(dir), PINLAB_BROKE);
	free(dir);
	dir = make_run("torture", "torture-cut", &cut, 1);
	assert_int_equal(report_derive(dir), PINLAB_BROKE);
	free(dir);
}

/* A changed record is named, and nothing is written. */
static void test_edited(void **state)
{
	char *dir = make_run("torture", "torture-good", good, 2), *file;

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
