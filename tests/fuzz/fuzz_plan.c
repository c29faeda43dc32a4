// SPDX-License-Identifier: GPL-2.0
/* plan.json of a run whose other files are good; what is taken goes through all reports. */
#include "host/report/derive.h"
#include "host/run/plan_file.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *dir = fuzz_run();

	place_write(fuzz_place(), "run/plan.json", data, size);
	place_remove(fuzz_place(), "run/manifest.json");
	report_derive(dir);
	return 0;
}
