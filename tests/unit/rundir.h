/* SPDX-License-Identifier: GPL-2.0 */
/* Run folders for tests: fresh copies of the golden ones, edited, compared with golden files. */
#ifndef PINLAB_TESTS_UNIT_RUNDIR_H
#define PINLAB_TESTS_UNIT_RUNDIR_H

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <unistd.h>
#include <cmocka.h>

#include "host/base/files.h"
#include "host/base/text.h"
#include "folder.h"
#include "stream.h"

static const char *const derived[] = {
	"report.txt", "verdicts.ktap", "manifest.json", "samples.tsv",
};

static char top[TEST_FOLDER];

static inline char *golden_path(const char *name)
{
	return xasprintf("%s/tests/golden/%s", repo_dir(), name);
}

static inline void copy_tree(const char *from, const char *to)
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
static inline char *fresh(const char *name)
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

static inline char *in(const char *dir, const char *file)
{
	char *path = xasprintf("%s/%s", dir, file), *text = read_file(path, NULL);

	if (!text)
		fail_msg("%s is missing", path);
	free(path);
	return text;
}

static inline void put(const char *dir, const char *file, const char *text)
{
	char *path = xasprintf("%s/%s", dir, file);

	assert_int_equal(write_file(path, text, strlen(text)), 0);
	free(path);
}

static inline void check_mail(const char *text)
{
	size_t column = 0;

	for (const char *s = text; *s; s++) {
		column = *s == '\n' ? 0 : column + 1;
		if (column > TEXT_COLUMNS || (*s != '\n' && (*s < ' ' || *s > '~')))
			fail_msg("not for a mail: %.80s", s - column + 1);
	}
}

static inline void check_golden(const char *got, const char *name)
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

static inline char *replaced(const char *text, const char *old, const char *new)
{
	const char *at = strstr(text, old);

	assert_non_null(at);
	return xasprintf("%.*s%s%s", (int)(at - text), text, new, at + strlen(old));
}

static inline void edit(const char *dir, const char *file, const char *old, const char *new)
{
	char *text = in(dir, file), *changed = replaced(text, old, new);

	put(dir, file, changed);
	free(text);
	free(changed);
}

/* A stream of two rows with one metric, of the given value. */
static inline void put_records(const char *dir, const char *boot, const char *value)
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

static inline int make_top(void **state)
{
	(void)state;
	return test_folder(top) ? 0 : -1;
}

static inline int remove_top(void **state)
{
	(void)state;
	return getenv("PINLAB_KEEP") ? 0 : remove_tree(top);
}

#endif
