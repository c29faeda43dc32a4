/* SPDX-License-Identifier: GPL-2.0 */
#ifndef PINLAB_HOST_TORTURE_LIMITS_H
#define PINLAB_HOST_TORTURE_LIMITS_H

#include "host/torture/torture.h"

/* Tables of the figures of limits/..., where there are any. */
void torture_limits(const struct run *run, struct text *t);

#endif
