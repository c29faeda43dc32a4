/* SPDX-License-Identifier: GPL-2.0 */
/* How lines of figures go together under a heading. */
#ifndef PINLAB_HOST_REPORT_LINES_H
#define PINLAB_HOST_REPORT_LINES_H

#include "host/base/index.h"
#include "host/report/compare.h"

/* "pin_fast" of "pin_fast/anon/512": its length */
size_t benchmark_len(const char *row);
/*
 * The number of the heading that a line stands under, its benchmark, metric and
 * unit: equal for equal ones, in the order they came. The caller keeps the
 * index for all lines.
 */
size_t line_heading(struct index *headings, const struct line *l);

#endif
