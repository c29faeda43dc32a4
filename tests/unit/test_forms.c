// SPDX-License-Identifier: GPL-2.0
/*
 * The forms in which people have a series: each input of tests/series/forms is
 * taken, and then the tree is what git makes of it; or it is refused by name.
 */
#include <ctype.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>
#include <cmocka.h>

#include "host/base/files.h"
#include "host/base/process.h"
#include "host/kernel/source/series.h"
#include "folder.h"

static char *top, *forms;
static struct source s;

/* How git takes the input itself; the patches that were taken it gets in any case. */
enum git_way { NOT, AM, APPLY };

struct form {
	const char *input;
	const char *patches;	/* names as they are kept; NULL: refused */
	const char *said;	/* a part of what the user reads; NULL: nothing */
	enum git_way git;
};

#define THREE "0001-mm-a-one.patch 0002-mm-a-two.patch 0003-mm-b-three-n.patch"
#define ONE_TITLE "0001-mm-x1.patch 0002-mm-x2.patch 0003-mm-x3.patch"

static const struct form table[] = {
	/* Which of many mails. */
	{ "cover-letter", "0001-mm-a-one.patch 0002-mm-a-two.patch 0003-mm-b-three-n.patch",
	  "3 patches; left out: 0000-cover-letter.patch (the cover letter)" },
	{ "thread.mbox", THREE, "(the cover letter)" },
	{ "reply-with-diff.mbox", THREE,
	  "\"Re: [PATCH 1/3] mm/a: one\" (a reply), a mail without a diff" },
	{ "fixup-in-thread.mbox", THREE, "fixup! mm/a: one\" (a fix-up without a number)" },
	{ "unnumbered-stranger.mbox", NULL, "\"[PATCH] mm/b: something else\" is not: which" },
	{ "two-versions.mbox", THREE, "v2, 3 patches, is taken: the newest" },
	{ "newer-not-whole.mbox", THREE,
	  "v1, 3 patches, is taken: of v2, 1/3, 3/3 are missing; left out" },
	{ "resend.mbox", THREE, "v1 sent again, 3 patches, is taken: the newest" },
	{ "missing.mbox", NULL, "missing.mbox: 2/3 is missing" },
	{ "missing-folder", NULL, "missing-folder: 2/3 is missing" },
	{ "cut.mbox", NULL, "cut.mbox: 2/3, 3/3 are missing" },
	{ "beyond.mbox", THREE, "(its number is higher than the series is long)" },
	{ "two-series.mbox", NULL, "two whole series in it" },
	{ "same-number.mbox", NULL, "two different patches are numbered 2/3" },
	{ "copies.mbox", THREE, "(a copy)" },
	{ "no-tags.mbox", ONE_TITLE, NULL, AM },
	{ "unnumbered.mbox", ONE_TITLE, NULL, AM },
	{ "single-versions.mbox", "0001-mm-x.patch", "\"[PATCH] mm: x\" (of another version)" },
	{ "other-author.mbox", "0001-mm-x.patch", "(another author's, in answer to a patch)" },
	/* Nothing in it. */
	{ "empty.mbox", NULL, "empty.mbox: no patch in it: nothing would change" },
	{ "empty.patch", NULL, "no patch in it: nothing would change" },
	{ "only-cover.mbox", NULL, "no patch in it" },
	{ "only-replies.mbox", NULL, "no patch in it, only a reply with a diff" },
	{ "header-only.patch", NULL, "no patch in it: nothing would change" },
	{ "context-only.patch", NULL, "corrupt patch at line" },
	{ "empty-folder", NULL, "no patches there; they must be named *.patch" },
	{ "revert", NULL, "the series changes nothing" },
	{ "html-only.eml", NULL, "no patch in it" },
	/* One mail, and how it is encoded. */
	{ "one.eml", "0001-one.patch", NULL, AM },
	{ "one-of-three.patch", "0001-one-of-three.patch", "only patch 1/3 of a series is in it",
	  AM },
	{ "one-reply.eml", "0001-one-reply.patch", "it is taken, though it is a reply", AM },
	{ "eml-folder", "0001-mail-d.patch 0002-mail-a.patch 0003-mail-b.patch",
	  "mail c.eml (the cover letter)" },
	{ "maildir", "0001-17000", "17000" },
	{ "quoted-printable.patch", "0001-quoted-printable.patch", NULL, AM },
	{ "quoted-printable.mbox", THREE, "(the cover letter)" },
	{ "base64.eml", "0001-base64.patch", NULL, AM },
	{ "base64-dos.eml", "0001-base64-dos.patch", NULL },
	{ "thread.mbox.gz", THREE, "(the cover letter)" },
	{ "two-members.mbox.gz", THREE, "(the cover letter)" },
	{ "cut.mbox.gz", NULL, "is damaged or cut" },
	{ "unknown-encoding.eml", NULL, "has an encoding that is not supported" },
	{ "attached.eml", "0001-attached.patch", NULL, AM },
	{ "alternative.eml", "0001-alternative.patch", NULL },
	{ "octet-stream.eml", "0001-octet-stream.patch", NULL, AM },
	{ "in-body-from.eml", "0001-in-body-from.patch", NULL, AM },
	{ "message-holds-diff-words.eml", "0001-message-holds-diff-words.patch", NULL, AM },
	{ "flowed.eml", NULL, "it came as format=flowed" },
	{ "crlf.eml", "0001-crlf.patch", NULL, AM },
	{ "crlf.mbox", THREE, "(the cover letter)" },
	{ "crlf.diff", "0001-crlf.patch", NULL },
	{ "dos-file.patch", "0001-dos-file.patch", NULL, APPLY },
	{ "bom.patch", "0001-bom.patch", NULL },
	{ "nul.patch", NULL, "holds NUL bytes" },
	{ "utf16.patch", NULL, "holds NUL bytes, so it is not plain text (is it UTF-16?)" },
	/* Subjects. */
	{ "rfc-patch.mbox", ONE_TITLE, NULL },
	{ "list-tag.mbox", ONE_TITLE, NULL },
	{ "encoded-subject.mbox", "0001-mm-1.patch 0002-mm-2.patch 0003-mm-3.patch", NULL },
	{ "lower-case.mbox", ONE_TITLE, NULL },
	{ "folded-subject.mbox", ONE_TITLE, NULL },
	{ "control.patch", "0001-control.patch", "only patch 1/2 of a series" },
	/* Folders. */
	{ "numeric", "0001-1-n.patch 0002-2-n.patch 0003-3-n.patch 0004-4-n.patch "
	  "0005-5-n.patch 0006-6-n.patch 0007-7-n.patch 0008-8-n.patch 0009-9-n.patch "
	  "0010-10-n.patch 0011-11-n.patch 0012-12-n.patch", NULL },
	{ "padded", "0001-n.patch 0002-n.patch 0003-n.patch 0004-n.patch 0005-n.patch "
	  "0006-n.patch 0007-n.patch 0008-n.patch 0009-n.patch 0010-n.patch 0011-n.patch "
	  "0012-n.patch", NULL },
	{ "plain-diffs", "0001-1.patch 0002-2.patch", NULL },
	{ "mixed", NULL, "0004-local.patch is not: which are meant?" },
	{ "quilt", "0001-one.patch 0002-zero.patch", "left out: README.diff (no diff in it)" },
	{ "quilt-selection", "0001-one.patch 0002-three.patch", NULL },
	{ "quilt-reverse", NULL, "x.diff has the option '-R'" },
	{ "quilt-outside", NULL, "../one.eml: is outside of its folder" },
	{ "quilt-absolute", NULL, "/etc/passwd: is outside of its folder" },
	{ "quilt-missing", NULL, "nope.patch: No such file" },
	{ "quilt-link", NULL, "0001.patch: is a symbolic link" },
	{ "series-conf", "0001-a.patch 0002-c.patch 0003-d.patch",
	  "none is defined here: patches.suse/b.patch, patches.suse/e.patch" },
	{ "series-conf-reverse", NULL, "a.patch has the option '-R'" },
	{ "series-conf-none", NULL, "no patch in it: nothing would change" },
	{ "subfolders", NULL, "there are patches in its folder more too" },
	/* What a patch can do. */
	{ "mode.patch", "0001-mode.patch", NULL, AM },
	{ "new-empty.patch", "0001-new-empty.patch", NULL, AM },
	{ "rename.patch", "0001-rename.patch", NULL, AM },
	{ "copy.patch", "0001-copy.patch", NULL, AM },
	{ "delete.patch", "0001-delete.patch", NULL, AM },
	{ "binary.patch", "0001-binary.patch", NULL, AM },
	{ "odd-name.patch", "0001-odd-name.patch", NULL, AM },
	{ "no-newline.patch", "0001-no-newline.patch", NULL, AM },
	{ "binary-no-data.patch", NULL, "changes a binary file without saying how" },
	{ "link.patch", NULL, "it makes a symbolic link" },
	{ "already.patch", NULL, "patch already.patch: the tree has it already" },
	{ "context.diff", NULL, "it is a context diff" },
	{ "merge.patch", NULL, "it is the diff of a merge" },
	{ "outside.patch", NULL, "invalid path" },
	{ "absolute.patch", "0001-absolute.patch", NULL, APPLY },
	{ "dot-git.patch", NULL, "invalid path" },
	{ "behind-link.patch", NULL, "which is a symbolic link in this tree, or behind one" },
	{ "misfit.patch", NULL, "patch misfit.patch fails in mm/b.c, hunk 1 at line 1" },
	{ "no-such-file.patch", NULL, "mm/zz.c: No such file" },
};

