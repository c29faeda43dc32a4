// SPDX-License-Identifier: GPL-2.0
/* Another process, which was given the memfd, has a KVM guest of its own read the page. */
#include <errno.h>
#include <sys/mman.h>

#include "guest/paths/cell.h"
#include "guest/paths/kvm.h"
#include "guest/paths/path.h"

static int other(struct path_cell *c)
{
	int fd = cell_owners_fd(c), ret;
	struct kvm_guest g;

	if (fd < 0)
		return -1;
	c->addr = mmap(NULL, PAGE_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (c->addr == MAP_FAILED)
		return cell_refused(c, "mmap", errno);
	ret = kvm_start(c, &g);
	return ret ? ret : kvm_read_page(c, &g);
}

PINLAB_PATH = {
	.summary = "a KVM guest of another process, which has the memory's file",
	.closes = "hva_to_pfn() pinning what guests get; a file that cannot be mapped",
	.way = WAY_GET,
	.reach = ANSWER_READ,
	.kinds = KINDS_FD,
	.schemes = S_KINDS | S(MEMFD_SECRET),
	.elsewhere = true,
	.setup = kvm_setup,
	.other = other,
};
