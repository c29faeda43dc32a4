// SPDX-License-Identifier: GPL-2.0
/* The stream that a guest sends: as it is, and with its numbers and sums set right. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "host/guest/records.h"
#include "tests/fuzz/fuzz.h"

static void feed(const char *s, size_t n)
{
	struct records whole, cut;

	records_init(&whole);
	records_feed(&whole, s, n);
	records_init(&cut);
	for (size_t i = 0; i < n; i += 7)
		records_feed(&cut, s + i, n - i < 7 ? n - i : 7);
	if (whole.line != cut.line || whole.n_samples != cut.n_samples ||
	    strcmp(whole.error, cut.error))
		abort();
	records_free(&whole);
	records_free(&cut);
}

/* Each line without the number in front and the sum behind it, and with right ones. */
static void repair(const char *s, size_t n)
{
	char *out = NULL;
	size_t len = 0;
	FILE *f = open_memstream(&out, &len);
	uint64_t seq = 0;

	while (n) {
		const char *end = memchr(s, '\n', n), *body;
		size_t line = end ? (size_t)(end - s) : n, m;
		char *text;

		body = memchr(s, '\t', line);
		m = body ? line - (body + 1 - s) : line;
		body = body ? body + 1 : s;
		if (m > 9 && body[m - 9] == '\t')
			m -= 9;
		text = xasprintf("%" PRIu64 "\t%.*s", seq++, (int)m, body);
		fprintf(f, "%s\t%08lx\n", text,
			crc32(0, (const unsigned char *)text, strlen(text)) & 0xffffffff);
		free(text);
		s += line + !!end;
		n -= line + !!end;
	}
	fclose(f);
	feed(out, len);
	free(out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	feed((const char *)data, size);
	repair((const char *)data, size);
	return 0;
}
