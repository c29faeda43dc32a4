/* SPDX-License-Identifier: GPL-2.0 */
#ifndef PINLAB_HOST_GUEST_TITLE_H
#define PINLAB_HOST_GUEST_TITLE_H

#include "include/splat.h"

#define CONSOLE_TEXT_MAX 200

/*
 * What stays the same of a complaint from boot to boot, and names it:
 * "WARNING at mm/gup.c:84 try_get_folio". No addresses, no offsets, no numbers
 * but those of lines in the source. The kind is that of splat_kind_of().
 */
void console_title(enum splat_kind kind, const char *text, char title[CONSOLE_TEXT_MAX]);

#endif
