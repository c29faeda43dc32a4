// SPDX-License-Identifier: GPL-2.0
#include "guest/leaf.h"

#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

#include "include/wire.h"

/* The linker's: the two ends of each section, in the order of the objects. */
extern const struct leaf *const __start_pinlab_bench[], *const __stop_pinlab_bench[];
extern const struct leaf *const __start_pinlab_scenario[], *const __stop_pinlab_scenario[];
extern const struct leaf *const __start_pinlab_path[], *const __stop_pinlab_path[];

struct leaves leaf_benches(void)
{
	return (struct leaves){ __start_pinlab_bench,
				__stop_pinlab_bench - __start_pinlab_bench };
}

struct leaves leaf_scenarios(void)
{
	return (struct leaves){ __start_pinlab_scenario,
				__stop_pinlab_scenario - __start_pinlab_scenario };
}

struct leaves leaf_paths(void)
{
	return (struct leaves){ __start_pinlab_path, __stop_pinlab_path - __start_pinlab_path };
}

static bool matches(const char *globs, const char *name)
{
	char *copy = strdup(globs), *save, *g;
	bool hit = false, out = false;

	for (g = strtok_r(copy, ",", &save); g; g = strtok_r(NULL, ",", &save)) {
		if (*g == '!')
			out |= !fnmatch(g + 1, name, 0);
		else
			hit |= !fnmatch(g, name, 0);
	}
	free(copy);
	return hit && !out;
}

bool leaf_wanted(const struct leaf *l, const char *globs, const char *row)
{
	if (l->hidden && strncmp(globs, WIRE_TEST, strlen(WIRE_TEST)))
		return false;
	return matches(globs, row);
}
