/* SPDX-License-Identifier: GPL-2.0 */
#ifndef PINLAB_HOST_BOOT_TERMINAL_H
#define PINLAB_HOST_BOOT_TERMINAL_H

#include "host/base/util.h"
#include "host/guest/console.h"

/* How a guest came to its end. */
struct terminal_end {
	int status;		/* of waitpid() */
	bool left;		/* by Ctrl-A x */
	bool timeout;
	struct console console;	/* what the kernel said; the caller frees it by console_free() */
};

/*
 * QEMU, with its console on its standard input and output, on ours. From a
 * terminal every key goes to the guest, but for Ctrl-A; the terminal is put back
 * as it was. No terminal: nothing is read, and lines end as they do here.
 * `timeout` in seconds, 0: none. 0, or -errno if QEMU could not be started.
 */
int terminal_run(const struct strlist *argv, long timeout, struct terminal_end *end);

#endif
