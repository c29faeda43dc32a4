/* SPDX-License-Identifier: GPL-2.0 */
#ifndef PINLAB_GUEST_MODEL_RULES_H
#define PINLAB_GUEST_MODEL_RULES_H

#include "guest/model/model.h"

/* Pages of one folio of this kind. */
unsigned int model_kind_unit(enum model_kind kind);
/* Does the operation make sense now? */
bool model_applies(const struct model *m, const struct model_op *o);
/* Pages that it is about, cut to what there is. */
unsigned int model_pages(const struct model *m, const struct model_op *o);

#endif
