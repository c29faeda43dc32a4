/* SPDX-License-Identifier: GPL-2.0 */
/* The judge's eye for one boot's rows: figures, skips, cells. */
#ifndef PINLAB_HOST_JUDGE_JUDGE_ROW_H
#define PINLAB_HOST_JUDGE_JUDGE_ROW_H

#include "host/judge/run.h"

/* What rows owe, by name: an object each, with "metrics" {name: repeats}, "cells" {name: true}. */
struct owed {
	json_t *rows;
	bool planned;			/* of plan.json; else of what other boots have */
	long repeats;			/* planned: of each metric */
};

void row_broken(struct rec_row *r, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* The rows of a boot that came to their end, one by one. */
void judge_rows(const struct run *run, struct boot *b, const struct owed *o);
/* Add what this boot has to what others of the same rows owe. */
void owed_add(const struct run *run, const struct boot *b, struct owed *o);
/* CONFIG_X=y in the configuration that was kept with a boot: -1 if none was kept. */
int boot_has_option(const struct boot *b, const char *option);
/* A cap that the guest has told, NULL if it has not. */
const char *boot_cap(const struct boot *b, const char *name);

#endif
