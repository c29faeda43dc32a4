/* SPDX-License-Identifier: GPL-2.0 */
#ifndef PINLAB_HOST_GUEST_SYMBOLS_H
#define PINLAB_HOST_GUEST_SYMBOLS_H

#include "host/base/place.h"

/*
 * Make functions of the addresses that host/plugin/insnprof.c counted:
 * raw `<window> <address> <instructions>` becomes
 * tsv `<window>\t<function>\t<instructions>`, largest first within a window.
 * What is not in System.map is "[pinlab.ko]" or "[user]". 0 or -errno.
 */
int symbols_resolve(const struct place *boot, const char *raw, const char *system_map,
		    const char *tsv);

#endif
