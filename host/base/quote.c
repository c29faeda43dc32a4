// SPDX-License-Identifier: GPL-2.0
#include "host/base/quote.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#define INDENT		"   "
#define INDENT_MORE	"       "

static bool is_plain(char c)
{
	return isalnum((unsigned char)c) || (c && strchr("_-+./:@=,%", c));
}

static bool is_print(unsigned char c)
{
	return c >= 0x20 && c <= 0x7e;
}

/* The first n bytes of s in quotes of the kind that they need. */
static char *quoted(const char *s, size_t n)
{
	struct text t = { 0 };
	bool bytes = false;

	for (size_t i = 0; i < n; i++)
		bytes |= !is_print(s[i]);
	text_raw(&t, bytes ? "$'" : "'");
	for (size_t i = 0; i < n; i++)
		if (!is_print(s[i]))
			text_raw(&t, "\\%03o", (unsigned char)s[i]);
		else if (bytes && (s[i] == '\'' || s[i] == '\\'))
			text_raw(&t, "\\%c", s[i]);
		else
			text_raw(&t, s[i] == '\'' ? "'\\''" : "%c", s[i]);
	text_raw(&t, "'");
	return t.s;
}

char *shell_word(const char *s)
{
	size_t plain = 0;

	while (is_plain(s[plain]))
		plain++;
	return plain && !s[plain] ? xstrdup(s) : quoted(s, strlen(s));
}

/* As much of s as fits into `room` columns; what is behind it. */
static const char *put_piece(const char *s, size_t room, struct text *line)
{
	size_t n = strlen(s);
	char *piece = quoted(s, n);

	while (strlen(piece) > room && n > 1) {
		free(piece);
		n -= n > 64 ? n / 8 : 1;
		piece = quoted(s, n);
	}
	text_raw(line, "%s", piece);
	free(piece);
	return s + n;
}

static void end_line(struct text *t, struct text *line, const char *mark)
{
	text_raw(t, "%s%s\n", line->s, mark);
	text_free(line);
	*line = (struct text){ 0 };
}

void text_command(struct text *t, const struct strlist *words)
{
	struct text line = { 0 };

	text_raw(&line, INDENT);
	for (size_t i = 0; i < words->n; i++) {
		char *word = shell_word(words->v[i]);
		const char *rest = words->v[i];

		/* " \" has to fit behind it. */
		if (i && line.n + 1 + strlen(word) + 2 > TEXT_COLUMNS) {
			end_line(t, &line, " \\");
			text_raw(&line, INDENT_MORE);
		}
		text_raw(&line, " ");
		if (line.n + strlen(word) + 2 <= TEXT_COLUMNS) {
			text_raw(&line, "%s", word);
		} else {
			while (*(rest = put_piece(rest, TEXT_COLUMNS - 2 - line.n, &line)))
				end_line(t, &line, "\\");
		}
		free(word);
	}
	end_line(t, &line, "");
}

/* Does one of the variables stand at s, behind its '$'? */
static bool is_variable(const char *s, const char *const *variables)
{
	for (; *variables; variables++) {
		size_t n = strlen(*variables);

		if (!strncmp(s, *variables, n) && !isalnum((unsigned char)s[n]) && s[n] != '_')
			return true;
	}
	return false;
}

void text_word_with(struct text *t, const char *s, const char *const *variables)
{
	size_t plain = 0;

	while (is_plain(s[plain]))
		plain++;
	if (plain && !s[plain]) {
		text_raw(t, "%s", s);
		return;
	}
	text_raw(t, "\"");
	for (; *s; s++) {
		bool own = strchr("\"\\`", *s) || (*s == '$' && !is_variable(s + 1, variables));

		text_raw(t, "%s%c", own ? "\\" : "", is_print(*s) ? *s : '?');
	}
	text_raw(t, "\"");
}
