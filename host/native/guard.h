/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Engine native runs on somebody's machine, and leaves it as it was: whatever
 * becomes of this process. A process of its own, which no Ctrl-C reaches, knows
 * the settings of before; once we are done, or gone, it ends what still runs, takes
 * the driver out and puts the settings back.
 */
#ifndef PINLAB_HOST_NATIVE_GUARD_H
#define PINLAB_HOST_NATIVE_GUARD_H

#include <sys/types.h>

/*
 * From now on the machine is watched; then the module is loaded, if one is given.
 * PINLAB_OK, or PINLAB_BROKE after saying why: nothing is changed then.
 */
int guard_start(const char *module);
/* The process group of the program that has begun: it is ended with us. */
void guard_knows(pid_t group);
/*
 * All as before, the guard is gone. PINLAB_OK, or PINLAB_BROKE after saying what
 * is left. Nothing where none was started.
 */
int guard_end(void);

#endif
