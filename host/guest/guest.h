/* SPDX-License-Identifier: GPL-2.0 */
/*
 * One guest: started, watched while it runs, and judged when it is gone.
 * What comes out of it is not trusted; see records.h.
 */
#ifndef PINLAB_HOST_GUEST_GUEST_H
#define PINLAB_HOST_GUEST_GUEST_H

#include "host/base/place.h"
#include "host/guest/machine.h"
#include "host/guest/console.h"
#include "host/guest/records.h"

enum outcome {
	OUTCOME_OK,		/* said that it is done, and the records agree */
	OUTCOME_PANIC,		/* the kernel's own last words are in the console */
	OUTCOME_HANG,		/* nothing came for too long */
	OUTCOME_TIMEOUT,	/* it took too long in all */
	OUTCOME_TRUNCATED,	/* the records stop without a trailer */
	OUTCOME_GARBLED,	/* the records are not what a guest writes */
	OUTCOME_NO_RECORDS,	/* ended well by its own account, and measured nothing */
	OUTCOME_INIT_FAILED,	/* the kernel came up, the guest program did not */
	OUTCOME_QEMU_DIED,	/* QEMU itself ended: a signal, a bad argument */
	OUTCOME_EMULATOR,	/* the kernel went down by a fault of QEMU's, see guest.c */
	OUTCOME_HOST,		/* the host stopped it, or could not read what came */
	OUTCOME_INTERRUPTED,	/* by the user */
};

/* "ok", "panic", ... */
const char *outcome_name(enum outcome o);

struct guest {
	char *dir;			/* boots/<id>, with everything below */
	struct place place;		/* the same folder */
	char *console_path, *records_path;
	int exit_done;			/* QEMU's status for "done" */
	double silence, limit;		/* seconds */
	/* While it runs. */
	pid_t pid;
	double started, last_sign, first_record;
	int records_fd;
	int console_fd;
	struct console console;		/* what it has said so far */
	double stalled;			/* when the console first said so; -1: it did not */
	bool stopped;			/* by us, for the reason in outcome */
	struct records rec;
	/* When it is gone. */
	int status;			/* from waitpid() */
	enum outcome outcome;
	char detail[256];
	double seconds;
};

/*
 * Start argv (not NULL terminated) with its files in g->place, which exists.
 * The child does not outlive the runner, however the runner ends. 0 or -errno.
 */
int guest_start(struct guest *g, const struct strlist *argv);
/* Look what came; enforce the limits. True once it is gone and judged. */
bool guest_poll(struct guest *g);
/* End it now, as interrupted; guest_poll() then finds it gone. */
void guest_stop(struct guest *g, enum outcome why, const char *detail);
void guest_free(struct guest *g);

#endif
