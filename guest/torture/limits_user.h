/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a process without privileges can bring onto a page that it shares with
 * an owner, and what is left to the owner then: torture/limits_user_*.c.
 */
#ifndef PINLAB_GUEST_TORTURE_LIMITS_USER_H
#define PINLAB_GUEST_TORTURE_LIMITS_USER_H

#include <sys/types.h>

#include "guest/torture/limits.h"

/* What the process has; shared with the owner. */
struct loot {
	char *addr;		/* of the page, mapped in both */
	int fd;			/* the memfd behind it, or -1 */
	long most;		/* that it may take; there is always a bound */
	/* Filled in by it. */
	long taken;
	long ready;		/* of its own children or threads, that have begun to */
	long failed;		/* of these: that hold nothing */
	int err;		/* of what it could not take, 0 or -errno */
	char stop[160];		/* the same in words: "RLIMIT_NOFILE (4096)" */
};

struct grab {
	const char *name;	/* of its facts */
	const char *by;		/* what it takes them by: "mappings" */
	enum mem_kind kind;	/* of the page: the folio of the owner */
	long most;		/* that it is told to take, in its own units */
	long beside;		/* the same beside an exclusive pin; 0: `most` */
	bool ends;		/* what it takes ends by itself */
	/* As root: something that it will have to wait for, and its end. NULL: nothing. */
	int (*before)(struct row *r);
	void (*after)(void);
	/*
	 * In a process of nobody, with the limits that a kernel gives by default.
	 * It takes what it can, and keeps it until it is killed.
	 */
	void (*take)(struct loot *l);
};

/*
 * The owner is privileged and has /dev/pinlab. Facts: what was taken, who is
 * refused what then, what becomes of that when the process is killed, and what
 * it can take while the owner has the page exclusively. 0, -1, or 1.
 */
int grab_run(struct row *r, const struct grab *a);

/* A process of nobody that runs take() and then keeps what it has. */
struct user {
	pid_t pid;
	struct loot *loot;
	int done[2];
};

/* Returns when take() is over: 0 or -1. */
int user_start(struct row *r, struct user *u, void (*take)(struct loot *l), const struct loot *l);
void user_kill(struct user *u);

/* For take(): "%s: %s" of what and errno. */
void loot_stop(struct loot *l, int err, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
/* Until n have counted themselves in *what. */
void loot_wait(const long *what, long n);
/* A number that the kernel keeps in a file of one line; -1 if there is none. */
long read_number(const char *path);

#define USER_FILES	4096	/* INR_OPEN_MAX: the hard limit of the first process */
#define USER_MEMLOCK	(8l << 20)	/* MLOCK_LIMIT */

#endif
