/* SPDX-License-Identifier: GPL-2.0 */
#ifndef PINLAB_HOST_REPORT_TABLE_H
#define PINLAB_HOST_REPORT_TABLE_H

#include "host/report/report.h"

void report_summary(const struct comparison *c, struct text *t);
void report_legend(const struct comparison *c, struct text *t);
/* A side's name as a column's head, or its part (`baseline`) if it is too long. */
const char *head_name(const struct side *s, const char *part);

#endif
