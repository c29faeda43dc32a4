// SPDX-License-Identifier: GPL-2.0
#include "host/judge/profile.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "host/base/text.h"

#define FUNCTION_MAX 128

static void take_line(struct profile *p, char *line)
{
	char *end, *function;
	unsigned long id = strtoul(line, &end, 10);
	double n;

	if (end == line || *end != '\t' || id > UINT32_MAX)
		return;
	line = end + 1;
	function = strsep(&line, "\t");
	if (!line || !*function || strlen(function) > FUNCTION_MAX)
		return;
	n = strtod(line, &end);
	if (end == line || !isfinite(n))
		return;
	text_make_plain(function);
	/* Not of a name that begins with a dot. */
	function[1 + strcspn(function + 1, ".")] = '\0';
	if (!p->n_windows || p->windows[p->n_windows - 1].id != id) {
		p->windows = xgrow(p->windows, p->n_windows, sizeof(*p->windows));
		p->windows[p->n_windows++] = (struct stretch){ id, p->n_lines, p->n_lines };
	}
	p->lines = xgrow(p->lines, p->n_lines, sizeof(*p->lines));
	p->lines[p->n_lines++] = (struct count){ function, n };
	p->windows[p->n_windows - 1].to = p->n_lines;
}

static int by_id(const void *a, const void *b)
{
	const struct stretch *x = a, *y = b;

	if (x->id != y->id)
		return x->id < y->id ? -1 : 1;
	return x->from < y->from ? -1 : x->from > y->from;
}

struct profile *profile_load(const struct place *place, const char *name)
{
	struct profile *p = xcalloc(1, sizeof(*p));
	char *rest, *line;

	p->text = place_read(place, name, PLACE_MAX, NULL);
	for (rest = p->text; rest && (line = strsep(&rest, "\n"));)
		take_line(p, line);
	if (p->n_windows)
		qsort(p->windows, p->n_windows, sizeof(*p->windows), by_id);
	if (p->n_lines)
		return p;
	profile_free(p);
	return NULL;
}

void profile_free(struct profile *p)
{
	if (!p)
		return;
	free(p->text);
	free(p->lines);
	free(p->windows);
	free(p);
}
