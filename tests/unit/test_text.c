// SPDX-License-Identifier: GPL-2.0
/* Text for a mail: whatever goes in, 75 columns of printable ASCII come out. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "host/base/text.h"
#include "host/base/util.h"

static void check_plain(const char *s)
{
	size_t column = 0;

	for (; *s; s++) {
		column = *s == '\n' ? 0 : column + 1;
		assert_true(*s == '\n' || (*s >= ' ' && *s <= '~'));
		assert_true(column <= TEXT_COLUMNS);
	}
}

static void test_lines(void **state)
{
	struct text t = { 0 };
	char longest[400];

	(void)state;
	text_line(&t, "a\tb\001\303\244  ");
	assert_string_equal(t.s, "a b???\n");
	text_free(&t);
	memset(longest, 'x', sizeof(longest) - 1);
	longest[sizeof(longest) - 1] = '\0';
	text_line(&t, "%s", longest);
	text_wrap(&t, 12, "  word %s %s", longest, longest);
	check_plain(t.s);
	text_free(&t);
}

static void test_wrap(void **state)
{
	struct text t = { 0 };

	(void)state;
	text_wrap(&t, 4, "%s", "aaaaaaaaaaaaaaaaaaaaaaaaa bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb ccccccccccccccc dddddd");
	assert_string_equal(t.s, "aaaaaaaaaaaaaaaaaaaaaaaaa bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb ccccccccccccccc\n    dddddd\n");
	text_free(&t);
	text_wrap(&t, 4, "%s", "");
	assert_string_equal(t.s, "\n");
	text_free(&t);
}

static void test_table(void **state)
{
	struct table table = { .align = "lrl" };
	struct text t = { 0 };

	(void)state;
	table_row(&table, "a\t1\t*");
	table_row(&table, "bcd\t22.5");
	table_end(&table, &t);
	assert_string_equal(t.s, "a       1  *\nbcd  22.5\n");
	text_free(&t);
	/* Too wide: the first column on a line of its own. */
	table.align = "lrr";
	table_row(&table, "\tx\ty");
	table_row(&table, "a-name-of-forty-characters-aaaaaaaaaaaaaa\t%s\t%s",
		  "1234567890123456789", "1234567890123456789");
	table_end(&table, &t);
	assert_string_equal(t.s, "                       x                    y\n"
			    "a-name-of-forty-characters-aaaaaaaaaaaaaa\n"
			    "     1234567890123456789  1234567890123456789\n");
	text_free(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lines),
		cmocka_unit_test(test_wrap),
		cmocka_unit_test(test_table),
	};

	return cmocka_run_group_tests_name("text", tests, NULL, NULL);
}
