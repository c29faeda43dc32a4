// SPDX-License-Identifier: GPL-2.0
#include "host/base/ktap.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "host/base/util.h"

static void indent(struct text *t, int depth)
{
	text_raw(t, "%*s", 2 * depth, "");
}

static void plain(struct text *t, const char *s)
{
	while (*s) {
		size_t n = 0;

		while (s[n] && s[n] != '#' && s[n] >= ' ' && s[n] <= '~')
			n++;
		text_raw(t, "%.*s%s", (int)n, s, s[n] ? " " : "");
		s += n + !!s[n];
	}
}

void ktap_begin(struct text *t, int depth, size_t n)
{
	indent(t, depth);
	text_raw(t, "KTAP version 1\n");
	indent(t, depth);
	text_raw(t, "1..%zu\n", n);
}

void ktap_test(struct text *t, int depth, size_t number, bool ok, const char *name,
	       const char *directive, const char *why)
{
	indent(t, depth);
	text_raw(t, "%sok %zu - ", ok ? "" : "not ", number);
	plain(t, name);
	if (directive && why) {
		text_raw(t, " # %s ", directive);
		plain(t, why);
	}
	text_raw(t, "\n");
}

void ktap_note(struct text *t, int depth, const char *fmt, ...)
{
	va_list ap;
	char *s;

	va_start(ap, fmt);
	if (vasprintf(&s, fmt, ap) < 0)
		abort();
	va_end(ap);
	indent(t, depth);
	text_raw(t, "# ");
	plain(t, s);
	text_raw(t, "\n");
	free(s);
}
