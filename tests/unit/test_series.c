// SPDX-License-Identifier: GPL-2.0
/*
 * A series in a source tree and out again: what make will see as changed, and
 * that the tree is as before, also after a kill at any moment.
 */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

#include "host/base/files.h"
#include "host/kernel/source/series.h"
#include "folder.h"

/* The time of the base's files; long before any that is "now". */
#define THEN 1000000000

static char *top;		/* a folder of our own */
static char *objects;		/* what objects were last built from, `last` */
static struct source s;

static char *in_tree(const char *name)
{
	return xasprintf("%s/%s", s.linux_dir, name);
}

static void write_at(const char *path, const char *text)
{
	char *dir = xstrdup(path);

	*strrchr(dir, '/') = '\0';
	assert_int_equal(make_dirs(dir), 0);
	assert_int_equal(write_file(path, text, strlen(text)), 0);
	free(dir);
}

static void original(const char *name, const char *text)
{
	struct timespec then[2] = { { .tv_sec = THEN }, { .tv_sec = THEN } };
	char *path = in_tree(name);

	write_at(path, text);
	assert_int_equal(utimensat(AT_FDCWD, path, then, 0), 0);
	free(path);
}

static double time_of(const char *name)
{
	char *path = in_tree(name);
	struct stat st;

	assert_int_equal(stat(path, &st), 0);
	free(path);
	return st.st_mtim.tv_sec + st.st_mtim.tv_nsec / 1e9;
}

static void is(const char *name, const char *text)
{
	char *path = in_tree(name), *have = read_file(path, NULL);

	if (text) {
		assert_non_null(have);
		assert_string_equal(have, text);
	} else {
		assert_null(have);
	}
	free(have);
	free(path);
}

/* The tree as the base has it, times and all, and nothing beside it. */
static void is_whole(void)
{
	char *saved = xasprintf("%s/saved", s.dir);

	is("mm/a.c", "one\n");
	is("mm/b.c", "two\n");
	is("new/n.h", NULL);
	assert_true(time_of("mm/a.c") == THEN);
	assert_true(time_of("mm/b.c") == THEN);
	assert_false(file_exists(saved));
	free(saved);
}

/* A patch that replaces the one line of a file; NULL: there is none. */
static char *patch(const char *name, const char *file, const char *from, const char *to)
{
	/* A path is read once in the life of the program. */
	static int number;
	char *path = xasprintf("%s/patches/%d/%s", top, number++, name);
	char *text = xasprintf("--- %s%s\n+++ %s%s\n@@ -%d%s +%d%s @@\n%s%s%s%s%s%s",
			       from ? "a/" : "/dev/", from ? file : "null",
			       to ? "b/" : "/dev/", to ? file : "null",
			       !!from, from ? "" : ",0", !!to, to ? "" : ",0",
			       from ? "-" : "", from ? from : "", from ? "\n" : "",
			       to ? "+" : "", to ? to : "", to ? "\n" : "");

	write_at(path, text);
	free(text);
	return path;
}

/* Takes over path; as for a build, with what changed as "a, b". */
static void push(char *path, const char *bug, const char *last, const char *changed)
{
	struct series sr;
	char *all = xstrdup("");

	assert_int_equal(series_load(&sr, path, bug, &s), PINLAB_OK);
	assert_int_equal(series_push(&sr, &s, last), PINLAB_OK);
	strlist_sort(&sr.changed);
	for (size_t i = 0; i < sr.changed.n; i++) {
		char *more = xasprintf("%s%s%s", all, i ? ", " : "", sr.changed.v[i]);

		free(all);
		all = more;
	}
	assert_string_equal(all, changed);
	free(all);
	free(path);
	series_free(&sr);
}

static void pop(void)
{
	assert_int_equal(series_pop(&s), 0);
	is_whole();
}

static void test_same_content_has_its_time(void **state)
{
	double first;

	(void)state;
	push(patch("1.patch", "mm/a.c", "one", "uno"), NULL, objects, "mm/a.c");
	is("mm/a.c", "uno\n");
	first = time_of("mm/a.c");
	assert_true(first > THEN);
	pop();
	/* Of the same: nothing is new. */
	push(patch("1.patch", "mm/a.c", "one", "uno"), NULL, objects, "");
	assert_true(time_of("mm/a.c") == first);
	pop();
	/* Another: newer than what was built from the first. */
	push(patch("2.patch", "mm/a.c", "one", "eins"), NULL, objects, "mm/a.c");
	assert_true(time_of("mm/a.c") > first);
	pop();
	/* Objects that know nothing of it, like a module's, see all as new. */
	push(patch("2.patch", "mm/a.c", "one", "eins"), NULL, NULL, "mm/a.c");
	pop();
}

