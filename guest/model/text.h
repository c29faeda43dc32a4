/* SPDX-License-Identifier: GPL-2.0 */
#ifndef PINLAB_GUEST_MODEL_TEXT_H
#define PINLAB_GUEST_MODEL_TEXT_H

#include "guest/model/model.h"

const char *model_kind_name(enum model_kind kind);
/* "pin_fast of a[3..5) into slot 1 of file 0, process 0" */
const char *model_op_text(const struct model_seq *seq, const struct model_op *o, char *buf,
			  size_t size);
const char *model_pinlab_op_name(unsigned int op);	/* "PINLAB_PIN_FAST" */

#endif
