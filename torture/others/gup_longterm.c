// SPDX-License-Identifier: GPL-2.0
/*
 * Does the kernel's own gup_longterm notice a bug? It asks for long-term pins of
 * files of all kinds, shared and private, and knows which have to be refused.
 *
 * Oracle: none here, see guest/torture/others.h.
 * Varies: nothing.
 */
#include "guest/torture/others.h"

static int run(struct row *r)
{
	static const char *const lines[] = { "/selftests/gup_longterm", NULL };

	return others_run(r, lines, 60, true);
}

PINLAB_SCENARIO = {
	.summary	= "the kernel's own gup_longterm, for comparison",
	.fixed		= true,
	.needs		= NEEDS_TOOLS,
	.run		= run,
};
