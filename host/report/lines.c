// SPDX-License-Identifier: GPL-2.0
#include "host/report/lines.h"

#include <string.h>

size_t benchmark_len(const char *row)
{
	return strcspn(row, "/");
}

size_t line_heading(struct index *headings, const struct line *l)
{
	return index_need(headings, json_object_size(headings->names), "%.*s\t%s\t%s",
			  (int)benchmark_len(l->row), l->row, l->metric, l->unit);
}
