// SPDX-License-Identifier: GPL-2.0
/*
 * Run folders to reports. Each folder tests/golden/run-* is a run as the
 * runner leaves it, with its derived files beside it; the inputs are copied,
 * derived from, and compared byte for byte. After a change that is meant,
 * PINLAB_UPDATE_GOLDEN=1 writes the golden files anew: read the diff.
 */
#include "host/base/files.h"
#include "host/report/derive.h"
#include "rundir.h"

/* A whole stream, of a guest that counts nanoseconds. */
#define NS_STREAM \
	"0\thello\t1\t6.12.117\tns\t70e38f3a\n" \
	"1\tend\t1\tf19e80d2\n"

/* The program's complaints are wanted here, not on the screen. */
static int derive(const char *dir, char **said)
{
	char *path = xasprintf("%s/stderr", top);
	int keep = dup(2), fd = open(path, O_RDWR | O_CREAT | O_TRUNC, 0600), ret;

	fflush(stderr);
	dup2(fd, 2);
	ret = report_derive(dir);
	fflush(stderr);
	dup2(keep, 2);
	close(keep);
	close(fd);
	if (said)
		*said = read_file(path, NULL);
	free(path);
	return ret;
}

static void check_run(const char *name, int status)
{
	char *dir = fresh(name);

	assert_int_equal(derive(dir, NULL), status);
	for (size_t i = 0; i < ARRAY_SIZE(derived); i++) {
		char *text = in(dir, derived[i]), *again;
		char *file = xasprintf("%s/%s", name, derived[i]);

		/* The manifest has the hash of samples.tsv: one golden copy is enough. */
		if (strcmp(derived[i], "samples.tsv") || !strcmp(name, "run-icount"))
			check_golden(text, file);
		if (!i)
			check_mail(text);
		assert_int_equal(derive(dir, NULL), status);
		again = in(dir, derived[i]);
		assert_string_equal(text, again);
		free(text);
		free(again);
		free(file);
	}
	free(dir);
}

static void test_golden(void **state)
{
	(void)state;
	check_run("run-icount", PINLAB_OK);
	check_run("run-broken", PINLAB_BROKE);
	check_run("run-skipped", PINLAB_BROKE);
	check_run("run-kvm", PINLAB_OK);
	check_run("run-native-a", PINLAB_OK);
	check_run("run-native-b", PINLAB_OK);
}

/* Options that went away count as much as those that came. */
static void test_config_diff(void **state)
{
	char *dir = fresh("run-icount"), *text;

	(void)state;
	edit(dir, "boots/00-6.12/config", "CONFIG_MMU=y", "CONFIG_MMU=y\nCONFIG_KSM=y\nCONFIG_HZ=100");
	edit(dir, "boots/02-6.12+exclusive/config", "CONFIG_MMU=y", "CONFIG_MMU=y\nCONFIG_HZ=250");
	assert_int_equal(derive(dir, NULL), PINLAB_OK);
	text = in(dir, "report.txt");
	assert_non_null(strstr(text, "options that differ from 6.12: 3\n"
			       "    EXCLUSIVE_PIN (y, was not set)\n"
			       "    HZ (250, was 100)\n"
			       "    KSM (not set, was y)\n"));
	free(text);
	free(dir);
}

/* A run of three boots that measured these values; the verdict's sentence in *first. */
static int with_values(const char *base, const char *aa, const char *test, char **first)
{
	char *dir = fresh("run-icount"), *text;
	int ret;

	put_records(dir, "00-6.12", base);
	put_records(dir, "01-6.12-aa", aa);
	put_records(dir, "02-6.12+exclusive", test);
	ret = derive(dir, NULL);
	text = in(dir, "report.txt");
	*strstr(text, "\n\n") = '\0';
	*first = text;
	free(dir);
	return ret;
}

static void check_values(const char *base, const char *aa, const char *test, int status,
			 const char *sentence)
{
	char *first;

	assert_int_equal(with_values(base, aa, test, &first), status);
	for (char *s = first; *s; s++)
		*s = *s == '\n' ? ' ' : *s;
	if (!strstr(first, sentence))
		fail_msg("'%s' does not say '%s'", first, sentence);
	free(first);
}

