// SPDX-License-Identifier: GPL-2.0
/* What a night leaves for others' machines: JUnit, and KernelCI's schema. */
#include "night.h"

/* Well-formed, as far as what is written here goes: tags, attributes, entities. */
static void check_xml(const char *s)
{
	struct strlist open = { 0 };

	assert_int_equal(strncmp(s, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n", 39), 0);
	s += 39;
	while (*s) {
		const char *name = s + 1 + (s[1] == '/');
		size_t len = strcspn(name, " />");

		if (*s != '<') {
			assert_true(*s != '>' && (*s == '\n' || (*s >= ' ' && *s <= '~')));
			if (*s == '&')
				assert_true(!strncmp(s, "&amp;", 5) || !strncmp(s, "&lt;", 4) ||
					    !strncmp(s, "&gt;", 4) || !strncmp(s, "&quot;", 6));
			s++;
			continue;
		}
		if (s[1] == '/') {
			assert_true(open.n && strlen(open.v[open.n - 1]) == len);
			assert_int_equal(strncmp(open.v[open.n - 1], name, len), 0);
			free(open.v[--open.n]);
			s = name + len + 1;
			continue;
		}
		strlist_take(&open, xasprintf("%.*s", (int)len, name));
		for (s = name + len; *s == ' ';) {
			s += strcspn(s, "=");
			assert_int_equal(strncmp(s, "=\"", 2), 0);
			s += 2 + strcspn(s + 2, "\"<");
			assert_int_equal(*s++, '"');
		}
		if (*s == '/')
			free(open.v[--open.n]);
		s += *s == '/';
		assert_int_equal(*s++, '>');
	}
	assert_int_equal(open.n, 0);
	free(open.v);
}

static void test_junit(void **state)
{
	char *dir = make_night("junit", noisy, 4, NULL, "done"), *text;

	(void)state;
	text = derive(dir, "junit.xml", PINLAB_FAIL);
	check_xml(text);
	has(text, "tests=\"15\" failures=\"2\" errors=\"0\"");
	has(text, "<testcase classname=\"6.12+exclusive.torture\" name=\"race/fork\">");
	has(text, "<failure message=\"page &lt;3&gt; &amp; &quot;4&quot;\" type=\"two-owners\">");
	has(text, "<skipped message=\"needs &lt;that&gt; &amp; &quot;this&quot;\"/>");
	has(text, "name=\"limits/pins\"> <skipped message=\"not run\"/>");
	free(text);
	free(dir);
}

static void has_texts(const json_t *j, const char *const *keys)
{
	for (; *keys; keys++)
		if (!*json_text(j, *keys))
			fail_msg("no %s in %s", *keys, json_dumps(j, 0));
}

static const json_t *by_id(const json_t *list, const char *id)
{
	const json_t *j;
	size_t i;

	json_array_foreach(list, i, j)
		if (!strcmp(json_text(j, "id"), id))
			return j;
	fail_msg("nothing has the id %s", id);
	return NULL;
}

/* What KernelCI's schema 5.3 asks for, of what is in use here. */
static void test_kcidb(void **state)
{
	static const char *const in_checkout[] = { "id", "origin", "git_commit_name", NULL };
	static const char *const in_build[] = {
		"id", "origin", "checkout_id", "status", "architecture", "config_name",
		"compiler", NULL
	};
	static const char *const in_test[] = { "id", "origin", "build_id", "path", "status", NULL };
	char *dir = make_night("kcidb", noisy, 4, NULL, "done"), *text;
	const json_t *checkouts, *builds, *tests, *j;
	size_t i, fails = 0, misses = 0;
	json_t *all;

	(void)state;
	text = derive(dir, "kcidb.json", PINLAB_FAIL);
	all = json_loads(text, JSON_REJECT_DUPLICATES, NULL);
	assert_non_null(all);
	j = json_object_get(all, "version");
	assert_int_equal(json_integer_value(json_object_get(j, "major")), 5);
	assert_int_equal(json_integer_value(json_object_get(j, "minor")), 3);
	checkouts = json_object_get(all, "checkouts");
	builds = json_object_get(all, "builds");
	tests = json_object_get(all, "tests");
	assert_int_equal(json_array_size(checkouts), 2);
	assert_int_equal(json_array_size(builds), 2);
	assert_int_equal(json_array_size(tests), 10);
	json_array_foreach(checkouts, i, j)
		has_texts(j, in_checkout);
	json_array_foreach(builds, i, j) {
		has_texts(j, in_build);
		by_id(checkouts, json_text(j, "checkout_id"));
	}
	json_array_foreach(tests, i, j) {
		const char *path = json_text(j, "path");

		has_texts(j, in_test);
		by_id(builds, json_text(j, "build_id"));
		assert_int_equal(strncmp(json_text(j, "id"), "pinlab:", 7), 0);
		assert_int_equal(strspn(path, "abcdefghijklmnopqrstuvwxyz0123456789._-"),
				 strlen(path));
		assert_true(strlen(json_text(j, "log_excerpt")) <= 16384);
		fails += !strcmp(json_text(j, "status"), "FAIL");
		misses += !strcmp(json_text(j, "status"), "MISS");
	}
	assert_int_equal(fails, 2);
	assert_int_equal(misses, 3);
	j = by_id(tests, "pinlab:kcidb:6.12/torture/race/fork");
	assert_string_equal(json_text(j, "path"), "pinlab.torture.race.fork");
	assert_true(json_number_value(json_object_get(json_object_get(j, "number"), "value")) ==
		    5000);
	json_decref(all);
	free(text);
	free(dir);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_junit),
		cmocka_unit_test(test_kcidb),
	};

	return cmocka_run_group_tests_name("night_ci", tests, make_top, remove_top);
}
