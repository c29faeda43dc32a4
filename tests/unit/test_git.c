// SPDX-License-Identifier: GPL-2.0
/*
 * git in a clean environment: what a user's variables, configuration or
 * attributes say must not decide what a commit's files are in the cache.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "host/base/files.h"
#include "host/kernel/source/git.h"
#include "host/base/process.h"
#include "folder.h"

static char *top, *repo, *cache, *out;

static const char makefile[] = "VERSION = 6\nPATCHLEVEL = 12\n";

static void shell(const char *script)
{
	char *const argv[] = { "sh", "-ec", (char *)script, "sh", top, NULL };

	assert_int_equal(run_program(argv, top, NULL, NULL, NULL), 0);
}

static void has(const char *name, const char *text)
{
	char *path = xasprintf("%s/%s", out, name), *have = read_file(path, NULL);

	if (text)
		assert_non_null(have);
	else
		assert_null(have);
	if (text)
		assert_string_equal(have, text);
	free(have);
	free(path);
}

static void check_out(const char *ref)
{
	char *commit = git_commit(repo, ref);
	struct git_said said = { 0 };

	assert_non_null(commit);
	assert_int_equal(git_checkout(repo, commit, cache, out, &said), 0);
	free(commit);
	git_said_free(&said);
	has("Makefile", makefile);
	has("x.c", "a\nb\n");
	has("z.c", "\044Id\044\n");
	has("ignored.c", "i\n");
	has("junk.h", NULL);
}

static void test_environment_is_not_heard(void **state)
{
	static const char *const vars[] = {
		"GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_OBJECT_DIRECTORY",
		"GIT_CONFIG_GLOBAL", "GIT_EXTERNAL_DIFF",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(vars); i++)
		setenv(vars[i], "/nonexistent/elsewhere", 1);
	check_out("v1");
	for (size_t i = 0; i < ARRAY_SIZE(vars); i++)
		unsetenv(vars[i]);
}

static void test_configuration_is_not_heard(void **state)
{
	char *evil = xasprintf("%s/evil", top);

	(void)state;
	shell("cd r; git config core.autocrlf true; git config core.sparseCheckout true\n"
	      "git config core.fsmonitor \"touch $1/evil\"\n"
	      "git config filter.evil.smudge \"touch $1/evil; cat\"\n"
	      "git config filter.evil.required true\n"
	      "mkdir -p .git/info; echo /Makefile > .git/info/sparse-checkout\n"
	      "echo '*.c eol=crlf' > .git/info/attributes\n"
	      "printf '#!/bin/sh\\ntouch %s/evil\\n' \"$1\" > .git/hooks/post-checkout\n"
	      "chmod +x .git/hooks/post-checkout");
	check_out("v1");
	assert_false(file_exists(evil));
	free(evil);
}

static void test_torn_tree_is_made_anew(void **state)
{
	(void)state;
	check_out("v1");
	shell("cd out; rm x.c; echo damaged >> z.c; echo junk > junk.h; chmod +x Makefile");
	check_out("v1");
	shell("cd out; test ! -x Makefile");
}

static void test_next_commit_keeps_what_is_the_same(void **state)
{
	(void)state;
	check_out("v1");
	shell("stat -c %i-%Z out/x.c > was; cd r; git checkout -q v1; echo two > two.c\n"
	      "git add -f two.c; git -c user.name=a -c user.email=a@example.org commit -qm two\n"
	      "git tag v2");
	check_out("v2");
	has("two.c", "two\n");
	shell("stat -c %i-%Z out/x.c | cmp - was");
	check_out("v1");
	has("two.c", NULL);
}

static void test_missing_object_is_told(void **state)
{
	char *commit = git_commit(repo, "v1");
	struct git_said said = { 0 };

	(void)state;
	shell("cd r; rm -f .git/objects/$(git rev-parse v1:x.c | sed 's,..,&/,')");
	assert_int_not_equal(git_checkout(repo, commit, cache, out, &said), 0);
	assert_non_null(said.why);
	git_said_free(&said);
	free(commit);
}

static void test_no_such_commit(void **state)
{
	static const char *const refs[] = {
		"", "nope", "--output=x", "-h", "v1^{tree}", "v1:x.c", "v1\nv1", "v1\033[31m",
		"--end-of-options", "v1 --output=x",
	};
	char *x = xasprintf("%s/x", repo);

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(refs); i++)
		assert_null(git_commit(repo, refs[i]));
	assert_null(git_commit(top, "v1"));
	assert_false(file_exists(x));
	free(x);
}

static int fresh(void **state)
{
	(void)state;
	if (remove_tree(top) || make_dirs(top))
		return -1;
	shell("git init -q r; cd r; printf 'VERSION = 6\\nPATCHLEVEL = 12\\n' > Makefile\n"
	      "printf 'a\\nb\\n' > x.c; echo '$I'd'$' > z.c; echo i > ignored.c\n"
	      "echo ignored.c > .gitignore\n"
	      "git add -f .\n"
	      "printf '*.c text eol=crlf ident filter=evil\\n' > .gitattributes\n"
	      "git add .gitattributes\n"
	      "git -c user.name=a -c user.email=a@example.org commit -qm one; git tag v1");
	return 0;
}

static int start(void **state)
{
	char dir[TEST_FOLDER];

	(void)state;
	if (!test_folder(dir))
		return -1;
	top = xstrdup(dir);
	/* A path as people have them. */
	repo = xasprintf("%s/r", top);
	cache = xasprintf("%s/a: cache", top);
	out = xasprintf("%s/out", top);
	return 0;
}

static int finish(void **state)
{
	int ret = remove_tree(top);

	(void)state;
	free(top);
	free(repo);
	free(cache);
	free(out);
	return ret;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_environment_is_not_heard, fresh),
		cmocka_unit_test_setup(test_configuration_is_not_heard, fresh),
		cmocka_unit_test_setup(test_torn_tree_is_made_anew, fresh),
		cmocka_unit_test_setup(test_next_commit_keeps_what_is_the_same, fresh),
		cmocka_unit_test_setup(test_missing_object_is_told, fresh),
		cmocka_unit_test_setup(test_no_such_commit, fresh),
	};

	return cmocka_run_group_tests_name("git", tests, start, finish);
}
