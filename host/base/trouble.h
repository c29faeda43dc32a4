/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A disk that fails says nothing about the run: what it did not give is neither
 * missing nor broken. The first such error is kept, for all that lies below one
 * root, and nobody who makes results of what he reads goes on behind it.
 */
#ifndef PINLAB_HOST_BASE_TROUBLE_H
#define PINLAB_HOST_BASE_TROUBLE_H

#include <errno.h>

/* No plain file; no other error of open() has this number. */
#define ENOTPLAIN	EMEDIUMTYPE

struct place;

struct trouble {
	int error;		/* -errno; 0: none */
	char name[256];		/* below the root */
};

/* strerror(), and words for what only a place refuses. */
const char *place_error(int error);

/*
 * Keeps `ret`, -errno, if it is the machine's and not the file's own, as a file
 * that is missing or none of ours is. For those who read by a descriptor; what a
 * place reads itself it notes itself. Returns `ret`.
 */
int place_note(const struct place *p, const char *name, int ret);

/* The first error that was kept, -errno; 0: none. */
int place_failed(const struct place *p);
/* The same, after saying what could not be read. */
int place_trouble(const struct place *p);

#endif
