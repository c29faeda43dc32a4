/* SPDX-License-Identifier: GPL-2.0 */
/* What the verbs that boot kernels do before the first boot, and after the last. */
#ifndef PINLAB_HOST_RUN_PREPARE_H
#define PINLAB_HOST_RUN_PREPARE_H

#include "host/run/plan.h"

/*
 * "pin_fast" means pin_fast and all below it. Each part of the list that was
 * `said` must name something of `names`. Returns the globs that the guest
 * takes, and in *count how many names they hit; NULL after saying why, with
 * `what` ("benchmark") and the option's name.
 */
char *names_resolve(const char *option, const char *what, const char *said,
		    const struct strlist *names, long *count);

/*
 * p->engine by its name; "auto" boots a probe guest of `first` under kvm, and
 * takes the engine `otherwise` where it does not come up. PINLAB_OK or
 * PINLAB_USAGE after saying why.
 */
int engine_choose(struct run_plan *p, const char *name, const struct kernel *first,
		  const char *otherwise);

/* p->kernels from the options, all built; QEMU is there. */
int kernels_prepare(struct run_plan *p, struct options *o);
/* PINLAB_OK, or PINLAB_BROKE after saying which QEMU is not there. */
int check_qemu(const struct kernel *kernels, size_t n);
/* The running kernel, and a guard over its machine: guard_end() is to follow. */
int native_prepare(struct run_plan *p, const struct options *o);

/* The first screen of the report, and where it is. As run_print_file(). */
int report_show(const struct run_plan *p);

#endif