static int shell(const char *script, const char *arg)
{
	char *const argv[] = { "sh", "-c", (char *)script, "sh", top, (char *)arg, NULL };

	return run_program(argv, top, NULL, NULL, NULL);
}

/* What series_load() says, as one text. */
static int load(struct series *sr, const char *path, char **said)
{
	char *file = xasprintf("%s/said", top);
	int keep = dup(2), fd = open(file, O_RDWR | O_CREAT | O_TRUNC, 0600), ret;

	assert_true(fd >= 0);
	fflush(stderr);
	dup2(fd, 2);
	ret = series_load(sr, path, NULL, &s);
	fflush(stderr);
	dup2(keep, 2);
	close(keep);
	close(fd);
	*said = read_file(file, NULL);
	free(file);
	return ret;
}

static char *names_of(const struct series *sr)
{
	char *all = xstrdup("");

	for (size_t i = 0; i < sr->patches.n; i++) {
		char *more = xasprintf("%s%s%s", all, i ? " " : "",
				       strrchr(sr->patches.v[i], '/') + 1);

		free(all);
		all = more;
	}
	return all;
}

/* A repository with the base; the tree that pinlab has patched is its work tree after all. */
static const char same_as_git[] =
	"cd $1/repo && git checkout -q -f base && git clean -qfdx && "
	"case $2 in\n"
	"patches) for p in ../source/scratch/0*.patch; do\n"
	"	n=$(sed -n 's/^'${p##*/}' -p//p' ../listed)\n"
	"	git am -q --keep-cr $p || { git am --abort; git apply -p${n:-1} --index $p; } || exit 1\n"
	"	done ;;\n"
	"apply:*) git apply --index ${2#*:} ;;\n"
	"am:*) git am -q --empty=drop ${2#*:} ;;\n"
	"esac >/dev/null 2>&1 || exit 9\n"
	"git add -A -f && git commit -q --allow-empty -m more || exit 8\n"
	"out=$(git --work-tree=$1/source/linux status --porcelain) && test -z \"$out\"";

