// SPDX-License-Identifier: GPL-2.0
/* Commands for a shell: what a shell makes of them is what went in. */
#include "host/base/quote.h"
#include "rundir.h"

static char *shell_says(const char *command)
{
	char *file = xasprintf("%s/command", top), *out = xasprintf("%s/out", top), *line, *said;

	put(top, "command", command);
	line = xasprintf("cd %s && bash command > out 2>&1", top);
	assert_int_equal(system(line), 0);
	said = read_file(out, NULL);
	free(line);
	free(file);
	free(out);
	return said;
}

/* printf '%s\n' WORD...: each word of it in a line. */
static void check_words(const char *const *words)
{
	struct strlist list = { 0 };
	struct text t = { 0 };
	char *want = xstrdup(""), *said, *more;

	strlist_add(&list, "printf");
	strlist_add(&list, "%s\\n");
	for (; *words; words++) {
		strlist_add(&list, *words);
		more = xasprintf("%s%s\n", want, *words);
		free(want);
		want = more;
	}
	text_command(&t, &list);
	check_mail(t.s);
	said = shell_says(t.s);
	if (strcmp(said, want))
		fail_msg("the shell made '%s' of '%s' in:\n%s", said, want, t.s);
	free(said);
	free(want);
	text_free(&t);
	strlist_free(&list);
}

static void test_words(void **state)
{
	static const char *const words[] = {
		"a", "", "two words", "it's", "'", "''", "\\", "a\\", "$HOME", "`id`", "$(id)", "*",
		"~", "#", "!x", "a;b", "\"", "-x", "\xc3\xa9 'q' \\", "{a,b}", "a&b", "%s%n", "=x",
		NULL
	};
	const char *one[2] = { NULL };

	(void)state;
	check_words(words);
	for (size_t i = 0; words[i]; i++) {
		one[0] = words[i];
		check_words(one);
	}
}

/* Words of each length round the width of a line, and of several lines. */
static void test_long(void **state)
{
	(void)state;
	for (size_t n = 50; n < 400; n += n < 90 ? 1 : 37) {
		char *plain = xcalloc(n + 1, 1), *hard = xcalloc(n + 1, 1);
		const char *words[] = { "before", plain, hard, "after", NULL };

		for (size_t i = 0; i < n; i++) {
			plain[i] = 'a' + i % 26;
			hard[i] = " '\\$x\xe2"[i % 6];
		}
		check_words(words);
		free(plain);
		free(hard);
	}
}

static void test_variables(void **state)
{
	static const char *const own[] = { "PINLAB", "PINLAB_CACHE", NULL };
	static const struct {
		const char *word, *shell;
	} words[] = {
		{ "$PINLAB/x", "P/x\n" }, { "$PINLAB_CACHE/a b", "C/a b\n" },
		{ "$HOME", "$HOME\n" }, { "$PINLABX", "$PINLABX\n" }, { "$(id)", "$(id)\n" },
		{ "`id`", "`id`\n" }, { "${PINLAB}", "${PINLAB}\n" }, { "\"\\", "\"\\\n" },
		{ "", "\n" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(words); i++) {
		struct text t = { 0 };
		char *said;

		text_raw(&t, "PINLAB=P PINLAB_CACHE=C\nprintf '%%s\\n' ");
		text_word_with(&t, words[i].word, own);
		said = shell_says(t.s);
		assert_string_equal(said, words[i].shell);
		free(said);
		text_free(&t);
	}
}

static int begin(void **state)
{
	(void)state;
	return test_folder(top) ? 0 : -1;
}

static int end(void **state)
{
	(void)state;
	return remove_tree(top);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_words),
		cmocka_unit_test(test_long),
		cmocka_unit_test(test_variables),
	};

	return cmocka_run_group_tests(tests, begin, end);
}
