/* SPDX-License-Identifier: GPL-2.0 */
/*
 * From a file to mails and patches, as `git mailsplit` and `git mailinfo` take
 * them apart: an mbox, one mail, or a patch without any mail around it.
 */
#ifndef PINLAB_HOST_MAIL_MAIL_H
#define PINLAB_HOST_MAIL_MAIL_H

#include "host/mail/bytes.h"
#include "host/mail/subject.h"

/* More is not one series of patches. */
#define MAX_MAILS 2000

struct mail {
	bool is_mail;		/* it has a mail's header */
	bool as_is;		/* nothing was decoded: its text is what lies in the file */
	bool flowed;		/* RFC 3676: blanks may have been moved */
	char *subject;		/* decoded, one line; "" */
	char *from;		/* "" */
	char *id, *parent;	/* Message-ID, and that of what it answers; NULL */
	struct subject is;
	struct bytes message;	/* before the patch */
	struct bytes diff;	/* the rest, from the first line that a patch may begin with */
};

struct mails {
	struct mail *v;
	size_t n;
};

/*
 * All that is in a file. NULL; or what is wrong with it, as what follows its
 * name, and then `out` is empty.
 */
const char *mails_read(const char *buf, size_t size, struct mails *out);
void mails_free(struct mails *m);

/* Is there anything in it that would change a file? */
bool diff_has_change(const struct bytes *diff);

#endif
