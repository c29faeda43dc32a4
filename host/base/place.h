/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A place: a folder whose content somebody else may have made, a run that came
 * by mail among them. All names are relative to it. No part of a name is a
 * symbolic link or "..", so nothing outside is read, written or removed; only
 * regular files are opened, so nothing hangs (a FIFO) or never ends (/dev/zero);
 * a file is written anew and never in place, so what a hard link shares stays as
 * it is. The folder itself is where the user has said, and may be a link.
 *
 * The names are walked a part at a time with O_NOFOLLOW: openat2(RESOLVE_BENEATH)
 * would do so for opening alone, and what makes, renames and removes needs the
 * folder above in any case.
 */
#ifndef PINLAB_HOST_BASE_PLACE_H
#define PINLAB_HOST_BASE_PLACE_H

#include <jansson.h>
#include <sys/stat.h>

#include "host/base/trouble.h"
#include "host/base/util.h"

/* Of a text that is read as a whole: what a guest may write, and more than any plan has. */
#define PLACE_MAX (256ul << 20)
/* Of what is a line or some: an outcome, a command. */
#define PLACE_SMALL_MAX (1ul << 20)

struct place {
	int fd;			/* of the root; -1: there is none */
	char *below;		/* "", or "boots/02-6.12/": the names' beginning */
	char *path;		/* for messages, and for programs that want a path */
	struct trouble *trouble;	/* the root's; NULL: there is none */
};

/* All return 0 or -errno where nothing else is said; place_error() has words for it. */

int place_open(struct place *p, const char *dir);
/* The same, and the folder is made where it is missing. */
int place_make(struct place *p, const char *dir);
/* The folder `name` of p as a place, whether it is there or not. p has to outlive it. */
void place_below(struct place *p, const struct place *of, const char *name);
/* Of both kinds; one that was zeroed or closed before, too. */
void place_close(struct place *p);

/* Is there anything of that name, and what? Links are not followed. */
int place_stat(const struct place *p, const char *name, struct stat *st);
bool place_has(const struct place *p, const char *name);
/* A regular file for reading: its descriptor. */
int place_fd(const struct place *p, const char *name);
/* The whole of it, NUL terminated; NULL and errno, EFBIG where it is larger than max. */
char *place_read(const struct place *p, const char *name, size_t max, size_t *len);
/* NULL after filling *e (not NULL), also where it is missing. No key stands twice. */
json_t *place_json(const struct place *p, const char *name, json_error_t *e);
int place_sha(const struct place *p, const char *name, char hex[SHA_HEX]);
/* Names in a folder ("" is the place itself), sorted. */
int place_list(const struct place *p, const char *name, struct strlist *out);

/* Beside it, fsync, rename: the file is whole or not there, after a power cut as well. */
int place_write(const struct place *p, const char *name, const void *data, size_t len);
int place_put_json(const struct place *p, const char *name, const json_t *j, size_t flags);
/* A new empty file in place of what was there: its descriptor, for reading and writing. */
int place_create(const struct place *p, const char *name);
/* A file from anywhere. */
int place_copy(const struct place *p, const char *from, const char *name);
/* mkdir -p */
int place_dirs(const struct place *p, const char *name);
/* A file, a link itself, or a folder with all that is in it. 0 where there is none. */
int place_remove(const struct place *p, const char *name);

/*
 * Only one holds a place, to the end of the process or to place_unlock(): the
 * descriptor of the lock; -EWOULDBLOCK and in *pid who has it (0: no telling).
 */
int place_lock(const struct place *p, int *pid);
void place_unlock(const struct place *p, int lock);

#endif
