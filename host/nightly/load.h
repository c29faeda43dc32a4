/* SPDX-License-Identifier: GPL-2.0 */
#ifndef PINLAB_HOST_NIGHTLY_LOAD_H
#define PINLAB_HOST_NIGHTLY_LOAD_H

#include "host/nightly/nightly.h"

/* A turn of a night, which has to outlive what is looked at. */
void night_look(const struct place *night, const char *turn, struct night_look *l);
/* 0, or -errno after saying why. A turn that was not run is no error. */
int night_load(const char *dir, struct night *n);
void night_free(struct night *n);
/* Of one kernel in one flavor; SKIP: no scenario of it passed. */
enum verdict night_cell_verdict(const struct night *n, size_t cell);
/* The worst of them, as an exit status. */
int night_status(const struct night *n);
size_t night_count(const struct night *n, size_t cell, enum verdict v);
/* Over all cells. */
size_t night_total(const struct night *n, enum verdict v);
const char *night_kernel_text(const struct night_cell *c, const char *key);
/* Why this kernel was not there to be booted; NULL if it was. */
const char *night_unbuilt(const struct night *n, size_t cell);
/* The boot of a turn that is loaded. */
const struct boot *night_boot(const struct night_turn *t);
/* The share of each timed scenario in a turn, in whole seconds. */
long night_share(const struct night_turn *t);
/* "6.12+exclusive/torture/race/fork", the stable name of a result. The caller frees. */
char *night_test_name(const struct night *n, size_t cell, size_t scenario);
/* A run of the verb nightly, by its plan. */
bool night_is_run(const char *dir);

#endif
