/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A forked child that does what it is told, a step at a time: the parent
 * sends a byte, the child answers with one. It goes when the parent does.
 */
#ifndef PINLAB_GUEST_CHILD_H
#define PINLAB_GUEST_CHILD_H

#include <stdbool.h>
#include <sys/types.h>

struct child {
	pid_t pid;
	int to[2], from[2];	/* pipes, made before the fork */
};

/* 0 or -errno. */
int child_pipes(struct child *c);
/* fork() without the C library's part in it: what it does is the same each time. */
pid_t child_fork(void);
/* In the child: wait to be told; false: the parent is gone. */
bool child_told(struct child *c);
/* In the child: say that it went well, or not. */
void child_answer(struct child *c, bool good);
/* In the parent: tell the child to go on; and get its answer. */
void child_tell(struct child *c);
bool child_answered(struct child *c);

#endif
