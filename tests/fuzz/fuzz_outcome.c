// SPDX-License-Identifier: GPL-2.0
/* outcome.json of one boot, in a run that is good otherwise. */
#include "host/report/derive.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *dir = fuzz_run();

	place_write(fuzz_place(), "run/boots/01-6.12-aa/outcome.json", data, size);
	place_remove(fuzz_place(), "run/manifest.json");
	report_derive(dir);
	return 0;
}
