// SPDX-License-Identifier: GPL-2.0
#include "host/base/text.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host/base/util.h"

static void put(struct text *t, const char *s, size_t n)
{
	if (t->cap - t->n < n + 1) {
		t->cap = 2 * (t->n + n + 1);
		t->s = xrealloc(t->s, t->cap);
	}
	memcpy(t->s + t->n, s, n);
	t->n += n;
	t->s[t->n] = '\0';
}

static char *vformat(const char *fmt, va_list ap)
{
	char *s;

	if (vasprintf(&s, fmt, ap) < 0) {
		err("report: out of memory");
		exit(PINLAB_BROKE);
	}
	return s;
}

static void plain(char *s)
{
	for (; *s; s++)
		if ((unsigned char)*s < 0x20 || (unsigned char)*s > 0x7e)
			*s = *s == '\t' || *s == '\n' ? ' ' : '?';
}

/* Without the spaces at its end. */
static void put_line(struct text *t, const char *s, size_t n)
{
	while (n && s[n - 1] == ' ')
		n--;
	put(t, s, n);
	put(t, "\n", 1);
}

void text_raw(struct text *t, const char *fmt, ...)
{
	va_list ap;
	char *s;

	va_start(ap, fmt);
	s = vformat(fmt, ap);
	va_end(ap);
	put(t, s, strlen(s));
	free(s);
}

/* Where to break s so that at most room columns stay; the last space if there is one. */
static size_t break_at(const char *s, size_t room)
{
	size_t n = strnlen(s, room + 1), at;

	if (n <= room)
		return n;
	for (at = room; at > 0 && s[at] != ' ';)
		at--;
	/* Nothing but the indent before the first word: break the word. */
	return strspn(s, " ") < at ? at : room;
}

static void wrap(struct text *t, int indent, char *s)
{
	size_t at;

	plain(s);
	at = break_at(s, TEXT_COLUMNS);
	put_line(t, s, at);
	for (s += at; *s; s += at) {
		char line[TEXT_COLUMNS + 1];

		s += strspn(s, " ");
		if (!*s)
			break;
		at = break_at(s, TEXT_COLUMNS - indent);
		snprintf(line, sizeof(line), "%*s%.*s", indent, "", (int)at, s);
		put_line(t, line, strlen(line));
	}
}

void text_wrap(struct text *t, int indent, const char *fmt, ...)
{
	va_list ap;
	char *s;

	va_start(ap, fmt);
	s = vformat(fmt, ap);
	va_end(ap);
	wrap(t, indent, s);
	free(s);
}

void text_line(struct text *t, const char *fmt, ...)
{
	va_list ap;
	char *s;

	va_start(ap, fmt);
	s = vformat(fmt, ap);
	va_end(ap);
	wrap(t, 6, s);
	free(s);
}

void text_free(struct text *t)
{
	free(t->s);
	*t = (struct text){ 0 };
}

void table_row(struct table *t, const char *fmt, ...)
{
	char *s, *rest, *cell;
	va_list ap;

	va_start(ap, fmt);
	s = vformat(fmt, ap);
	va_end(ap);
	t->rows = xgrow(t->rows, t->n, sizeof(*t->rows));
	memset(t->rows[t->n], 0, sizeof(*t->rows));
	rest = s;
	for (size_t i = 0; i < TABLE_COLUMNS && (cell = strsep(&rest, "\t")); i++)
		t->rows[t->n][i] = xstrdup(cell);
	t->n++;
	free(s);
}

static void table_line(const struct table *t, char *const *cells, const int *width, bool split,
		       struct text *out)
{
	struct text line = { 0 };

	for (size_t c = 0; t->align[c]; c++) {
		const char *s = cells[c] ? cells[c] : "";

		if (split && !c) {
			if (*s)
				text_line(out, "%s", s);
			text_raw(&line, "   ");
		} else {
			text_raw(&line, "%s%*s", c ? "  " : "",
				 t->align[c] == 'r' ? width[c] : -width[c], s);
		}
	}
	text_line(out, "%s", line.s);
	text_free(&line);
}

void table_end(struct table *t, struct text *out)
{
	int width[TABLE_COLUMNS] = { 0 }, total = -2;

	for (size_t c = 0; t->align[c]; c++) {
		for (size_t r = 0; r < t->n; r++)
			if (t->rows[r][c] && (int)strlen(t->rows[r][c]) > width[c])
				width[c] = strlen(t->rows[r][c]);
		total += width[c] + 2;
	}
	for (size_t r = 0; r < t->n; r++) {
		table_line(t, t->rows[r], width, total > TEXT_COLUMNS, out);
		for (size_t c = 0; c < TABLE_COLUMNS; c++)
			free(t->rows[r][c]);
	}
	free(t->rows);
	t->rows = NULL;
	t->n = 0;
}

/* One character of valid UTF-8: its length and number. */
static size_t utf8(const unsigned char *s, uint32_t *c)
{
	size_t n = *s < 0x80 ? 1 : *s < 0xe0 ? 2 : *s < 0xf0 ? 3 : 4;

	*c = n == 1 ? *s : *s & (0xff >> (n + 1));
	for (size_t i = 1; i < n; i++) {
		if ((s[i] & 0xc0) != 0x80) {
			*c = 0;
			return 1;
		}
		*c = *c << 6 | (s[i] & 0x3f);
	}
	return n;
}

/* C0, DEL and C1; line separators; what turns the direction of writing round. */
static bool is_control(uint32_t c)
{
	return c < 0x20 || (c >= 0x7f && c < 0xa0) || c == 0x2028 || c == 0x2029 ||
	       (c >= 0x202a && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069) || c == 0xfeff;
}

bool text_is_plain(const char *s)
{
	uint32_t c;

	for (size_t n; *s; s += n) {
		n = utf8((const unsigned char *)s, &c);
		if (is_control(c))
			return false;
	}
	return true;
}

void text_make_plain(char *s)
{
	uint32_t c;

	for (size_t n; *s; s += n) {
		n = utf8((const unsigned char *)s, &c);
		if (is_control(c))
			memset(s, '?', n);
	}
}
