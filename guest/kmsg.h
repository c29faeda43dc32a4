/* SPDX-License-Identifier: GPL-2.0 */
/* What the kernel complains of in its log. */
#ifndef PINLAB_GUEST_KMSG_H
#define PINLAB_GUEST_KMSG_H

#define COMPLAINT_LINES	40
#define COMPLAINT_LINE	160

struct complaint {
	char text[COMPLAINT_LINE];		/* the line that it was known by */
	char line[COMPLAINT_LINES][COMPLAINT_LINE];	/* what followed it, a call trace */
	unsigned int n;
	unsigned int warnings;			/* "WARNING:" lines in all that was read */
	unsigned int others;			/* other complaints */
};

/* From now on; what is in the log already is forgotten. 0 or -errno. */
int kmsg_start(void);
/* Read what has come since; c is about the first complaint in it. */
void kmsg_read(struct complaint *c);
/* Let WARN_ONCE() and its kind warn again. */
void kmsg_rearm(void);

#endif
