/* SPDX-License-Identifier: GPL-2.0 */
/* What the fields of a record may be; see doc/records.md. */
#ifndef PINLAB_HOST_GUEST_RECORD_WORDS_H
#define PINLAB_HOST_GUEST_RECORD_WORDS_H

#include <stdbool.h>
#include <stdint.h>

/* Names end up in file names, KTAP lines and tables: a narrow alphabet. */
bool record_is_name(const char *s);
/* Digits only, at most max. */
bool record_is_count(const char *s, uint64_t max, uint64_t *out);
/* A decimal with up to 12 places before and 4 after the point, in 1/VALUE_ONE. */
bool record_is_value(const char *s, int64_t *out);

#endif
