// SPDX-License-Identifier: GPL-2.0
/* Names of kernels: seeded bugs by name, by glob and all at once. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "host/kernel/bugs.h"
#include "host/kernel/kernel.h"
#include "host/kernel/names.h"

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

static int start(void **state)
{
	(void)state;
	bugs_list("6.12", "6.12", "*", &bugs);
	return !bugs.n;
}

static int finish(void **state)
{
	(void)state;
	strlist_free(&bugs);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_all_bugs),
		cmocka_unit_test(test_one_bug),
		cmocka_unit_test(test_none_of_that_name),
		cmocka_unit_test(test_bugs_are_listed_last),
	};

	return cmocka_run_group_tests_name("names", tests, start, finish);
}
