// SPDX-License-Identifier: GPL-2.0
/* From the folder of a run of benchmarks to its reports. */
#include "host/bench/derive.h"

#include <errno.h>

#include "host/report/files.h"
#include "host/report/report.h"
#include "host/report/text.h"
#include "host/report/verdicts.h"

static int put_files(const struct report *r)
{
	struct report_file files[] = { { .name = "report.txt" }, { .name = "verdicts.ktap" } };

	report_text(r, &files[0].text);
	report_ktap(r, &files[1].text);
	return report_put_all(&r->run, files, ARRAY_SIZE(files));
}

static void say_broken(const struct report *r)
{
	if (!r->pass && r->skip && !r->fail && !r->broken)
		err("%s: all rows were skipped: nothing was measured; report.txt says what is missing",
		    r->run.name);
	if (r->broken)
		err("%s: %zu row%s not what the plan wants; report.txt names %s", r->run.name,
		    r->broken, r->broken == 1 ? " is" : "s are", r->broken == 1 ? "it" : "them");
	for (size_t i = 0; i < r->run.faults.n; i++)
		err("%s: %s", r->run.name, r->run.faults.v[i]);
	for (size_t i = 0; i < r->run.n_boots; i++) {
		const struct boot *b = &r->run.boots[i];

		if (!b->ok)
			err("%s: boot %s: %s%s%s", r->run.name, b->id, b->outcome,
			    *b->detail ? ": " : "", b->detail);
	}
}

int bench_derive(const char *dir)
{
	struct report r;
	int ret;

	if (report_load(dir, &r))
		return PINLAB_BROKE;
	if (manifest_check(&r.run) || put_files(&r)) {
		ret = PINLAB_BROKE;
	} else {
		say_broken(&r);
		ret = report_status(&r);
	}
	report_free(&r);
	return ret;
}

void bench_print_run(const char *name, const char *dir)
{
	struct report r;

	if (report_load(dir, &r)) {
		printf("%-32s cannot be read\n", name);
		return;
	}
	printf("%-32s %.10s  %-6s  %3zu of %-3zu boots  %-17s  ", name,
	       plan_text(&r.run, "started"), plan_text(&r.run, "engine"), r.boots_ok,
	       r.run.n_boots, report_word(&r));
	for (size_t i = 0; i < r.run.n_kernels; i++)
		printf("%s%s", i ? "," : "", r.run.kernels[i].name);
	printf("\n");
	report_free(&r);
}
