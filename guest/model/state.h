/* SPDX-License-Identifier: GPL-2.0 */
#ifndef PINLAB_GUEST_MODEL_STATE_H
#define PINLAB_GUEST_MODEL_STATE_H

#include "guest/model/model.h"

void model_init(struct model *m, const struct model_seq *seq, const struct model_caps *caps);
uintptr_t model_address(const struct model *m, unsigned int proc, unsigned int region,
			unsigned int page);
uintptr_t model_home_address(unsigned int region, unsigned int home, unsigned int page);
/* The folio that a page belongs to; NULL: not held. */
struct model_folio *model_folio(struct model *m, uint32_t pfn);
const struct model_folio *model_folio_of(const struct model *m, uint32_t pfn);
/* Sum of all pins, as nr_foll_pin_acquired - nr_foll_pin_released shows it. */
unsigned long model_pins(const struct model *m);
/* What an operation does to the model. `pfn`: of each page that was taken. */
void model_took(struct model *m, const struct model_op *o, const struct model_look *got,
		unsigned int n);
void model_gave(struct model *m, const struct model_op *o, unsigned int n);
void model_dropped(struct model *m, uint32_t pfn);
void model_retook(struct model *m, uint32_t pfn);
/* All of MW_CHANGE is done: what the driver takes the slot for now. */
void model_changed(struct model *m, const struct model_op *o, unsigned int n, bool all_well);
void model_closed(struct model *m, unsigned int proc, unsigned int file);
void model_forked(struct model *m, unsigned int proc);
void model_killed(struct model *m, unsigned int proc);
/* Contents of a page as this process must see it; for MW_WRITE: what it writes. */
uint32_t *model_stamp(struct model *m, unsigned int proc, unsigned int region,
		      unsigned int page);

#endif
