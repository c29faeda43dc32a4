/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A flavor: the Kconfig fragments of kernels/flavors that belong together.
 *
 *   FLAVOR.config             for all
 *   FLAVOR.<arch>.config      what depends on the architecture
 *   FLAVOR.<branch>.config    what depends on the kernel's version, "6.1"
 *   FLAVOR.boot               words for the kernel's command line
 *
 * All but the first may be missing; a later line replaces an earlier one.
 * Besides plain CONFIG_X=value there are
 *
 *   #INCLUDE# FLAVOR                in FLAVOR.config: all files of that flavor
 *                                   come before all of this one
 *   #ANY# CONFIG_A=y CONFIG_B=y     one of them has to be so in the end
 *   #IF-KNOWN# CONFIG_X=y           asked for if the source defines it
 */
#ifndef PINLAB_HOST_KERNEL_KCONFIG_H
#define PINLAB_HOST_KERNEL_KCONFIG_H

#include "host/base/util.h"

void flavors_list(struct strlist *names);
/* The text of all fragments, one after the other; NULL after saying why not. */
char *flavor_text(const char *flavor, const char *arch, const char *branch);
/*
 * The words of FLAVOR.boot, one blank between them; "" if there are none. In
 * the file a '#' that begins a word begins a comment. NULL after saying why not.
 */
char *flavor_boot(const char *flavor);

/*
 * Does the text ask with #IF-KNOWN# for options that this source defines? Such
 * options are added to `known`, without CONFIG_. 0 or -errno.
 */
int kconfig_known(const char *text, const char *linux_dir, struct strlist *known);
/* What KCONFIG_ALLCONFIG takes; the caller frees. */
char *kconfig_allconfig(const char *text, const struct strlist *known);
/*
 * Is every option in the final .config as the text asks? Names those that are
 * not: PINLAB_OK or PINLAB_BROKE.
 */
int kconfig_check(const char *text, const struct strlist *known, const char *config_path);

#endif
