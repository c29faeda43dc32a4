/* SPDX-License-Identifier: GPL-2.0 */
#ifndef PINLAB_HOST_REPORT_DETAIL_H
#define PINLAB_HOST_REPORT_DETAIL_H

#include "host/report/report.h"

void report_lines(const struct comparison *c, struct text *t);

#endif
