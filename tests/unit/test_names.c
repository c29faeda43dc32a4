// SPDX-License-Identifier: GPL-2.0
/* Names of kernels: seeded bugs by name, by glob and all at once; the user's series. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "host/base/files.h"
#include "host/kernel/bugs.h"
#include "host/kernel/kernel.h"
#include "host/kernel/names.h"
#include "folder.h"

static struct strlist bugs;	/* those of 6.12, "6.12+busted:NAME" */

static void names_are(const char *words, const char *base, const struct strlist *expected)
{
	struct kernel *k;
	size_t n;

	assert_int_equal(kernels_parse(words, base, NULL, NULL, &k, &n), PINLAB_OK);
	assert_int_equal(n, expected->n);
	for (size_t i = 0; i < n; i++)
		assert_string_equal(k[i].name, expected->v[i]);
	kernels_free(k, n);
}

static void test_all_bugs(void **state)
{
	char *glob = xasprintf("6.12+" BUG_VARIANT ":*,%s", bugs.v[0]);

	(void)state;
	names_are("busted", NULL, &bugs);
	names_are("6.12+busted", NULL, &bugs);
	names_are("busted", "6.12", &bugs);
	names_are("busted:*", NULL, &bugs);
	names_are(glob, NULL, &bugs);
	free(glob);
}

static void test_one_bug(void **state)
{
	struct strlist one = { .v = bugs.v, .n = 1 };
	char *name = xasprintf("x86_64/%s", bugs.v[0]);
	struct kernel *k;
	size_t n;

	(void)state;
	names_are(bugs.v[0], NULL, &one);
	assert_int_equal(kernels_parse(name, NULL, NULL, NULL, &k, &n), PINLAB_OK);
	assert_int_equal(n, 1);
	assert_non_null(k[0].bug);
	assert_non_null(strstr(k[0].bug, strchr(k[0].variant, ':') + 1));
	assert_non_null(strstr(k[0].series, "/6.12/" BUG_SERIES));
	assert_string_equal(k[0].base, "6.12");
	kernels_free(k, n);
	free(name);
}

static void test_none_of_that_name(void **state)
{
	static const char *const words[] = {
		"6.12+busted:no-such-*", "6.12+busted:", "6.12+bustd", "0.1+busted", "busted:no-such",
	};
	struct kernel *k;
	size_t n;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(words); i++)
		assert_int_equal(kernels_parse(words[i], NULL, NULL, NULL, &k, &n), PINLAB_USAGE);
}

/* They are the last, whichever base they are of. */
static void test_bugs_are_listed_last(void **state)
{
	struct strlist names = { 0 };
	bool bug = false;

	(void)state;
	kernels_list(&names);
	for (size_t i = 0; i < names.n; i++) {
		assert_true(!bug || strstr(names.v[i], "+" BUG_VARIANT ":"));
		bug = strstr(names.v[i], "+" BUG_VARIANT ":");
	}
	assert_true(bug);
	strlist_free(&names);
}

static char *top;		/* two folders with files of one name */

static char *series_at(const char *name)
{
	static const char text[] = "--- a/x\n+++ b/x\n@@ -1 +1 @@\n-1\n+2\n";
	char *path = xasprintf("%s/%s", top, name), *dir = xstrdup(path);

	*strrchr(dir, '/') = '\0';
	assert_int_equal(make_dirs(dir), 0);
	assert_int_equal(write_file(path, text, strlen(text)), 0);
	free(dir);
	return path;
}

/* What these two series (or one) and --kernels make, "a b"; NULL: refused. */
static void series_are(const char *names, char *one, char *two, const char *expected)
{
	struct strlist series = { .v = (char *[]){ one, two }, .n = two ? 2 : 1 };
	char *all = xstrdup("");
	struct kernel *k;
	size_t n;
	int ret = kernels_parse(names, NULL, &series, NULL, &k, &n);

	assert_int_equal(ret, expected ? PINLAB_OK : PINLAB_USAGE);
	for (size_t i = 0; i < n; i++) {
		char *more = xasprintf("%s%s%s", all, i ? " " : "", k[i].name);

		free(all);
		all = more;
	}
	if (expected)
		assert_string_equal(all, expected);
	kernels_free(k, n);
	free(all);
	free(one);
	free(two);
}

static void test_names_of_series(void **state)
{
	(void)state;
	series_are(NULL, series_at("a/mine.mbox"), NULL, "6.12 6.12+mine");
	series_are(NULL, series_at("a/my own.mbox.gz"), series_at("a/v2.patch"),
		   "6.12 6.12+my-own 6.12+v2");
	series_are("6.12+exclusive", series_at("a/mine.eml"), NULL, "6.12+exclusive 6.12+mine");
	/* The same file twice is one series. */
	series_are(NULL, series_at("a/mine.mbox"), series_at("a/mine.mbox"), "6.12 6.12+mine");
	series_are(NULL, series_at("a/mine.mbox"), series_at("b/mine.mbox"), NULL);
	series_are(NULL, series_at("a/mine.mbox"), series_at("a/mine.patch"), NULL);
	series_are(NULL, series_at("a/my own.mbox"), series_at("a/my+own.mbox"), NULL);
	series_are(NULL, series_at("a/exclusive.mbox"), NULL, NULL);
	series_are("6.12+exclusive", series_at("a/exclusive.patch"), NULL, NULL);
	series_are(NULL, series_at("a/busted.mbox"), NULL, NULL);
	series_are(NULL, series_at("a/...mbox"), NULL, NULL);
	/* Ours of another base, under a name that this base has as well. */
	series_are("6.12", xasprintf("%s/kernels/patches/6.12/exclusive", repo_dir()), NULL,
		   "6.12 6.12+exclusive");
	series_are("6.12", xasprintf("%s/kernels/patches/6.1/exclusive", repo_dir()), NULL, NULL);
}

static int start(void **state)
{
	char dir[TEST_FOLDER];

	(void)state;
	if (!test_folder(dir))
		return -1;
	top = xstrdup(dir);
	bugs_list("6.12", "6.12", "*", &bugs);
	return !bugs.n;
}

static int finish(void **state)
{
	int ret = remove_tree(top);

	(void)state;
	free(top);
	strlist_free(&bugs);
	return ret;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_all_bugs),
		cmocka_unit_test(test_one_bug),
		cmocka_unit_test(test_none_of_that_name),
		cmocka_unit_test(test_bugs_are_listed_last),
		cmocka_unit_test(test_names_of_series),
	};

	return cmocka_run_group_tests_name("names", tests, start, finish);
}
