/* SPDX-License-Identifier: GPL-2.0 */
/* The files that a user's series is made of, read and taken apart. */
#ifndef PINLAB_HOST_MAIL_INPUTS_H
#define PINLAB_HOST_MAIL_INPUTS_H

#include "host/mail/mail.h"

struct input {
	char *name;		/* as it is shown */
	char *text;
	size_t len;
	int strip;
	struct mails mails;
};

struct inputs {
	struct input *v;
	size_t n;
	bool listed;		/* by a file `series`: that is what the user wants */
	bool folder;
};

/*
 * One file or a folder of them: quilt's with a file `series`, one with a
 * series.conf and none of its guards defined, a maildir, or all that are called
 * like patches, by the numbers in their names. PINLAB_OK, PINLAB_BROKE after
 * saying what is wrong; inputs_free() either way.
 */
int inputs_read(const char *path, struct inputs *in);
void inputs_free(struct inputs *in);

/* How much of a file's name stands in front of ".patch", ".mbox.gz" and the like. */
size_t patch_stem(const char *name);

#endif
