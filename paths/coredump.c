// SPDX-License-Identifier: GPL-2.0
/*
 * The owner dumps core: the kernel reads all of its memory with FOLL_GET. The
 * oracle is the file.
 */
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "guest/machine/knob.h"
#include "guest/paths/cell.h"
#include "guest/paths/path.h"

#define DIR	"/tmp/cores"
#define CORE	DIR "/core"

static int setup(struct path_cell *c)
{
	umask(0);
	mkdir(DIR, 0777);
	unlink(CORE);
	if (knob_write("/proc/sys/kernel/core_pattern", CORE) ||
	    knob_write("/proc/sys/kernel/core_uses_pid", "0"))
		return cell_skip(c, "core_pattern");
	return 0;
}

static int touch(struct path_cell *c)
{
	struct rlimit all = { RLIM_INFINITY, RLIM_INFINITY };

	(void)c;
	setrlimit(RLIMIT_CORE, &all);
	knob_write("/proc/self/coredump_filter", "0x7f");
	signal(SIGABRT, SIG_DFL);
	abort();
}

static int after(struct path_cell *c)
{
	int fd = open(CORE, O_RDONLY | O_CLOEXEC);
	struct stat st;
	char *p;

	if (fd >= 0 && !fstat(fd, &st) && st.st_size) {
		p = mmap(NULL, st.st_size, PROT_READ, MAP_SHARED, fd, 0);
		if (p != MAP_FAILED) {
			cell_saw(c, p, st.st_size);
			munmap(p, st.st_size);
		}
	} else if (c->said->ready) {
		cell_skip(c, "no core file was written");
	}
	if (fd >= 0)
		close(fd);
	unlink(CORE);
	return 0;
}

static const struct expect except[] = {
	{ .schemes = S(MEMFD_SECRET), .answer = ANSWER_NOT_REACHED, .why = "VM_DONTDUMP" },
	{ .answer = 0 },
};

PINLAB_PATH = {
	.summary = "the owner dies and dumps core",
	.closes = "MADV_DONTDUMP on the owner's mapping, or a limit of 0",
	.way = WAY_GET,
	.reach = ANSWER_READ,
	.except = except,
	/* dump_user_range() copies as from memory that may be broken. */
	.survives = true,
	.survives_since = KERNEL(6, 12),
	.dies = true,
	.setup = setup,
	.touch = touch,
	.after = after,
};
