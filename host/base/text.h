/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Text for a mail: plain ASCII, no tabs, at most 75 columns, whatever is put
 * in. Bytes outside of printable ASCII become '?', long lines are broken.
 */
#ifndef PINLAB_HOST_BASE_TEXT_H
#define PINLAB_HOST_BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>

#define TEXT_COLUMNS 75

struct text {
	char *s;
	size_t n, cap;
};

/* As it is, for files that are not mail. */
void text_raw(struct text *t, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* One line. */
void text_line(struct text *t, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* A paragraph, broken at spaces; all lines but the first begin with indent spaces. */
void text_wrap(struct text *t, int indent, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
void text_free(struct text *t);

/*
 * UTF-8 in which there is nothing that a terminal or a file of lines takes for
 * more than text: controls, line separators, what turns the direction round.
 */
bool text_is_plain(const char *s);
/* All that is not becomes '?'. */
void text_make_plain(char *s);

/* A table: columns as wide as they need to be, two spaces between them. */
#define TABLE_COLUMNS 8

struct table {
	const char *align;		/* a letter a column: l or r */
	char *(*rows)[TABLE_COLUMNS];
	size_t n;
};

/* A row: one format with the cells separated by '\t'. */
void table_row(struct table *t, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/*
 * Into text, and freed. If a line does not fit, the first column gets a line
 * of its own.
 */
void table_end(struct table *t, struct text *out);

#endif
