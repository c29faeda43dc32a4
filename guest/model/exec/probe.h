/* SPDX-License-Identifier: GPL-2.0 */
#ifndef PINLAB_GUEST_MODEL_EXEC_PROBE_H
#define PINLAB_GUEST_MODEL_EXEC_PROBE_H

#include "guest/model/model.h"

/* What this kernel has; with a driver at /dev/pinlab. 0 or -errno. */
int model_probe(struct model_caps *caps);
/* Give folios of 64 KiB to private memory that asks for huge pages; model_probe() does. */
void model_mthp(bool on);

#endif
