// SPDX-License-Identifier: GPL-2.0
/* plan.json of a night: ids and numbers of turns, of which none was run. */
#include "host/report/derive.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct place *p = fuzz_place();
	char dir[256];

	place_dirs(p, "night");
	place_remove(p, "night/manifest.json");
	place_write(p, "night/plan.json", data, size);
	place_write(p, "night/clock.json", data, size);
	place_write(p, "night/last.json", data, size);
	snprintf(dir, sizeof(dir), "%s/night", p->path);
	report_derive(dir);
	return 0;
}
