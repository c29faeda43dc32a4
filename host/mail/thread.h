/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Which mails of many are the patches of one series, and in which order. By
 * subject, by what answers what, and by position, as b4 does it: the newest
 * version that is whole; no reply, no fix-up that somebody added to the thread.
 */
#ifndef PINLAB_HOST_MAIL_THREAD_H
#define PINLAB_HOST_MAIL_THREAD_H

#include "host/base/util.h"
#include "host/mail/mail.h"

struct letter {
	const struct mail *mail;
	const char *name;	/* of its file; NULL in a file of several */
	/* Filled: why it is no patch of the series; NULL for those that are. */
	const char *left;
};

/*
 * `chosen`: the one mail that there is was named by the user as it is, and may
 * be one of several patches. Puts the patches of the series in front of
 * `all`, in order, and returns how many they are; `note` gets a sentence for
 * the user, or NULL. 0: there is no telling, and `why` gets the reason.
 */
size_t thread_select(struct letter *all, size_t n, bool chosen, char **note, char **why);

/* A mail for the user: its file, or its subject. Caller frees. */
char *letter_shown(const struct letter *l);

#endif
