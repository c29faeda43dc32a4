// SPDX-License-Identifier: GPL-2.0
/* A kernel's console, whole and in pieces. */
#include <stdlib.h>
#include <string.h>

#include "host/base/text.h"
#include "host/guest/console.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *s = (const char *)data;
	struct console whole, cut;

	console_init(&whole);
	console_feed(&whole, s, size);
	console_end(&whole);
	console_init(&cut);
	for (size_t i = 0; i < size; i += 13)
		console_feed(&cut, s + i, size - i < 13 ? size - i : 13);
	console_end(&cut);
	if (whole.n != cut.n || whole.lines != cut.lines || whole.panic != cut.panic)
		abort();
	for (size_t i = 0; i < whole.n; i++)
		if (!text_is_plain(whole.splats[i].title) || !text_is_plain(whole.splats[i].text))
			abort();
	console_free(&whole);
	console_free(&cut);
	return 0;
}
