// SPDX-License-Identifier: GPL-2.0
/*
 * Root reads the page's frame in /proc/kcore, where all of the linear map is:
 * no reference, no process, no way to tell whose it is.
 */
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "guest/paths/cell.h"
#include "guest/paths/path.h"

/* The linear map, less other mappings of the same memory: the kernel's own image. */
static bool is_linear(const Elf64_Phdr *p)
{
	return p->p_type == PT_LOAD && p->p_vaddr >= 0xffff800000000000ull &&
	       p->p_vaddr < 0xffffc00000000000ull;
}

static int touch(struct path_cell *c)
{
	uint64_t phys = cell_pfn(c) * PAGE_BYTES;
	char *buf = cell_buffer(PAGE_BYTES);
	int fd = cell_open(c, "/proc/kcore", O_RDONLY);
	Elf64_Ehdr e;
	Elf64_Phdr p;

	if (fd < 0)
		return 1;
	if (pread(fd, &e, sizeof(e), 0) != sizeof(e))
		return cell_refused(c, "pread", errno);
	for (int i = 0; i < e.e_phnum && i < 256; i++) {
		if (pread(fd, &p, sizeof(p), e.e_phoff + i * sizeof(p)) != sizeof(p))
			return cell_refused(c, "pread", errno);
		if (!is_linear(&p) || phys < p.p_paddr || phys >= p.p_paddr + p.p_memsz)
			continue;
		if (pread(fd, buf, PAGE_BYTES, p.p_offset + phys - p.p_paddr) < 0)
			return cell_refused(c, "pread", errno);
		return cell_saw(c, buf, PAGE_BYTES);
	}
	return cell_skip(c, "/proc/kcore has no segment with the frame");
}

static const struct expect except[] = {
	{ .schemes = S(GUEST_MEMFD), .answer = ANSWER_READ,
	  .why = "guest_memfd leaves its pages in the linear map" },
	{ .answer = 0 },
};

PINLAB_PATH = {
	.summary = "root reads the frame in /proc/kcore",
	.closes = "lockdown, or CONFIG_PROC_KCORE=n",
	.way = WAY_NONE,
	.reach = ANSWER_READ,
	.survives = true,	/* copy_from_kernel_nofault() */
	.except = except,
	.root = true,
	.takes_fd = true,
	.touch = touch,
};
