/* SPDX-License-Identifier: GPL-2.0 */
#ifndef PINLAB_HOST_VERB_H
#define PINLAB_HOST_VERB_H

#include "host/options.h"

/* Each returns an exit status of enum pinlab_exit. */
int verb_bench(struct options *o);
int verb_torture(struct options *o);
int verb_paths(struct options *o);
int verb_nightly(struct options *o);
int verb_kernel(struct options *o);
int verb_report(struct options *o);
int verb_compare(struct options *o);
int verb_list(struct options *o);
int verb_doctor(struct options *o);

#endif
