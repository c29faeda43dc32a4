// SPDX-License-Identifier: GPL-2.0
/* The files that a guest hands to the host. */
#include <stdlib.h>

#include "host/guest/keep.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct place *p = fuzz_place();
	struct strlist names = { 0 };

	place_remove(p, "files");
	place_write(p, "raw", data, size);
	keep_take(p, "raw");
	/* Nothing but what was there, and its own folder. */
	place_list(p, "", &names);
	if (names.n > 1)
		abort();
	strlist_free(&names);
	return 0;
}
