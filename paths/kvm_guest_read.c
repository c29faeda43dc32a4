// SPDX-License-Identifier: GPL-2.0
/* A KVM guest reads the page, which is its memory: by the CPU, through nested page tables. */
#include "../lib/path.h"
#include "../lib/path_kvm.h"

static int touch(struct path_cell *c)
{
	static const unsigned char code[] = {
		0xbe, 0x00, 0x00, 0x01, 0x00,	/* mov $KVM_PAGE_GPA, %esi */
		0xbf, 0x00, 0x20, 0x00, 0x00,	/* mov $KVM_OUT_GPA, %edi */
		0xb9, 0x08, 0x00, 0x00, 0x00,	/* mov $8, %ecx */
		0xfc, 0xf3, 0xa4,		/* cld; rep movsb */
		0xf4,				/* hlt */
	};
	struct kvm_guest g;
	int ret = kvm_start(c, &g);

	if (!ret)
		ret = kvm_run_code(c, &g, code, sizeof(code));
	return ret ? ret : cell_saw(c, g.low + KVM_OUT_GPA, 8);
}

static const struct expect except[] = {
	{ .schemes = S(GUEST_MEMFD), .answer = ANSWER_WRITTEN, .linear = true,
	  .why = "cleared for its guest at the first use" },
	{ .answer = 0 },
};

PINLAB_PATH(kvm_guest_read) = {
	.name = "kvm/guest-read",
	.summary = "a KVM guest that has the page as memory reads it",
	.closes = "hva_to_pfn() pinning what guests get",
	.way = WAY_GET,
	.reach = ANSWER_READ,
	.elsewhere = true,
	.except = except,
	.takes_fd = true,
	.setup = kvm_setup,
	.touch = touch,
};