static void test_exact_rules(void **state)
{
	(void)state;
	check_values("73", "73", "73", PINLAB_OK,
		     "6.12+exclusive costs the same as 6.12, to the instruction, in all 1 figure");
	check_values("73", "73", "76", PINLAB_OK, "more than 6.12 in 1 of 1 figure (+3.00 insn/call)");
	check_values("73", "73", "72.5", PINLAB_OK, "less in 1 (-0.50 insn/call)");
	/* below half of the last digit shown there is no change; at it there is one */
	check_values("73", "73", "73.0049", PINLAB_OK, "to the instruction");
	check_values("73", "73", "73.0050", PINLAB_OK, "(+0.01 insn/call)");
	/* the baseline does not agree with itself: said loudly, and a FAIL */
	check_values("73", "74", "73.5", PINLAB_FAIL, "A/A DIFFERS in 1 figure");
	check_values("73", "74", "73.5", PINLAB_FAIL, "cannot be told in 1");
	check_values("73", "74", "73", PINLAB_FAIL, "cannot be told in 1");
	check_values("73", "74", "75", PINLAB_FAIL, "more than 6.12 in 1 of 1 figure (+2.00");
	check_values("73", "72", "74", PINLAB_FAIL, "cannot be told in 1");
}

static void test_edited(void **state)
{
	char *dir = fresh("run-icount"), *said, *before, *after;

	(void)state;
	assert_int_equal(derive(dir, NULL), PINLAB_OK);
	before = in(dir, "report.txt");
	put_records(dir, "02-6.12+exclusive", "73");
	assert_int_equal(derive(dir, &said), PINLAB_BROKE);
	assert_non_null(strstr(said, "results were edited: boots/02-6.12+exclusive/records "
				     "differs from manifest.json"));
	after = in(dir, "report.txt");
	assert_string_equal(before, after);
	free(said);
	free(before);
	free(after);
	free(dir);

	dir = fresh("run-icount");
	assert_int_equal(derive(dir, NULL), PINLAB_OK);
	edit(dir, "plan.json", "EPYC", "EPIC");
	assert_int_equal(derive(dir, &said), PINLAB_BROKE);
	assert_non_null(strstr(said, "plan.json differs from manifest.json"));
	free(said);
	free(dir);

	dir = fresh("run-icount");
	assert_int_equal(derive(dir, NULL), PINLAB_OK);
	put(dir, "boots/00-6.12/extra", "x");
	assert_int_equal(derive(dir, &said), PINLAB_BROKE);
	assert_non_null(strstr(said, "boots/00-6.12/extra is not in manifest.json"));
	free(said);
	free(dir);

	dir = fresh("run-icount");
	assert_int_equal(derive(dir, NULL), PINLAB_OK);
	put(dir, "manifest.json", "{");
	assert_int_equal(derive(dir, &said), PINLAB_BROKE);
	free(said);
	free(dir);
}

/* A run that was cut off, reported, and then continued: the new boot is no edit. */
static void test_continued(void **state)
{
	char *dir = fresh("run-icount"), *outcome = in(dir, "boots/02-6.12+exclusive/outcome.json");
	char *path = xasprintf("%s/boots/02-6.12+exclusive/outcome.json", dir);
	char *records = in(dir, "boots/02-6.12+exclusive/records"), *text;

	(void)state;
	unlink(path);
	put(dir, "boots/02-6.12+exclusive/records", "");
	assert_int_equal(derive(dir, NULL), PINLAB_BROKE);
	text = in(dir, "report.txt");
	assert_non_null(strstr(text, "INCOMPLETE, 2 of 3 boots"));
	free(text);
	put(dir, "boots/02-6.12+exclusive/outcome.json", outcome);
	put(dir, "boots/02-6.12+exclusive/records", records);
	assert_int_equal(derive(dir, NULL), PINLAB_OK);
	text = in(dir, "report.txt");
	check_golden(text, "run-icount/report.txt");
	free(text);
	free(path);
	free(outcome);
	free(records);
	free(dir);
}

static void check_outcome(const char *file, const char *text, const char *say)
{
	char *dir = fresh("run-icount"), *said;

	put(dir, file, text);
	assert_int_equal(derive(dir, &said), PINLAB_BROKE);
	if (!strstr(said, say))
		fail_msg("'%s' does not say '%s'", said, say);
	free(said);
	free(dir);
}

