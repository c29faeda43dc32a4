/* SPDX-License-Identifier: GPL-2.0 */
/* Text as it came, which may hold anything, and a place where more is put together. */
#ifndef PINLAB_HOST_MAIL_BYTES_H
#define PINLAB_HOST_MAIL_BYTES_H

#include <stdbool.h>
#include <stddef.h>

struct span {
	const char *p;
	size_t n;
};

/* Always with a NUL behind its end. Zero it before. */
struct bytes {
	char *p;
	size_t n, cap;
};

void bytes_add(struct bytes *b, const char *p, size_t n);
void bytes_free(struct bytes *b);

/* The next line with its newline, taken off `rest`; false at the end. */
bool span_line(struct span *rest, struct span *line);
bool span_starts(struct span s, const char *with);
/* Does the line end in "\r\n"? */
bool span_is_dos(struct span line);
/* "\r\n" to "\n" in all of it. */
void span_undos(struct span s, struct bytes *out);

#endif
