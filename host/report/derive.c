// SPDX-License-Identifier: GPL-2.0
#include "host/report/derive.h"

#include "host/judge/load.h"
#include "host/run/verb.h"

int report_derive(const char *run_dir)
{
	const struct verb *v = verb_of_run(run_dir);
	struct run run;

	if (v)
		return v->derive(run_dir);
	/* Whoever reads it says what is wrong with it. */
	if (!run_load(run_dir, &run))
		err("%s/plan.json: this pinlab knows no runs of the verb '%s'", run_dir,
		    plan_text(&run, "verb"));
	run_free(&run);
	return PINLAB_BROKE;
}
