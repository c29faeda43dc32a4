// SPDX-License-Identifier: GPL-2.0
/*
 * Real guests that go wrong, for each verb: what the host did to one is told from
 * what its kernel did; sentence, KTAP and exit status say the same; and what was
 * the host's doing is made again by itself, the rest when it is asked for.
 */
#include "tests/faults/faults.h"

static const struct fault {
	const char *name;	/* of tests/faults/qemu */
	const char *outcome;	/* of the boot; NULL: it ends well, as far as one boot can tell */
	bool host;		/* its doing: made again by itself */
	int status[3];		/* by verb */
} faults[] = {
	{ "not-startable", "qemu-died", true, { 3, 3, 3 } },
	{ "frozen", "host", true, { 3, 3, 3 } },
	{ "io-error", "host", true, { 3, 3, 3 } },
	{ "panic", "panic", false, { 3, 1, 3 } },
	{ "warn", NULL, false, { 1, 1, 1 } },
	{ "driver-wrong", NULL, false, { 3, 3, 3 } },
	{ "driver-fails", NULL, false, { 3, 3, 3 } },
	{ "other-kernel", NULL, false, { 3, 3, 3 } },
	{ "ends-early", NULL, false, { 3, 3, 3 } },
};

static const struct verb_def {
	const char *name, *words;
	const char *fine;	/* what a report says only where nothing is wrong */
} verbs[] = {
	{ "bench", "bench --kernels " KERNELS " --bench get_fast/anon/1,pin_fast/anon/1 --no-profile",
	  "the same" },
	{ "torture", "torture --flavor lean --kernels " KERNELS
	  " --scenarios abuse/arguments,race/ordinary --duration 1",
	  "No promise was seen broken." },
	{ "paths", "paths --flavor lean --kernels " KERNELS " --paths fork,coredump", NULL },
};

static char *good_path;		/* PATH without our QEMU */

/* What goes wrong goes wrong in boots of the kernel with the series. */
static int begin_wrong(void **state)
{
	struct strlist kernels = { 0 };
	char *dir, *base = NULL, *series = NULL, *work;
	int ret = start_with_kernels(state);

	if (ret)
		return ret;
	good_path = xstrdup(getenv("PATH"));
	work = xasprintf("%s/work", results);
	make_dirs(work);
	dir = xasprintf("%s/kernels", cache);
	list_dir(dir, &kernels);
	for (size_t i = 0; i < kernels.n; i++) {
		char *patches = xasprintf("%s/%s/series", dir, kernels.v[i]);
		struct strlist names = { 0 };

		list_dir(patches, &names);
		*(names.n ? &series : &base) = xasprintf("%s/%s", dir, kernels.v[i]);
	}
	assert_true(base && series);
	setenv("PINLAB_WORK", work, 1);
	setenv("PINLAB_OTHER", base, 1);
	setenv("PINLAB_WRONG_IN", "+exclusive", 1);
	shell_or_fail("cp '%s/tests/consoles/splat.c' '%s'; echo 'obj-m := splat.o' > '%s/Makefile'",
		      repo_dir(), work, work);
	shell_or_fail("make -s -C '%s/devel' M='%s' modules > '%s/log' 2>&1", series, work, work);
	shell_or_fail("gcc -static -o '%s/wrap' '%s/tests/faults/qemu/wrap.c'", work, repo_dir());
	return 0;
}

static void go_wrong(const char *how)
{
	char *path = how ? xasprintf("%s/tests/faults/qemu:%s", repo_dir(), good_path) :
		     xstrdup(good_path);

	setenv("PINLAB_WRONG", how ? how : "", 1);
	setenv("PATH", path, 1);
	free(path);
}

/* A line of KTAP at the outermost level that is not ok. */
static bool ktap_failed(const char *run)
{
	char *ktap = text_of(run, "verdicts.ktap");
	bool failed = strstr(ktap, "\nnot ok ");

	free(ktap);
	return failed;
}

static void consistent(const struct verb_def *v, const char *run, int status)
{
	char *report = text_of(run, "report.txt"), *first;

	/* The sentence: all up to the first empty line. */
	first = unbroken(xasprintf("%.*s", (int)(strstr(report, "\n\n") - report), report));
	print_message("# %s: %d: %s\n", run, status, first);
	if (ktap_failed(run) != !!status)
		fail_msg("%s: exit status %d, and KTAP says another:\n%s", run, status,
			 text_of(run, "verdicts.ktap"));
	if (status && v->fine && !strncmp(first, v->fine, strlen(v->fine)))
		fail_msg("%s: exit status %d, and the report says: %s", run, status, first);
	if (status == PINLAB_BROKE && !strstr(first, "NO VERDICT") &&
	    !strstr(first, "incomplete"))
		fail_msg("%s: no verdict, and the report says: %s", run, first);
	free(first);
	free(report);
}

/* The outcomes of all boots of the kernel that goes wrong. */
static void check_outcome(const char *run, const char *want)
{
	char *dir = path_of(run, "boots");
	struct strlist boots = { 0 };
	size_t seen = 0;

	list_dir(dir, &boots);
	for (size_t i = 0; i < boots.n; i++) {
		char *file = xasprintf("boots/%s/outcome.json", boots.v[i]), *said, *text;

		if (!strstr(boots.v[i], "+exclusive"))
			continue;
		text = text_of(run, file);
		said = xasprintf("\"outcome\": \"%s\"", want);
		if (!strstr(text, said))
			fail_msg("%s is not %s: %s", boots.v[i], want, text);
		seen++;
		free(text);
		free(said);
		free(file);
	}
	assert_true(seen > 0);
	strlist_free(&boots);
	free(dir);
}

static void one(const struct verb_def *v, const struct fault *f, int want)
{
	char *run = xasprintf("%s-%s", v->name, f->name);
	char **words = words_of("%s --run %s/%s --silence %d", v->words, results, run,
				!strcmp(f->name, "frozen") ? 15 : 300);
	char **again = words_of("%s --run %s/%s --again failed", v->words, results, run);
	char **whole = f->host || !f->outcome ? words : again;
	int status;

	go_wrong(f->name);
	run_words(words, &status);
	status_is(status, want, "log", run);
	consistent(v, run, status);
	if (f->outcome)
		check_outcome(run, f->outcome);
	no_process();
	/* With a QEMU that is well again. */
	go_wrong(NULL);
	if (!f->host) {
		run_words(words, &status);
		status_is(status, want, "log", run);
	}
	if (f->outcome) {
		run_words(whole, &status);
		status_is(status, PINLAB_OK, "log", run);
		consistent(v, run, status);
	}
	words_free(words);
	words_free(again);
	free(run);
}

static void all_of(size_t verb)
{
	const char *only = getenv("PINLAB_FAULT");

	for (size_t i = 0; i < ARRAY_SIZE(faults); i++)
		if (!only || !strcmp(only, faults[i].name))
			one(&verbs[verb], &faults[i], faults[i].status[verb]);
}

static void test_bench(void **state)
{
	(void)state;
	all_of(0);
}

static void test_torture(void **state)
{
	(void)state;
	all_of(1);
}

static void test_paths(void **state)
{
	(void)state;
	all_of(2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_bench),
		cmocka_unit_test(test_torture),
		cmocka_unit_test(test_paths),
	};

	begin_faults();
	return cmocka_run_group_tests_name("guests", tests, begin_wrong, finish);
}
