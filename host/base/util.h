/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What every part of the host program needs: one way to print an error, to
 * run a program, to hash, to find a near name.
 */
#ifndef PINLAB_UTIL_H
#define PINLAB_UTIL_H

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <sys/types.h>

/* Exit statuses, as DESIGN.md fixes them: others script against these. */
enum pinlab_exit {
	PINLAB_OK = 0,
	PINLAB_FAIL = 1,	/* a verdict is FAIL */
	PINLAB_USAGE = 2,
	PINLAB_BROKE = 3,	/* the run itself broke */
	PINLAB_INTERRUPTED = 130,
};

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

/* Set by SIGINT and SIGTERM; long loops look at it and wind up. */
extern volatile sig_atomic_t interrupted;
void catch_interrupts(void);

/* One line on stderr: "pinlab: ...". A progress line on the terminal is cleared first. */
void err(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
/* For notices that are not errors, also on stderr. */
void note(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* Says that there is no memory left, and ends the program. */
_Noreturn void no_memory(void);
/* Strings. The x-functions end the program when memory is out. */
char *xasprintf(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
char *xstrdup(const char *s);
void *xcalloc(size_t n, size_t size);
void *xrealloc(void *p, size_t size);

struct strlist {
	char **v;
	size_t n;
};

void strlist_add(struct strlist *l, const char *s);
/* Takes over s. */
void strlist_take(struct strlist *l, char *s);
void strlist_sort(struct strlist *l);
bool strlist_has(const struct strlist *l, const char *s);
/* Splits at any character of sep; empty parts are dropped. */
void strlist_split(struct strlist *l, const char *s, const char *sep);
void strlist_free(struct strlist *l);

/* Does name match the comma separated globs in pattern (fnmatch, '*' matches '/')? */
bool glob_match(const char *pattern, const char *name);
/*
 * Up to three names nearest to the wrong one, as "a, b or c"; NULL if
 * nothing is near. The caller frees.
 */
char *near_names(const char *wrong, const struct strlist *names);

/* Folders. Both are found once and end without a slash. */
const char *repo_dir(void);	/* where ./pinlab lies */
const char *cache_dir(void);	/* ${PINLAB_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/pinlab} */
/* mkdir -p; 0 or -errno */
int make_dirs(const char *path);
bool file_exists(const char *path);
/* Whole file as a NUL terminated string; NULL and errno if it cannot be read. */
char *read_file(const char *path, size_t *len);
/* Write beside path, fsync, rename: the file is whole or not there. 0 or -errno. */
int write_file(const char *path, const void *data, size_t len);
int copy_file(const char *from, const char *to);
int remove_tree(const char *path);
/* Names in a folder without . and .., sorted; 0 or -errno. */
int list_dir(const char *path, struct strlist *out);
/* The one free space check: bytes available to us on path's file system. */
long long free_bytes(const char *path);

/* SHA-256, hex (64 characters and NUL). Return 0 or -errno. */
#define SHA_HEX 65
void sha_string(const char *s, size_t len, char hex[SHA_HEX]);
int sha_file(const char *path, char hex[SHA_HEX]);

/*
 * Run a program (argv ends in NULL, searched in PATH). Each line that it
 * prints, stdout and stderr together, goes to line() without its newline;
 * NULL drops it. Runs in a process group of its own, which is ended with
 * SIGTERM, then SIGKILL, when `interrupted` is set. dir and env may be NULL;
 * env holds "NAME=value" strings that are added.
 * Returns the exit status, 128 + signal, or -errno if it could not be started.
 */
int run_program(char *const argv[], const char *dir, char *const env[],
		void (*line)(const char *line, void *arg), void *arg);
/* First line of the output, the caller frees; NULL if the program fails. */
char *program_line(char *const argv[]);

/* Monotonic seconds. */
double now_seconds(void);

/*
 * Progress: on a terminal one line that is redrawn, elsewhere a plain line
 * at each change of `what` and then every ten seconds. done/total may be 0/0
 * when the size is not known. progress_end() leaves a clean line.
 */
void progress(const char *what, long done, long total, const char *detail);
void progress_end(void);
/* "3 min 20 s" */
char *human_seconds(double s, char *buf, size_t len);

#endif
