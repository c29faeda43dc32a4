// SPDX-License-Identifier: GPL-2.0
/* A profile: the plugin's counts, a System.map, and profile.tsv as it is kept. */
#include <stdlib.h>

#include "host/judge/profile.h"
#include "host/guest/symbols.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct place *p = fuzz_place();
	char *map = xasprintf("%s/map", p->path);
	static const char good[] = "ffffffff81000000 T _stext\nffffffff81001000 T f\n";

	place_write(p, "raw", data, size);
	place_write(p, "map", good, sizeof(good) - 1);
	symbols_resolve(p, "raw", map, "tsv");
	place_write(p, "map", data, size);
	symbols_resolve(p, "raw", map, "tsv");
	place_write(p, "tsv", data, size);
	profile_free(profile_load(p, "tsv"));
	free(map);
	return 0;
}
