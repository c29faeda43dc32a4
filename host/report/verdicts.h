/* SPDX-License-Identifier: GPL-2.0 */
#ifndef PINLAB_HOST_REPORT_VERDICTS_H
#define PINLAB_HOST_REPORT_VERDICTS_H

#include "host/report/report.h"

void report_ktap(const struct report *r, struct text *t);

#endif
