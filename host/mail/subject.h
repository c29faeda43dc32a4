/* SPDX-License-Identifier: GPL-2.0 */
/* What a subject says: "Re: [list] [RFC PATCH v2 03/11] mm: title". */
#ifndef PINLAB_HOST_MAIL_SUBJECT_H
#define PINLAB_HOST_MAIL_SUBJECT_H

#include <stdbool.h>

struct subject {
	bool reply;		/* "Re:", "Fwd:" and what others write for it */
	bool patch;		/* [PATCH] or [RFC] */
	bool resend;
	bool numbered;		/* n/m */
	int n, m;
	int version;		/* 1 where none is said */
	const char *title;	/* within the text that was given */
};

void subject_parse(const char *text, struct subject *s);

#endif
