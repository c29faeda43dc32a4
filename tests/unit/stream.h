/* SPDX-License-Identifier: GPL-2.0 */
/* Record streams for tests: lines with their number and checksum put on. */
#ifndef PINLAB_TESTS_UNIT_STREAM_H
#define PINLAB_TESTS_UNIT_STREAM_H

#include <stdio.h>
#include <string.h>
#include <zlib.h>

#include "host/base/util.h"

struct stream {
	char *s;
	size_t n;
	unsigned long seq;
};

/* body: type and fields with tabs between them */
static inline void stream_add(struct stream *st, const char *body)
{
	char *line = xasprintf("%lu\t%s", st->seq++, body);
	char *sealed = xasprintf("%s\t%08lx\n", line,
				 crc32(0, (const unsigned char *)line, strlen(line)));
	size_t len = strlen(sealed);

	st->s = xrealloc(st->s, st->n + len + 1);
	memcpy(st->s + st->n, sealed, len + 1);
	st->n += len;
	free(line);
	free(sealed);
}

static inline void stream_free(struct stream *st)
{
	free(st->s);
	*st = (struct stream){ 0 };
}

#endif
