/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What every part of the host program needs: one way to print an error, to
 * run a program, to hash, to find a near name.
 */
#ifndef PINLAB_HOST_BASE_UTIL_H
#define PINLAB_HOST_BASE_UTIL_H

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <sys/types.h>

/* Exit statuses, as doc/design.md has them: others script against these. */
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
/*
 * From now on they end the program at once, with PINLAB_INTERRUPTED: for what
 * only reads what is kept, and can be done again. false: as before.
 */
void interrupts_quit(bool yes);
/* Between true and false one waits: files that belong together are being written. */
void interrupts_hold(bool yes);

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
/* Room for one more behind n elements of that size: arrays grow by doubling. */
void *xgrow(void *p, size_t n, size_t size);

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
/* The same, less what a part that begins with '!' names: as the guest chooses rows. */
bool globs_pick(const char *globs, const char *name);
/*
 * Up to three names nearest to the wrong one, as "a, b or c"; NULL if
 * nothing is near. The caller frees.
 */
char *near_names(const char *wrong, const struct strlist *names);

/* SHA-256, hex (64 characters and NUL). Return 0 or -errno. */
#define SHA_HEX 65

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
