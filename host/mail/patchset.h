/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the user hands over as a series: a folder of patches or mails, quilt's
 * with a file `series` or in the order of their names; one patch, one mail, or
 * an mbox; each also with gzip. It becomes a list of patches in order.
 */
#ifndef PINLAB_HOST_MAIL_PATCHSET_H
#define PINLAB_HOST_MAIL_PATCHSET_H

#include "host/base/util.h"

struct patch {
	char *name;		/* "0001-mm-gup-some-title.patch", one of its own in the set */
	char *shown;		/* the user's file, or the mail's subject */
	char *text, *diff;	/* as it is kept; what of it is applied */
	size_t text_len, diff_len;
	int strip;		/* -pN */
	bool flowed;		/* it came in a mail that may have moved blanks */
};

struct patchset {
	struct patch *v;
	size_t n;
};

/*
 * The patches of a series; says which mails or files are none of them. Read
 * once in the life of the program: all kernels of a run agree on it. PINLAB_OK
 * and *out, which is not freed; PINLAB_BROKE after saying why there are none.
 */
int patchset_get(const char *path, const struct patchset **out);

#endif
