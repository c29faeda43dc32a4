// SPDX-License-Identifier: GPL-2.0
#include "host/guest/guest_clock.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "host/base/util.h"
#include "include/wire.h"

/* We see a record, and an end, only when we look, and may be late on a busy machine. */
#define LATE_SECONDS	1.0
#define LATE_PART	0.05

static const char *cap(const struct records *r, const char *name)
{
	for (size_t i = 0; i < r->n_caps; i++)
		if (!strcmp(r->caps[i].name, name))
			return r->caps[i].value;
	return NULL;
}

/* What is no number is none: 0. */
static double number(const struct records *r, const char *name)
{
	const char *s = cap(r, name);
	char *end;
	double v = s ? strtod(s, &end) : 0;

	return s && *s && !*end && isfinite(v) && v > 0 ? v : 0;
}

struct guest_clock guest_clock_of(const struct records *r)
{
	return (struct guest_clock){
		.name = cap(r, WIRE_CAP_CLOCK),
		.resolution = number(r, WIRE_CAP_CLOCK_NS),
		.step = number(r, WIRE_CAP_CLOCK_STEP),
		.cost = number(r, WIRE_CAP_CLOCK_COST),
		.span = number(r, WIRE_CAP_CLOCK_SPAN),
	};
}

char *guest_clock_wrong(const struct records *r, double seconds)
{
	struct guest_clock c = guest_clock_of(r);
	const char *fault = cap(r, WIRE_CAP_CLOCK_FAULT);
	double room = LATE_SECONDS + LATE_PART * seconds;

	if (!c.name)
		return xstrdup("the guest has not said what it times by");
	if (fault)
		return xasprintf("the guest cannot time anything: %.160s", fault);
	if (!c.resolution || !c.step)
		return xstrdup("the guest has not said how fine its clock is");
	if (!c.span)
		return xstrdup("the guest has not said what time has passed by its clock");
	if (fabs(c.span - seconds) > room)
		return xasprintf("the guest's clock (%.80s) and the host's do not agree: %.1f s and %.1f s for the same rows",
				 c.name, c.span, seconds);
	return NULL;
}
