/* SPDX-License-Identifier: GPL-2.0 */
/*
 * git, run so that nothing but its arguments decides what it does: without
 * GIT_* of the environment (a hook or a rebase sets them, and they name another
 * repository), without the configuration of machine and user, without hooks,
 * fetching, replaced objects or a pager.
 */
#ifndef PINLAB_HOST_KERNEL_SOURCE_GIT_H
#define PINLAB_HOST_KERNEL_SOURCE_GIT_H

#include "host/base/util.h"

/*
 * The first thing that git complained of, or its last line, as plain text: for
 * the one line that tells the user. Zero it before; git_said_free() after.
 */
struct git_said {
	char *why, *first;
};

/*
 * Run git with these arguments (they end in NULL) in the folder `dir`, which
 * is trusted whoever owns it: the user named it. env may be NULL; it holds
 * "NAME=value" strings. What is printed goes to line() as for run_program(),
 * or to `said`, which may be NULL. Returns as run_program() does.
 */
int git_run(const char *dir, const char *const *args, char *const env[],
	    void (*line)(const char *line, void *arg), void *arg);
int git_quiet(const char *dir, const char *const *args, char *const env[], struct git_said *said);
void git_said_free(struct git_said *said);

/* The full id of a commit of the repository `tree`; NULL after saying why not. */
char *git_commit(const char *tree, const char *ref);
/* A file of that commit as text; NULL after saying why there is none. */
char *git_file(const char *tree, const char *commit, const char *name);

/*
 * Make `to` hold the files of that commit of `tree` and nothing else; `dir` is
 * a folder for what git has to remember between two commits. Only what differs
 * is written. The files are compared with the commit's ids afterwards.
 * 0, or -1 with the reason in `said`.
 */
int git_checkout(const char *tree, const char *commit, const char *dir, const char *to,
		 struct git_said *said);

/* The first line of a text from elsewhere, fit for a terminal. The caller frees. */
char *plain_line(const char *text);

#endif
