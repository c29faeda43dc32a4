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
	return !clock_is_exact() && sysconf(_SC_NPROCESSORS_ONLN) > 1;
}

static bool have_memory(void)
{
	return sysconf(_SC_PHYS_PAGES) >= 2800l << 8;
}

#define BIT_EXCLUSIVE	(NEEDS_EXCLUSIVE & ~NEEDS_DRIVER)

static const struct need {
	unsigned int bit;
	unsigned int said_by;	/* a bit whose word says this one too */
	const char *word, *missing;
	bool (*have)(void);
} table[] = {
	{ NEEDS_DRIVER, BIT_EXCLUSIVE, WIRE_NEEDS_DRIVER, "the driver (/dev/pinlab)",
	  dev_is_there },
	{ BIT_EXCLUSIVE, 0, WIRE_NEEDS_EXCLUSIVE, "exclusive pins (CONFIG_EXCLUSIVE_PIN)",
	  dev_has_exclusive },
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
	for (size_t i = 0; i < sizeof(table) / sizeof(*table); i++)
		if (needs & table[i].bit && !table[i].have())
			return table[i].missing;
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