static void is_what_git_makes(const struct form *f, const char *path)
{
	char *input = xasprintf("%s:%s", f->git == AM ? "am" : "apply", path);
	int ret = shell(same_as_git, "patches");

	if (ret)
		fail_msg("%s: git makes something else of the patches (%d)", f->input, ret);
	ret = f->git ? shell(same_as_git, input) : 0;
	if (ret)
		fail_msg("%s: git makes something else of it (%d)", f->input, ret);
	free(input);
}

static void check_form(const struct form *f)
{
	char *path = xasprintf("%s/%s", forms, f->input), *said, *names, *list, *lines;
	struct series sr;
	int ret = load(&sr, path, &said);

	if (ret != (f->patches ? PINLAB_OK : PINLAB_BROKE))
		fail_msg("%s: returned %d, said: %s", f->input, ret, said);
	if (f->said ? !strstr(said, f->said) : *said != 0)
		fail_msg("%s: said: %s", f->input, said);
	for (const char *c = said; *c; c++)
		if (*c != '\n' && iscntrl((unsigned char)*c))
			fail_msg("%s: control characters in: %s", f->input, said);
	names = names_of(&sr);
	if (f->patches && strncmp(names, f->patches, strlen(f->patches)))
		fail_msg("%s: took %s", f->input, names);
	if (f->patches) {
		list = xasprintf("%s/listed", top);
		lines = xstrdup("");
		for (size_t i = 0; i < sr.listed.n; i++) {
			char *more = xasprintf("%s%s\n", lines, sr.listed.v[i]);

			free(lines);
			lines = more;
		}
		assert_int_equal(write_file(list, lines, strlen(lines)), 0);
		assert_int_equal(series_push(&sr, &s, NULL), PINLAB_OK);
		is_what_git_makes(f, path);
		assert_int_equal(series_pop(&s), 0);
		free(lines);
		free(list);
	}
	/* As it was, and nothing beside it. */
	assert_int_equal(shell("diff -r --no-dereference $1/source/linux $1/base", NULL), 0);
	series_free(&sr);
	free(names);
	free(said);
	free(path);
}