/* What a boot says about itself is checked against its records. */
static void test_not_on_trust(void **state)
{
	char *golden = golden_path("run-icount"), *records = in(golden, "boots/00-6.12/records");

	(void)state;
	records[strlen(records) / 2] = '\0';
	check_outcome("boots/00-6.12/records", records, "00-6.12: truncated");
	check_outcome("boots/00-6.12/records", "garbage\n", "00-6.12: garbled: records: line 1");
	check_outcome("boots/00-6.12/records", "", "00-6.12: truncated");
	check_outcome("boots/00-6.12/records", NS_STREAM, "garbled: the guest's clock is not");
	/* every row has its result, and the guest still did not end well */
	check_outcome("boots/02-6.12+exclusive/outcome.json",
		      "{\"outcome\":\"hang\",\"detail\":\"at exit\"}",
		      "02-6.12+exclusive: hang: at exit");
	check_outcome("boots/00-6.12/outcome.json", "{}", "00-6.12: missing: outcome.json");
	check_outcome("boots/00-6.12/outcome.json", "[", "00-6.12: missing: outcome.json");
	check_outcome("plan.json", "{ \"format\": 2 }", "not of format 1");
	check_outcome("plan.json", "{", "plan.json: ");
	check_outcome("plan.json", "{\"format\":1,\"run\":\"x\",\"engine\":\"icount\"}",
		      "lists no kernels");
	free(records);
	records = in(golden, "plan.json");
	for (char *at = records; (at = strstr(at, "\"release\": \"6.12.117\""));)
		memcpy(at, "\"release\": \"6.12.118\"", 21);
	check_outcome("plan.json", records, "00-6.12: garbled: the guest ran another kernel");
	free(records);
	free(golden);
}

/* Of several boots the worst verdict of a row counts, whichever comes first. */
static void test_worst_wins(void **state)
{
	static const char *const streams[][2] = {
		{ "result\tgetppid\tPASS\t", "result\tgetppid\tFAIL\tlost a page" },
		{ "result\tgetppid\tFAIL\tlost a page", "result\tgetppid\tPASS\t" },
		{ "result\tgetppid\tSKIP\tno system calls", "result\tgetppid\tFAIL\tlost a page" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(streams); i++) {
		char *dir = fresh("run-icount"), *text;

		put_records(dir, "02-6.12+exclusive", "73");
		for (int b = 0; b < 2; b++) {
			struct stream st = { 0 };

			stream_add(&st, "hello\t1\t6.12.117\tinsn");
			stream_add(&st, "begin\tgetppid");
			stream_add(&st, "sample\tgetppid\tcall\tinsn/call\t0\t73\t100\t0");
			stream_add(&st, streams[i][b]);
			stream_add(&st, "end\t4");
			put(dir, b ? "boots/01-6.12-aa/records" : "boots/00-6.12/records", st.s);
			stream_free(&st);
		}
		assert_int_equal(derive(dir, NULL), PINLAB_FAIL);
		text = in(dir, "verdicts.ktap");
		assert_non_null(strstr(text, "  not ok 1 - getppid # FAIL lost a page\n"));
		free(text);
		free(dir);
	}
}

static void test_no_run(void **state)
{
	char *said;

	(void)state;
	assert_int_equal(derive("/nonexistent", &said), PINLAB_BROKE);
	assert_non_null(strstr(said, "no plan.json in it"));
	free(said);
}

/* Names and texts from outside end up in the report: it stays a mail. */
static void test_hostile_plan(void **state)
{
	char *dir = fresh("run-icount"), *text;
	char *cpu = xasprintf("%0400d\\u00e4 %%s%%n", 7), *said;

	(void)state;
	edit(dir, "plan.json", "AMD EPYC 7B13", cpu);
	edit(dir, "plan.json", "\"./pinlab\"", "\"./pinlab\", \"it's %s\", \"two words\"");
	assert_int_equal(derive(dir, NULL), PINLAB_OK);
	text = in(dir, "report.txt");
	check_mail(text);
	assert_non_null(strstr(text, "'it'\\''s %s' 'two words'"));
	free(text);
	/* What a terminal or a file of lines takes for more than text is in no plan. */
	edit(dir, "plan.json", "%s%n", "%s%n\\t");
	assert_int_equal(derive(dir, &said), PINLAB_BROKE);
	assert_non_null(strstr(said, "a control character in its `cpu`"));
	free(said);
	free(cpu);
	free(dir);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_golden),
		cmocka_unit_test(test_config_diff),
		cmocka_unit_test(test_exact_rules),
		cmocka_unit_test(test_edited),
		cmocka_unit_test(test_continued),
		cmocka_unit_test(test_not_on_trust),
		cmocka_unit_test(test_worst_wins),
		cmocka_unit_test(test_no_run),
		cmocka_unit_test(test_hostile_plan),
	};

	return cmocka_run_group_tests_name("report", tests, make_top, remove_top);
}
