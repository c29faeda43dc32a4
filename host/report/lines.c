// SPDX-License-Identifier: GPL-2.0
#include "host/report/lines.h"

#include <stdlib.h>
#include <string.h>

size_t benchmark_len(const char *row)
{
	return strcspn(row, "/");
}

size_t line_heading(json_t *index, const struct line *l)
{
	char *key = xasprintf("%.*s\t%s\t%s", (int)benchmark_len(l->row), l->row, l->metric,
			      l->unit);
	json_t *j = json_object_get(index, key);
	size_t n = j ? (size_t)json_integer_value(j) : json_object_size(index);

	if (!j)
		json_object_set_new(index, key, json_integer(n));
	free(key);
	return n;
}
