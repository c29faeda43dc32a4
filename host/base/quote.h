/* SPDX-License-Identifier: GPL-2.0 */
/* Commands that are printed to be pasted into a shell. What they are made of may be anybody's. */
#ifndef PINLAB_HOST_BASE_QUOTE_H
#define PINLAB_HOST_BASE_QUOTE_H

#include "host/base/text.h"
#include "host/base/util.h"

/*
 * One word as a shell takes it, in printable ASCII: as it is, in single quotes,
 * or, where there are other bytes in it, in $'...'. The caller frees.
 */
char *shell_word(const char *s);
/*
 * A command in lines of TEXT_COLUMNS, each but the first behind a backslash. A
 * word that no line has room for goes on at the beginning of the next one, in
 * quotes of its own, so that it is one word again.
 */
void text_command(struct text *t, const struct strlist *words);
/*
 * In double quotes where it needs them, in which a shell puts in the variables
 * of these names (NULL at the end) and nothing else.
 */
void text_word_with(struct text *t, const char *s, const char *const *variables);

#endif
