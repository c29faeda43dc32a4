/* SPDX-License-Identifier: GPL-2.0 */
/* Runs rows; for guest/main.c and guest/torture/torture.c. */
#ifndef PINLAB_GUEST_ROW_H
#define PINLAB_GUEST_ROW_H

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
struct frame;

/* One frame a program: what this kernel has is found out here. */
struct frame *frame_new(const struct frame_config *cfg);

/* before and after run in the frame's own process, and may be NULL. */
struct row_body {
	void (*before)(struct row *r);
	void (*run)(struct row *r);	/* in a process of its own, with r->drv open */
	void (*after)(struct row *r);
	double limit;			/* seconds; 0: none. Then the process is killed */
};

/* Run a row and send its records; false if it failed. */
bool frame_row(struct frame *f, struct row *r, unsigned int needs, const struct row_body *b);
/* In after: a failure that is said now counts, though the row has passed. */
void frame_overrule(struct row *r);

/* Is this the repeat that the profile plugin counts? Then each marked loop is a window. */
bool frame_marking(const struct row *r);
/* The next window's number; the plugin counts them in the same order. */
unsigned int frame_window(struct row *r);

void frame_list(void);
void frame_run(const struct frame_config *cfg);

#endif
