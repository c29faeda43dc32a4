// SPDX-License-Identifier: GPL-2.0
#include "host/report/conditions.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "host/guest/guest_clock.h"
#include "host/report/text.h"
#include "include/wire.h"

/* The first boot's: another one of another boot is a fault of the run. */
static void clock_line(const struct run *run, struct text *t)
{
	for (size_t i = 0; i < run->n_boots; i++) {
		struct guest_clock c = guest_clock_of(&run->boots[i].rec);

		if (!run->boots[i].ok || !c.name)
			continue;
		text_wrap(t, 12, "  clock     %s; two readings are %.3g ns apart at least, in steps of %.3g ns; a sample takes %.3g ns at least",
			  c.name, c.resolution, c.step, WIRE_CLOCK_TIMES * c.resolution);
		return;
	}
}

static const char *text_at(const json_t *list, size_t i)
{
	const char *s = json_string_value(json_array_get(list, i));

	return s ? s : "";
}

static void spoils_line(const json_t *state, struct text *t)
{
	const json_t *list = json_object_get(state, "spoils");
	struct text all = { 0 };

	for (size_t i = 0; i < json_array_size(list); i++)
		text_raw(&all, "%s%s", i ? "; " : "", text_at(list, i));
	text_wrap(t, 12, "  spoilt by %s", all.n ? all.s : "nothing that pinlab knows of");
	text_free(&all);
}

static void quiet_line(const json_t *quiet, struct text *t)
{
	size_t n = json_array_size(quiet);

	if (n)
		text_wrap(t, 12, "  quiet     %zu setting%s of the machine changed for this run, see below",
			  n, n == 1 ? "" : "s");
	else
		text_wrap(t, 12, "  quiet     asked for, and this machine has nothing that could be set");
}

/* The mean of all boots, and the worst. */
static void times_line(const struct run *run, struct text *t)
{
	double stolen = 0, others = 0, sum_stolen = 0, sum_others = 0;
	size_t n = 0;

	for (size_t i = 0; i < run->n_boots; i++) {
		const struct boot *b = &run->boots[i];

		if (!b->there || b->stolen < 0 || b->others < 0)
			continue;
		n++;
		sum_stolen += b->stolen;
		sum_others += b->others;
		stolen = fmax(stolen, b->stolen);
		others = fmax(others, b->others);
	}
	if (n)
		text_wrap(t, 12, "  others    took %.1f %% of the CPUs' time beside a boot (at most %.1f %%), a hypervisor %.1f %% (at most %.1f %%)",
			  sum_others / n, others, sum_stolen / n, stolen);
}

void report_conditions(const struct run *run, struct text *t)
{
	const json_t *host = json_object_get(run->plan, "host");
	const json_t *state = json_object_get(host, "state");
	const json_t *quiet = json_object_get(host, "quiet");

	clock_line(run, t);
	if (state)
		spoils_line(state, t);
	if (quiet)
		quiet_line(quiet, t);
	if (state)
		times_line(run, t);
}

static void fact_line(const char *name, const json_t *v, struct text *t)
{
	if (json_is_string(v))
		text_wrap(t, 6, "  %s: %s", name, json_string_value(v));
	else if (json_is_number(v))
		text_wrap(t, 6, "  %s: %g", name, json_number_value(v));
	else if (json_is_boolean(v))
		text_wrap(t, 6, "  %s: %s", name, json_is_true(v) ? "yes" : "no");
}

void report_machine(const struct run *run, struct text *t)
{
	const json_t *host = json_object_get(run->plan, "host");
	json_t *state = json_object_get(host, "state"), *v;
	const json_t *quiet = json_object_get(host, "quiet");
	const char *name;

	if (!state)
		return;
	text_line(t, "%s", "");
	text_line(t, "Machine, before the first boot");
	json_object_foreach(state, name, v) {
		fact_line(name, v, t);
	}
	json_object_foreach(json_object_get(state, "mitigations"), name, v) {
		fact_line(name, v, t);
	}
	for (size_t i = 0; i < json_array_size(quiet); i++) {
		const json_t *c = json_array_get(quiet, i);

		text_wrap(t, 6, "  %s: %s for this run, %s before and after",
			  json_text(c, "path"), json_text(c, "now"), json_text(c, "was"));
	}
}
