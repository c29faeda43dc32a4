/* SPDX-License-Identifier: GPL-2.0 */
#ifndef PINLAB_HOST_REPORT_PARTS_H
#define PINLAB_HOST_REPORT_PARTS_H

#include "host/report/report.h"

void report_boots(const struct report *r, struct text *t);
void report_rows(const struct report *r, enum verdict v, const char *title, struct text *t);
/*
 * CONFIG_ options that differ between the first boots of two kernels. 0, or
 * -ENOENT if one of them has no config file.
 */
int config_diff(const struct side *a, const struct side *b, struct strlist *out);

#endif
