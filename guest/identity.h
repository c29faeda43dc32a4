/* SPDX-License-Identifier: GPL-2.0 */
#ifndef PINLAB_GUEST_IDENTITY_H
#define PINLAB_GUEST_IDENTITY_H

/*
 * Tell, as capabilities, the build ids of the kernel that runs and of the
 * driver that it has loaded: base and variant have the same release. What
 * cannot be read is not told.
 */
void identity_tell(void);

#endif
