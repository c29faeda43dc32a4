/* SPDX-License-Identifier: GPL-2.0 */
/* What rows and options turn on the machine that they run on: read, and put back. */
#ifndef PINLAB_HOST_NATIVE_SETTINGS_H
#define PINLAB_HOST_NATIVE_SETTINGS_H

#include <stddef.h>

struct settings {
	struct setting *v;
	size_t n;
};

/* All that can be read now. The caller frees, with settings_free(). */
void settings_read(struct settings *s);
/*
 * Writes what is no longer as it was. How many could not be put back; *what is a
 * list of them, "PATH: why; PATH: why", or NULL; the caller frees.
 */
size_t settings_restore(const struct settings *s, char **what);
void settings_free(struct settings *s);

#endif
