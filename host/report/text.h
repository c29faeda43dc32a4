/* SPDX-License-Identifier: GPL-2.0 */
#ifndef PINLAB_HOST_REPORT_TEXT_H
#define PINLAB_HOST_REPORT_TEXT_H

#include "host/report/report.h"

/* The parts of report.txt */
void report_text(const struct report *r, struct text *t);
void report_sentence(const struct report *r, struct text *t);
void report_subject(const struct report *r, struct text *t);
/* What scenarios ran on, for what a report does not show. */
const char *report_cpus(const char *engine);
void report_limits(const struct run *run, bool compared, struct text *t);
/* The command that made it, and the one that derives its reports again, for a shell. */
void report_command(const struct run *run, struct text *t);
void report_again(const char *run, struct text *t);
/*
 * One kernel against another in a sentence, without its full stop. Not whole:
 * something that was to be compared is missing, so nothing is said of "all".
 */
void report_pair(const struct comparison *c, bool whole, struct text *t);

#endif
