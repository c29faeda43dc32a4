/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Those who race: threads, which live as long as the row and sleep between
 * rounds, and processes, which live for one round. Each has a file of its own.
 */
#ifndef PINLAB_GUEST_TORTURE_RACERS_H
#define PINLAB_GUEST_TORTURE_RACERS_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "include/pinlab_uapi.h"

#define MAX_RACERS	4

struct racers;

struct racer {
	/* Of the round, set by the caller. ops 0: this one sits it out. */
	struct pinlab_race req;
	bool process;
	/* Sums of the round. */
	uint64_t taken, refused, failed, released;
	int err;
	/* Of racers.c alone. */
	struct racers *all;
	pthread_t thread;
	int fd;
	pid_t pid;
	unsigned int seen;	/* the round that it has raced in last */
};

struct racers {
	struct racer racer[MAX_RACERS];
	atomic_uint round;	/* a futex: goes up where a round begins */
	atomic_uint running;	/* a futex: threads that still race */
	atomic_bool stop, quit;
};

/* In memory that child processes share. NULL: there is none. */
struct racers *racers_new(void);
void racers_free(struct racers *rs);
/* Let them go; and have them all come to rest. 0 or -errno, the first one's. */
int racers_begin(struct racers *rs);
int racers_end(struct racers *rs);

#endif
