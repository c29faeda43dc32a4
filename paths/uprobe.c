// SPDX-License-Identifier: GPL-2.0
/*
 * Root puts a uprobe on the memfd's first bytes: the kernel reads them from the
 * page cache to find out which instruction that is.
 */
#include <errno.h>
#include <linux/perf_event.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "guest/machine/knob.h"
#include "guest/paths/cell.h"
#include "guest/paths/path.h"

static int touch(struct path_cell *c)
{
	long long type = knob_read_number("/sys/bus/event_source/devices/uprobe/type");
	struct perf_event_attr attr = { .size = sizeof(attr) };
	char name[64];
	void *code;

	if (type < 0)
		return cell_skip(c, "uprobes (CONFIG_UPROBE_EVENTS)");
	/* Where it is executed is where the probe would go. */
	code = mmap(NULL, PAGE_BYTES, PROT_READ | PROT_EXEC, MAP_PRIVATE, c->fd, 0);
	if (code == MAP_FAILED)
		return cell_refused(c, "mmap", errno);
	snprintf(name, sizeof(name), "/proc/%d/fd/%d", getpid(), c->fd);
	attr.type = type;
	attr.config1 = (uintptr_t)name;
	if (syscall(SYS_perf_event_open, &attr, getpid(), -1, -1, 0) < 0)
		return cell_refused(c, "perf_event_open", errno);
	return 0;
}

PINLAB_PATH = {
	.summary = "root's uprobe on the memory's file, mapped for execution",
	.closes = "root alone: lockdown",
	.way = WAY_WALK,
	.reach = ANSWER_READ,
	.kinds = KIND(MEM_SHMEM) | KIND(MEM_SHMEM_THP),
	.schemes = S_KINDS,
	.root = true,
	.touch = touch,
};
