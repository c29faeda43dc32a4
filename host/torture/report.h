/* SPDX-License-Identifier: GPL-2.0 */
#ifndef PINLAB_HOST_TORTURE_REPORT_H
#define PINLAB_HOST_TORTURE_REPORT_H

#include "host/torture/torture.h"

void torture_text(const struct run *run, struct text *t);
/* All findings whole, with their details. */
void torture_findings(const struct run *run, struct text *t);

#endif
