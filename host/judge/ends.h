/* SPDX-License-Identifier: GPL-2.0 */
/* Boots that did not come to their end, and the rows that were not run because of that. */
#ifndef PINLAB_HOST_JUDGE_ENDS_H
#define PINLAB_HOST_JUDGE_ENDS_H

#include "host/base/text.h"
#include "host/judge/run.h"

/* The boot whose end kept this row from running on a kernel; NULL: there is none. */
const struct boot *ends_prevented(const struct run *run, size_t kernel, const char *row);
/* Why a boot's `unrun` were not: what happened in which row. The caller frees. */
char *ends_why(const struct run *run, const struct boot *b);
/* Different rows of a kernel that no boot of it came to. */
size_t ends_count(const struct run *run, size_t kernel);

/* A line a boot that did not end well: in which row, and which one went on for it. */
void ends_text(const struct run *run, struct text *t);
/* The rows that were not run, by name, and what prevented them; nothing if there are none. */
void ends_unrun(const struct run *run, struct text *t);

#endif
