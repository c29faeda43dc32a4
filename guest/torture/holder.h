/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A holder: it pins a few pages for as long as a round takes, exclusively
 * where the kernel has that and long-term else, and writes a canary to them.
 * What the contract promises a holder is looked at in the end: its frames are
 * where they were, whole, and with what it has written.
 */
#ifndef PINLAB_GUEST_TORTURE_HOLDER_H
#define PINLAB_GUEST_TORTURE_HOLDER_H

#include <sys/types.h>

#include "guest/torture/torture.h"

#define HOLDER_PAGES	8ul
/* So many bytes at the start of each page are no canary: for others to write to. */
#define SCRATCH_BYTES	64ul

struct holder {
	struct row *r;
	int fd;			/* 0: not opened yet */
	bool exclusive;
	char *addr;		/* where the pages are mapped; who moves them keeps it true */
	unsigned long pages;
	uint64_t canary;
	uint64_t pfn[HOLDER_PAGES];
	unsigned int order;	/* of the first page's folio */
};

/* Pins and marks the pages; 0, -2 after row_fail(). */
int holder_take(struct holder *h, struct row *r, char *addr, unsigned long pages,
		uint64_t canary);
/*
 * All that was promised? `mapped`: the pages are still to be found at h->addr
 * as well; else they may be gone from there, and are looked at through /dev/mem
 * only (where the kernel lets us). 0, -1 after torture_finding(), whose text
 * ends in `when`, -2 after row_fail().
 */
int holder_check(struct holder *h, bool mapped, const char *when);
void holder_give(struct holder *h);
void holder_close(struct holder *h);

/* The page at addr as a holder with this canary would leave it. */
void canary_write(char *addr, uint64_t canary);
bool canary_holds(const char *addr, uint64_t canary);
/* The same of a frame, through /dev/mem; true where that may not be read. */
bool frame_holds(uint64_t pfn, uint64_t canary);

/*
 * `pages` pages from addr on by one request into slot 0 of this file (of
 * /dev/pinlab), which holds them until it is closed or gives them back. pid:
 * whose memory, for PINLAB_PIN_REMOTE. Pages taken, 0 where it was refused,
 * -errno.
 */
int pin_pages(int fd, enum pinlab_op op, const void *addr, unsigned long pages, pid_t pid);
int unpin_pages(int fd, enum pinlab_op op, unsigned long pages);
/* The frame of page i of slot 0; 0 or -errno. */
int held_pfn(int fd, unsigned int i, uint64_t *pfn);

/*
 * One request by `op` for the page at addr on the row's own file, given back
 * at once: 0 or -errno, as the kernel has answered.
 */
int ask_for_pin(struct row *r, enum pinlab_op op, const void *addr);
/*
 * Everybody has let go of the page at addr: an ordinary pin is given at once, and
 * so is an exclusive one, where there are any. 0, -1 after torture_finding().
 * Other errors than -EBUSY are somebody else's business.
 */
int given_at_rest(struct row *r, const void *addr);

#endif
