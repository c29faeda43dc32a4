/* SPDX-License-Identifier: GPL-2.0 */
/* What the kernel complains of in its log. */
#ifndef PINLAB_GUEST_MACHINE_KMSG_H
#define PINLAB_GUEST_MACHINE_KMSG_H

#define COMPLAINT_LINES	40
#define COMPLAINT_LINE	160
#define COMPLAINT_KINDS	16

struct complaint {
	char text[COMPLAINT_LINE];		/* the line that it was known by */
	char line[COMPLAINT_LINES][COMPLAINT_LINE];	/* what followed it, a call trace */
	unsigned int n;
	unsigned int warnings;			/* "WARNING:" lines in all that was read */
	unsigned int others;			/* other complaints */
	unsigned int lost;			/* times that the log ran over before it was read */
	/* Warnings of one place in the source, and how many there were. */
	char kind[COMPLAINT_KINDS][COMPLAINT_LINE];
	unsigned int times[COMPLAINT_KINDS];
	unsigned int n_kinds;
};

/* From now on; what is in the log already is forgotten. 0 or -errno. */
int kmsg_start(void);
/* Read what has come since; c is about the first complaint in it. */
void kmsg_read(struct complaint *c);
/* One record as /dev/kmsg gives it, "6,339,5140900,-;text\n KEY=value\n"; it is changed. */
void kmsg_take(struct complaint *c, char *record);
/*
 * A line of our own in the log, so that whoever reads the console knows which
 * row a complaint belongs to: WIRE_MARK_BEGIN or WIRE_MARK_END, and the row.
 */
void kmsg_mark(const char *mark, const char *row);
/* Let all marks through: the kernel takes 10 lines in 5 seconds otherwise. */
void kmsg_unlimit(void);
/* Let WARN_ONCE() and its kind warn again. */
void kmsg_rearm(void);

#endif
