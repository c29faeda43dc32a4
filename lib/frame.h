/* SPDX-License-Identifier: GPL-2.0 */
/* Runs rows; for lib/guest.c. */
#ifndef PINLAB_FRAME_H
#define PINLAB_FRAME_H

#include <stdbool.h>

struct frame_config {
	const char *rows;	/* globs */
	bool exact;		/* the clock counts instructions */
	bool profile;		/* one more repeat, framed for the plugin */
	unsigned int warmup;
	unsigned int repeats;	/* undisturbed samples wanted of each metric */
	unsigned int tries;	/* repeats at most */
};

struct row;

/* Is this the repeat that the profile plugin counts? Then each marked loop is a window. */
bool frame_marking(const struct row *r);
/* The next window's number; the plugin counts them in the same order. */
unsigned int frame_window(struct row *r);

void frame_list(void);
void frame_run(const struct frame_config *cfg);

#endif
