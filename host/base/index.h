/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Numbers by name, for whoever would search a list as often as it is long: a
 * hash with a secret seed (jansson's), so that nobody can choose names that collide.
 */
#ifndef PINLAB_HOST_BASE_INDEX_H
#define PINLAB_HOST_BASE_INDEX_H

#include <jansson.h>

/* All zero is an empty one. */
struct index {
	json_t *names;
};

/* The number of the name, printed as printf() would; -1: it has none. */
long index_find(const struct index *x, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* Its number, or n, which it has from now on. */
size_t index_need(struct index *x, size_t n, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
void index_free(struct index *x);

#endif
