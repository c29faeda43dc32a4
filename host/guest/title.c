// SPDX-License-Identifier: GPL-2.0
#include "host/guest/title.h"

#include <stdio.h>

/* "mm/gup.c:84", "include/linux/mm.h:1310": a place in the source. */
static bool is_place(const char *word, size_t n)
{
	const char *colon = memchr(word, ':', n);

	return colon && colon - word > 2 && colon[-2] == '.' && strchr("chS", colon[-1]) &&
	       isdigit((unsigned char)colon[1]);
}

/*
 * "WARNING: CPU: 1 PID: 52 at mm/gup.c:84 try_get_folio+0x137/0x190", and since 6.18
 * "WARNING: mm/gup.c:84 at try_get_folio+0x137/0x190, CPU#1: init/52".
 */
static void warning_title(const char *text, char title[CONSOLE_TEXT_MAX])
{
	const char *place = NULL, *fn = NULL;
	size_t n_place = 0, n_fn = 0;

	for (const char *s = text; *s; s += strspn(s, " ")) {
		size_t n = strcspn(s, " ");
		const char *plus = memmem(s, n, "+0x", 3);

		if (!place && is_place(s, n)) {
			place = s;
			n_place = n;
		} else if (!fn && plus) {
			fn = s;
			n_fn = plus - s;
		}
		s += n;
	}
	snprintf(title, CONSOLE_TEXT_MAX, "WARNING at %.*s%s%.*s", (int)n_place,
		 place ? place : "", fn ? " " : "", (int)n_fn, fn ? fn : "");
	if (!place)
		snprintf(title, CONSOLE_TEXT_MAX, "WARNING");
}

/* A number of its own, an address, an offset: chance. */
static size_t chance(const char *text, const char *s, const char **word)
{
	size_t n = strspn(s, "0123456789abcdefABCDEF");
	size_t digits = strspn(s, "0123456789");
	char before = s > text ? s[-1] : ' ';

	*word = "N";
	if (!strncmp(s, "+0x", 3)) {
		*word = "";
		return 3 + strspn(s + 3, "0123456789abcdef/x");
	}
	if (!strncmp(s, "0x", 2)) {
		*word = "ADDR";
		return 2 + strspn(s + 2, "0123456789abcdefABCDEF");
	}
	if (isalnum((unsigned char)before) || before == '_')
		return 0;
	if (n >= 8 && !isalnum((unsigned char)s[n])) {
		*word = "ADDR";
		return n;
	}
	if (before == '-' || before == '.')
		return 0;
	/* Lines of the source stay, they are the place. */
	if (digits && before == ':' && s - text > 2 && strchr("chS", s[-2]) && s[-3] == '.')
		return 0;
	return isalpha((unsigned char)s[digits]) && s[digits] != 's' ? 0 : digits;
}

void console_title(enum splat_kind kind, const char *text, char title[CONSOLE_TEXT_MAX])
{
	size_t n = 0;

	if (kind == SPLAT_WARNING) {
		warning_title(text, title);
		return;
	}
	for (const char *s = text; *s && n + 5 < CONSOLE_TEXT_MAX;) {
		const char *word;
		size_t len = chance(text, s, &word);

		if (!len) {
			title[n++] = *s++;
			continue;
		}
		n += sprintf(title + n, "%s", word);
		s += len;
	}
	while (n && title[n - 1] == ' ')
		n--;
	title[n] = '\0';
}
