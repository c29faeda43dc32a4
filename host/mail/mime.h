/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The text of a mail (RFC 2045 to 2047): headers, quoted-printable, base64, and
 * of several parts those that are text or a patch. It comes from strangers: any
 * bytes may be in it.
 */
#ifndef PINLAB_HOST_MAIL_MIME_H
#define PINLAB_HOST_MAIL_MIME_H

#include "host/mail/bytes.h"

/*
 * Takes the header off `rest`, to the empty line or the first line that cannot
 * be one of it. A line "From ..." in front, as in an mbox, counts to it.
 */
struct span mime_header(struct span *rest);

/* The value of a field on one line, NULL if there is none. The caller frees. */
char *mime_field(struct span header, const char *name);
/* The same with its encoded words ("=?utf-8?q?...?=") as the bytes they stand for. */
char *mime_words(struct span header, const char *name);

/*
 * Adds the text of a body to `out`; *as_is stays true if it was there in plain,
 * *flowed is set if a mail program may have moved its blanks (RFC 3676).
 * NULL, or why it cannot be read.
 */
const char *mime_text(struct span header, struct span body, struct bytes *out, bool *as_is,
		      bool *flowed);

#endif
