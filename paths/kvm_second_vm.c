// SPDX-License-Identifier: GPL-2.0
/* Another process, which was given the memfd, has a KVM guest of its own read the page. */
#include <errno.h>
#include <sys/mman.h>

#include "../lib/path.h"
#include "../lib/path_kvm.h"

static int other(struct path_cell *c)
{
	static const unsigned char code[] = {
		0xbe, 0x00, 0x00, 0x01, 0x00,	/* mov $KVM_PAGE_GPA, %esi */
		0xbf, 0x00, 0x20, 0x00, 0x00,	/* mov $KVM_OUT_GPA, %edi */
		0xb9, 0x08, 0x00, 0x00, 0x00,	/* mov $8, %ecx */
		0xfc, 0xf3, 0xa4,		/* cld; rep movsb */
		0xf4,				/* hlt */
	};
	int fd = cell_owners_fd(c), ret;
	struct kvm_guest g;

	if (fd < 0)
		return -1;
	c->addr = mmap(NULL, PAGE_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (c->addr == MAP_FAILED)
		return cell_refused(c, "mmap", errno);
	ret = kvm_start(c, &g);
	if (!ret)
		ret = kvm_run_code(c, &g, code, sizeof(code));
	return ret ? ret : cell_saw(c, g.low + KVM_OUT_GPA, 8);
}

PINLAB_PATH(kvm_second_vm) = {
	.name = "kvm/second-vm",
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
