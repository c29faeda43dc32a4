/* SPDX-License-Identifier: GPL-2.0 */
#ifndef PINLAB_GUEST_MODEL_PREDICT_H
#define PINLAB_GUEST_MODEL_PREDICT_H

#include "guest/model/model.h"

/*
 * look[i].there: what is mapped. Else what the file's cache has, as far as the
 * model knows, and something new otherwise.
 */
void model_predict_take(const struct model *m, const struct model_op *o,
			const struct model_look *look, unsigned int n,
			struct model_predict *p);
/* Of one page of a slot: the result that reexc_user_page() must have; *alt: may have. */
int model_predict_retake(const struct model *m, const struct model_held *h,
			 const struct model_look *look, int *alt);

#endif
