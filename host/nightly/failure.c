// SPDX-License-Identifier: GPL-2.0
#include "host/nightly/failure.h"

#include <stdlib.h>
#include <string.h>

#include "host/nightly/load.h"
#include "host/report/text.h"

const struct night_failure *night_failure_of(const struct night *n, size_t cell, size_t scenario)
{
	long i = index_find(&n->failure_index, "%zu/%zu", cell, scenario);

	return i < 0 ? NULL : &n->failures[i];
}

/* The guest's finding, in whichever of the turn's boots; NULL for a crash. */
static const struct rec_finding *finding_of(const struct night *n, const struct night_failure *f,
					    const struct records **rec)
{
	const struct run *run = &n->turns[f->turn].run;
	int row = run_row(run, n->scenarios.v[f->scenario]);

	const struct row_in *x = NULL;

	while (row >= 0 && (x = row_next(run, run->boots[0].kernel, row, x))) {
		*rec = &x->boot->rec;
		for (size_t i = 0; i < (*rec)->n_findings; i++)
			if ((*rec)->findings[i].row == x->at &&
			    !strcmp((*rec)->findings[i].promise, f->promise))
				return &(*rec)->findings[i];
	}
	return NULL;
}

size_t night_details(const struct night *n, const struct night_failure *f)
{
	const struct records *rec;
	const struct rec_finding *r = finding_of(n, f, &rec);

	return r ? r->n_details : 0;
}

const char *night_detail(const struct night *n, const struct night_failure *f, size_t line)
{
	const struct records *rec;
	const struct rec_finding *r = finding_of(n, f, &rec);

	return rec->details[r->details + line];
}

void night_command(const struct night_turn *t, const char *scenario, struct text *out)
{
	json_t *plan = json_pack("{s:O}", "command", json_object_get(t->run.plan, "command"));
	json_t *words = json_deep_copy(json_object_get(plan, "command"));
	struct run command = { .plan = plan };

	for (size_t i = 1; scenario && i < json_array_size(words); i++) {
		const char *option = json_string_value(json_array_get(words, i - 1));
		char *share = xasprintf("%ld", night_share(t));

		if (option && !strcmp(option, "--scenarios"))
			json_array_set_new(words, i, json_string(scenario));
		if (option && !strcmp(option, "--duration"))
			json_array_set_new(words, i, json_string(share));
		free(share);
	}
	json_object_set_new(plan, "command", words);
	report_command(&command, out);
	json_decref(plan);
}
