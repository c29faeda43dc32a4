// SPDX-License-Identifier: GPL-2.0
#include "host/mail/bytes.h"

#include <stdlib.h>
#include <string.h>

#include "host/base/util.h"

void bytes_add(struct bytes *b, const char *p, size_t n)
{
	if (b->cap - b->n <= n) {
		b->cap = 2 * (b->n + n) + 64;
		b->p = xrealloc(b->p, b->cap);
	}
	if (n)
		memcpy(b->p + b->n, p, n);
	b->n += n;
	b->p[b->n] = '\0';
}

void bytes_free(struct bytes *b)
{
	free(b->p);
	*b = (struct bytes){ 0 };
}

bool span_line(struct span *rest, struct span *line)
{
	const char *end;

	if (!rest->n)
		return false;
	end = memchr(rest->p, '\n', rest->n);
	*line = (struct span){ rest->p, end ? (size_t)(end - rest->p) + 1 : rest->n };
	rest->p += line->n;
	rest->n -= line->n;
	return true;
}

bool span_starts(struct span s, const char *with)
{
	size_t n = strlen(with);

	return s.n >= n && !memcmp(s.p, with, n);
}

bool span_is_dos(struct span line)
{
	return line.n > 1 && line.p[line.n - 2] == '\r' && line.p[line.n - 1] == '\n';
}

void span_undos(struct span s, struct bytes *out)
{
	struct span line;

	while (span_line(&s, &line)) {
		if (span_is_dos(line)) {
			bytes_add(out, line.p, line.n - 2);
			bytes_add(out, "\n", 1);
		} else {
			bytes_add(out, line.p, line.n);
		}
	}
}
