/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a kernel complains of on its console, less what was asked for; and which
 * ends of a boot are the kernel's own doing. Every verb goes by these: a guest
 * that is frozen, killed or never started tells nothing about its kernel.
 */
#ifndef PINLAB_HOST_JUDGE_COMPLAINT_H
#define PINLAB_HOST_JUDGE_COMPLAINT_H

#include "host/base/text.h"
#include "host/judge/run.h"

/* Reads b's console, with its records, into b->console and b->complaint. */
void complaint_load(const struct run *run, struct boot *b);

/*
 * Did the kernel itself go down, or stop: a panic, or silence that its own
 * watchdog explains or that came again in a second boot? Otherwise what was not
 * run is nobody's: BROKEN.
 */
bool boot_crashed(const struct run *run, const struct boot *b);

/* The first complaint that a kernel does not go on after; NULL if its console has none. */
const struct splat *complaint_fatal(const struct boot *b);
/* The line of the first complaint in a boot of the kernel; NULL if there is none. */
const char *complaint_first(const struct run *run, size_t kernel);
/* "# boot 02-6.12, in race/fork: WARNING: ...", a line each, as a comment of KTAP. */
void complaint_ktap(const struct run *run, size_t kernel, struct text *t);
/* The same as a part of report.txt; nothing where there are none. */
void complaint_text(const struct run *run, struct text *t);

#endif
