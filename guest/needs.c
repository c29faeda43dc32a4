// SPDX-License-Identifier: GPL-2.0
#include "guest/needs.h"

#include <errno.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "guest/clock.h"
#include "guest/device.h"
#include "guest/record.h"
#include "include/wire.h"

static bool have_uring(void)
{
	return syscall(SYS_io_uring_setup, 0, NULL) < 0 && errno != ENOSYS && errno != EPERM;
}

/* Process 1: elsewhere these disks are somebody's. */
static bool have_ramdisk(void)
{
	return !access("/dev/ram1", W_OK) && getpid() == 1;
}

static bool have_tools(void)
{
	return !access("/dev/vda", R_OK) && getpid() == 1;
}

/* Counting instructions sees one CPU alone. */
static bool have_smp(void)
{
	return clock_kind != PINLAB_CLOCK_CYCLES && sysconf(_SC_NPROCESSORS_ONLN) > 1;
}

static bool have_memory(void)
{
	return sysconf(_SC_PHYS_PAGES) >= 2800l << 8;
}

/* Of two names one is enough. */
static bool offers(enum pinlab_offer a, enum pinlab_offer b)
{
	return dev_caps()->offers[a] == PINLAB_OFFERED || dev_caps()->offers[b] == PINLAB_OFFERED;
}

static bool have_query(void)
{
	return offers(PINLAB_OFFER_folio_maybe_exclusive_pinned,
		      PINLAB_OFFER_page_maybe_exclusive_pinned);
}

static bool have_dirty(void)
{
	return dev_has_op(PINLAB_UNPIN_EXC_DIRTY);
}

static bool have_share(void)
{
	return dev_has_op(PINLAB_DROP) && dev_has_op(PINLAB_RETAKE);
}

/* "FOLL_EXCLUSIVE is not declared": the first of these names that is not offered. */
static const char *not_offered(const enum pinlab_offer *names, size_t n)
{
	static const char *const name[] = PINLAB_OFFER_NAMES, *const word[] = PINLAB_OFFER_WORDS;
	const uint8_t *is = dev_caps()->offers;

	for (size_t i = 0; i < n; i++)
		if (is[names[i]] != PINLAB_OFFERED)
			return field("%s is %s", name[names[i]], word[is[names[i]] & 3]);
	return "nothing";
}

#define NOT_OFFERED(...) not_offered((const enum pinlab_offer[]){ __VA_ARGS__ },		\
	sizeof((const enum pinlab_offer[]){ __VA_ARGS__ }) / sizeof(enum pinlab_offer))

static const char *why_no_exclusive(void)
{
	return NOT_OFFERED(PINLAB_OFFER_FOLL_EXCLUSIVE, PINLAB_OFFER_unpin_exc_pages);
}

static const char *why_no_share(void)
{
	return NOT_OFFERED(PINLAB_OFFER_unexc_user_page, PINLAB_OFFER_reexc_user_page);
}

static const char *why_no_dirty(void)
{
	return NOT_OFFERED(PINLAB_OFFER_unpin_exc_pages_dirty_lock);
}

static const char *why_no_query(void)
{
	return NOT_OFFERED(PINLAB_OFFER_folio_maybe_exclusive_pinned);
}

#define BIT_EXCLUSIVE	(NEEDS_EXCLUSIVE & ~NEEDS_DRIVER)
#define BIT_SHARE	(NEEDS_SHARE & ~NEEDS_EXCLUSIVE)
#define BIT_EXC_DIRTY	(NEEDS_EXC_DIRTY & ~NEEDS_EXCLUSIVE)
#define BIT_QUERY	(NEEDS_QUERY & ~NEEDS_EXCLUSIVE)

static const struct need {
	unsigned int bit;
	unsigned int said_by;	/* bits of which each word says this one too */
	const char *word, *missing;
	bool (*have)(void);
	const char *(*why)(void);	/* NULL: missing says it all */
} table[] = {
	{ NEEDS_DRIVER, BIT_EXCLUSIVE, WIRE_NEEDS_DRIVER, "the driver (/dev/pinlab)",
	  dev_is_there },
	{ BIT_EXCLUSIVE, BIT_SHARE | BIT_EXC_DIRTY | BIT_QUERY, WIRE_NEEDS_EXCLUSIVE,
	  WIRE_LACKS_EXCLUSIVE, dev_has_exclusive, why_no_exclusive },
	{ BIT_SHARE, 0, WIRE_NEEDS_SHARE, WIRE_LACKS_SHARE, have_share, why_no_share },
	{ BIT_EXC_DIRTY, 0, WIRE_NEEDS_EXC_DIRTY, WIRE_LACKS_EXC_DIRTY, have_dirty,
	  why_no_dirty },
	{ BIT_QUERY, 0, WIRE_NEEDS_QUERY, WIRE_LACKS_QUERY, have_query, why_no_query },
	{ NEEDS_URING, 0, WIRE_NEEDS_URING, "io_uring", have_uring },
	{ NEEDS_RAMDISK, 0, WIRE_NEEDS_RAMDISK, "a RAM disk to write to (/dev/ram1)",
	  have_ramdisk },
	{ NEEDS_SMP, 0, WIRE_NEEDS_SMP, "several CPUs and a wall-clock engine", have_smp },
	{ NEEDS_TOOLS, 0, WIRE_NEEDS_TOOLS,
	  "the disk of tools (/dev/vda: CONFIG_VIRTIO_BLK, scripts/mktools)", have_tools },
	{ NEEDS_MEMORY, 0, WIRE_NEEDS_MEMORY, "3 GiB of memory", have_memory },
};

const char *needs_missing(unsigned int needs)
{
	for (size_t i = 0; i < sizeof(table) / sizeof(*table); i++) {
		const struct need *n = &table[i];

		if (needs & n->bit && !n->have())
			return n->why ? field("%s (%s)", n->missing, n->why()) : n->missing;
	}
	return NULL;
}

const char *needs_words(unsigned int needs)
{
	const char *all = "";

	for (size_t i = 0; i < sizeof(table) / sizeof(*table); i++)
		if (needs & table[i].bit && !(needs & table[i].said_by))
			all = field("%s%s%s", all, *all ? "," : "", table[i].word);
	return *all ? all : "-";
}
