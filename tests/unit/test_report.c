// SPDX-License-Identifier: GPL-2.0
/*
 * Run folders to reports. Each folder tests/golden/run-* is a run as the
 * runner leaves it, with its derived files beside it; the inputs are copied,
 * derived from, and compared byte for byte. After a change that is meant,
 * PINLAB_UPDATE_GOLDEN=1 writes the golden files anew: read the diff.
 */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <unistd.h>
#include <cmocka.h>

#include "report.h"
#include "stream.h"
#include "verbs.h"

static const char *const derived[] = {
	"report.txt", "verdicts.ktap", "manifest.json", "samples.tsv",
};

static char top[] = "/tmp/pinlab-report-XXXXXX";

static char *golden_path(const char *name)
{
	return xasprintf("%s/tests/golden/%s", repo_dir(), name);
}

static void copy_tree(const char *from, const char *to)
{
	struct strlist names = { 0 };

	assert_int_equal(make_dirs(to), 0);
	assert_int_equal(list_dir(from, &names), 0);
	for (size_t i = 0; i < names.n; i++) {
		char *a = xasprintf("%s/%s", from, names.v[i]);
		char *b = xasprintf("%s/%s", to, names.v[i]);
		struct strlist below = { 0 };

		if (!list_dir(a, &below))
			copy_tree(a, b);
		else
			assert_int_equal(copy_file(a, b), 0);
		strlist_free(&below);
		free(a);
		free(b);
	}
	strlist_free(&names);
}

/* The inputs of a golden run, in a fresh folder; the caller frees. */
static char *fresh(const char *name)
{
	char *from = golden_path(name), *to = xasprintf("%s/%s", top, name);

	remove_tree(to);
	copy_tree(from, to);
	for (size_t i = 0; i < ARRAY_SIZE(derived); i++) {
		char *path = xasprintf("%s/%s", to, derived[i]);

		unlink(path);
		free(path);
	}
	free(from);
	return to;
}

static char *in(const char *dir, const char *file)
{
	char *path = xasprintf("%s/%s", dir, file), *text = read_file(path, NULL);

	if (!text)
		fail_msg("%s is missing", path);
	free(path);
	return text;
}

static void put(const char *dir, const char *file, const char *text)
{
	char *path = xasprintf("%s/%s", dir, file);

	assert_int_equal(write_file(path, text, strlen(text)), 0);
	free(path);
}

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

static void check_mail(const char *text)
{
	size_t column = 0;

	for (const char *s = text; *s; s++) {
		column = *s == '\n' ? 0 : column + 1;
		if (column > TEXT_COLUMNS || (*s != '\n' && (*s < ' ' || *s > '~')))
			fail_msg("not for a mail: %.80s", s - column + 1);
	}
}

static void check_golden(const char *got, const char *name)
{
	char *path = golden_path(name), *want;

	if (getenv("PINLAB_UPDATE_GOLDEN")) {
		assert_int_equal(write_file(path, got, strlen(got)), 0);
	} else {
		want = read_file(path, NULL);
		if (!want || strcmp(want, got)) {
			put(top, "got", got);
			fail_msg("%s differs from what is derived now: diff %s %s/got", name, path,
				 top);
		}
		free(want);
	}
	free(path);
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

static int compare_to(const char *a, const char *b, char **out)
{
	char *path = xasprintf("%s/stdout", top);
	struct options o = { 0 };
	int keep, fd, null, keep_err, ret;

	o.args.v = (char *[]){ (char *)a, (char *)b };
	o.args.n = 2;
	fflush(NULL);
	keep = dup(1);
	keep_err = dup(2);
	fd = open(path, O_RDWR | O_CREAT | O_TRUNC, 0600);
	null = open("/dev/null", O_WRONLY);
	dup2(fd, 1);
	dup2(null, 2);
	ret = verb_compare(&o);
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

static void check_compare(const char *a, const char *b, int status, const char *golden)
{
	char *dir_a = fresh(a), *dir_b = fresh(b), *out;

	assert_int_equal(compare_to(dir_a, dir_b, &out), status);
	check_mail(out);
	if (golden)
		check_golden(out, golden);
	else
		assert_string_equal(out, "");
	free(out);
	free(dir_a);
	free(dir_b);
}

static void test_compare(void **state)
{
	(void)state;
	check_compare("run-icount", "run-icount", PINLAB_OK, "compare-same.txt");
	check_compare("run-icount", "run-broken", PINLAB_BROKE, "compare-broken.txt");
	check_compare("run-native-a", "run-native-b", PINLAB_OK, "compare-native.txt");
	check_compare("run-native-a", "run-icount", PINLAB_USAGE, NULL);
	check_compare("run-kvm", "run-native-a", PINLAB_USAGE, NULL);
}

static char *replaced(const char *text, const char *old, const char *new)
{
	const char *at = strstr(text, old);

	assert_non_null(at);
	return xasprintf("%.*s%s%s", (int)(at - text), text, new, at + strlen(old));
}

static void edit(const char *dir, const char *file, const char *old, const char *new)
{
	char *text = in(dir, file), *changed = replaced(text, old, new);

	put(dir, file, changed);
	free(text);
	free(changed);
}

/* A stream of two rows with one metric, of the given value. */
static void put_records(const char *dir, const char *boot, const char *value)
{
	char *file = xasprintf("boots/%s/records", boot), *body;
	struct stream st = { 0 };

	stream_add(&st, "hello\t1\t6.12.117\tinsn");
	stream_add(&st, "begin\tgetppid");
	body = xasprintf("sample\tgetppid\tcall\tinsn/call\t0\t%s\t100\t0", value);
	stream_add(&st, body);
	free(body);
	stream_add(&st, "result\tgetppid\tPASS\t");
	stream_add(&st, "end\t4");
	put(dir, file, st.s);
	stream_free(&st);
	free(file);
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
	check_outcome("boots/00-6.12/outcome.json", "{}", "00-6.12: missing: outcome.json");
	check_outcome("boots/00-6.12/outcome.json", "[", "00-6.12: missing: outcome.json");
	check_outcome("plan.json", "{ \"format\": 2 }", "not of format 1");
	check_outcome("plan.json", "{", "plan.json: ");
	check_outcome("plan.json", "{\"format\":1,\"run\":\"x\",\"engine\":\"icount\"}",
		      "lists no kernels");
	free(records);
	free(golden);
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
	char *cpu = xasprintf("%0400d\\u00e4\\t\\u0007 %%s%%n", 7);

	(void)state;
	edit(dir, "plan.json", "AMD EPYC 7B13", cpu);
	edit(dir, "plan.json", "\"./pinlab\"", "\"./pinlab\", \"it's %s\", \"two words\"");
	assert_int_equal(derive(dir, NULL), PINLAB_OK);
	text = in(dir, "report.txt");
	check_mail(text);
	assert_non_null(strstr(text, "'it'\\''s %s' 'two words'"));
	free(text);
	free(cpu);
	free(dir);
}

static int make_top(void **state)
{
	(void)state;
	return mkdtemp(top) ? 0 : -1;
}

static int remove_top(void **state)
{
	(void)state;
	return getenv("PINLAB_KEEP") ? 0 : remove_tree(top);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_golden),
		cmocka_unit_test(test_compare),
		cmocka_unit_test(test_exact_rules),
		cmocka_unit_test(test_edited),
		cmocka_unit_test(test_continued),
		cmocka_unit_test(test_not_on_trust),
		cmocka_unit_test(test_no_run),
		cmocka_unit_test(test_hostile_plan),
	};

	return cmocka_run_group_tests_name("report", tests, make_top, remove_top);
}