static void test_forms(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(table); i++)
		check_form(&table[i]);
}

static void test_every_input_is_in_the_table(void **state)
{
	struct strlist names = { 0 };

	(void)state;
	assert_int_equal(list_dir(forms, &names), 0);
	for (size_t i = 0; i < names.n; i++) {
		bool found = false;

		for (size_t k = 0; k < ARRAY_SIZE(table); k++)
			found |= !strcmp(names.v[i], table[k].input);
		if (!found)
			fail_msg("%s is not in the table", names.v[i]);
	}
	strlist_free(&names);
}

/* 80 MiB that are 80 KiB. */
static void test_bomb(void **state)
{
	char *path = xasprintf("%s/bomb.patch.gz", top), *said;
	gzFile z = gzopen(path, "wb");
	static char zeros[1 << 20];
	struct series sr;

	(void)state;
	for (int i = 0; i < 80; i++)
		assert_int_equal(gzwrite(z, zeros, sizeof(zeros)), sizeof(zeros));
	gzclose(z);
	assert_int_equal(load(&sr, path, &said), PINLAB_BROKE);
	assert_non_null(strstr(said, "is larger than 64 MiB without gzip"));
	series_free(&sr);
	free(said);
	free(path);
}

static void test_no_regular_file(void **state)
{
	char *path = xasprintf("%s/fifo.patch", top), *said;
	struct series sr;

	(void)state;
	assert_int_equal(mkfifo(path, 0600), 0);
	assert_int_equal(load(&sr, path, &said), PINLAB_BROKE);
	assert_non_null(strstr(said, "is not a regular file"));
	series_free(&sr);
	free(said);
	free(path);
}

static int start(void **state)
{
	char dir[TEST_FOLDER];
	static const char make[] =
		"set -e; mkdir -p $1/source/linux/mm $1/source/linux/scripts $1/source/linux/include\n"
		"cd $1/source/linux; for n in a b; do i=0\n"
		"while [ $i -lt 20 ]; do i=$((i+1)); echo \"line $i of $n\"; done > mm/$n.c; done\n"
		"i=0; while [ $i -lt 10 ]; do i=$((i+1)); printf 'dos %d\\r\\n' $i; done > mm/dos.c\n"
		"printf '#!/bin/sh\\ntrue\\n' > scripts/run.sh; ln -s ../mm include/link\n"
		"cp -a . $1/base; cp -a . $1/repo; cd $1/repo; git init -q\n"
		"git config user.name a; git config user.email a@example.org\n"
		"git config core.autocrlf false; git config commit.gpgsign false\n"
		"git add -A; git commit -qm base; git tag base";

	(void)state;
	if (!test_folder(dir))
		return -1;
	top = xstrdup(dir);
	forms = xasprintf("%s/tests/series/forms", repo_dir());
	s.dir = xasprintf("%s/source", top);
	s.linux_dir = xasprintf("%s/linux", s.dir);
	return shell(make, NULL);
}

static int finish(void **state)
{
	int ret = remove_tree(top);

	(void)state;
	free(top);
	free(forms);
	free(s.dir);
	free(s.linux_dir);
	return ret;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_forms),
		cmocka_unit_test(test_every_input_is_in_the_table),
		cmocka_unit_test(test_bomb),
		cmocka_unit_test(test_no_regular_file),
	};

	return cmocka_run_group_tests_name("forms", tests, start, finish);
}