static void test_left_alone_is_the_base_again(void **state)
{
	double back;

	(void)state;
	push(patch("1.patch", "mm/a.c", "one", "uno"), NULL, objects, "mm/a.c");
	pop();
	push(patch("2.patch", "mm/b.c", "two", "due"), NULL, objects, "mm/a.c, mm/b.c");
	is("mm/a.c", "one\n");
	back = time_of("mm/a.c");
	assert_true(back > THEN);
	pop();
	/* These objects were built from the base's file once more, at that time. */
	push(patch("2.patch", "mm/b.c", "two", "due"), NULL, objects, "");
	assert_true(time_of("mm/a.c") == back);
	pop();
}

static void test_new_file_goes_and_comes(void **state)
{
	double first;

	(void)state;
	push(patch("1.patch", "new/n.h", NULL, "n"), NULL, objects, "new/n.h");
	is("new/n.h", "n\n");
	first = time_of("new/n.h");
	pop();
	push(patch("2.patch", "mm/b.c", "two", "due"), NULL, objects, "mm/b.c, new/n.h");
	is("new/n.h", NULL);
	pop();
	push(patch("2.patch", "mm/b.c", "two", "due"), NULL, objects, "");
	pop();
	push(patch("1.patch", "new/n.h", NULL, "n"), NULL, objects, "mm/b.c, new/n.h");
	assert_true(time_of("new/n.h") > first);
	pop();
}

/* There may be an object of an older content under the name of one that was removed. */
static void test_removed_file_comes_back_as_new(void **state)
{
	(void)state;
	push(patch("1.patch", "mm/a.c", "one", "uno"), NULL, objects, "mm/a.c");
	pop();
	push(patch("2.patch", "mm/a.c", "one", NULL), NULL, objects, "mm/a.c");
	is("mm/a.c", NULL);
	pop();
	push(patch("3.patch", "mm/b.c", "two", "due"), NULL, objects, "mm/a.c, mm/b.c");
	is("mm/a.c", "one\n");
	assert_true(time_of("mm/a.c") > THEN);
	pop();
}

static void test_bug_lies_on_top(void **state)
{
	char *bug = patch("bug.patch", "mm/a.c", "uno", "eins");
	char with[SHA_HEX], without[SHA_HEX], again[SHA_HEX], *path;

	(void)state;
	path = patch("1.patch", "mm/a.c", "one", "uno");
	assert_int_equal(series_sha(path, bug, with), 0);
	assert_int_equal(series_sha(path, NULL, without), 0);
	assert_string_not_equal(with, without);
	push(path, bug, objects, "mm/a.c");
	is("mm/a.c", "eins\n");
	pop();
	free(bug);
	bug = patch("bug.patch", "mm/a.c", "uno", "quatre");
	path = patch("1.patch", "mm/a.c", "one", "uno");
	assert_int_equal(series_sha(path, bug, again), 0);
	assert_string_not_equal(with, again);
	free(path);
	free(bug);
}

static void test_misfit_leaves_the_tree_alone(void **state)
{
	char *path = patch("1.patch", "mm/a.c", "one", "uno");
	char *bug = patch("bug.patch", "mm/a.c", "one", "eins");
	struct series sr;

	(void)state;
	assert_int_equal(series_load(&sr, path, bug, &s), PINLAB_BROKE);
	assert_true(sr.misfit);
	is_whole();
	series_free(&sr);
	free(path);
	free(bug);
}

/* Killed when some originals are back and the others are not. */
static void test_half_put_back(void **state)
{
	char *from = xasprintf("%s/saved/files/mm/a.c", s.dir), *to = in_tree("mm/a.c");

	(void)state;
	push(patch("1.patch", "mm/a.c", "one", "uno"), NULL, objects, "mm/a.c");
	assert_int_equal(rename(from, to), 0);
	pop();
	pop();
	free(from);
	free(to);
}

static int fresh(void **state)
{
	(void)state;
	if (remove_tree(top))
		return -1;
	original("mm/a.c", "one\n");
	original("mm/b.c", "two\n");
	return 0;
}

static int start(void **state)
{
	char dir[TEST_FOLDER];

	(void)state;
	if (!test_folder(dir))
		return -1;
	top = xstrdup(dir);
	objects = xasprintf("%s/objects", top);
	s.dir = xasprintf("%s/source", top);
	s.linux_dir = xasprintf("%s/linux", s.dir);
	return 0;
}

static int finish(void **state)
{
	int ret = remove_tree(top);

	(void)state;
	free(top);
	free(objects);
	free(s.dir);
	free(s.linux_dir);
	return ret;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_same_content_has_its_time, fresh),
		cmocka_unit_test_setup(test_left_alone_is_the_base_again, fresh),
		cmocka_unit_test_setup(test_new_file_goes_and_comes, fresh),
		cmocka_unit_test_setup(test_removed_file_comes_back_as_new, fresh),
		cmocka_unit_test_setup(test_bug_lies_on_top, fresh),
		cmocka_unit_test_setup(test_misfit_leaves_the_tree_alone, fresh),
		cmocka_unit_test_setup(test_half_put_back, fresh),
	};

	return cmocka_run_group_tests_name("series", tests, start, finish);
}
