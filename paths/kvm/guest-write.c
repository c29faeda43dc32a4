// SPDX-License-Identifier: GPL-2.0
/* A KVM guest writes to the page: as guest-read.c. */
#include "guest/paths/path.h"
#include "guest/paths/kvm.h"

static int touch(struct path_cell *c)
{
	static const unsigned char code[] = {
		0xc6, 0x05, 0x00, 0x00, 0x01, 0x00, 0xa5,	/* movb $0xa5, KVM_PAGE_GPA */
		0xf4,						/* hlt */
	};
	struct kvm_guest g;
	int ret = kvm_start(c, &g);

	return ret ? ret : kvm_run_code(c, &g, code, sizeof(code));
}

static const struct expect except[] = {
	{ .schemes = S(GUEST_MEMFD), .answer = ANSWER_WRITTEN, .linear = true,
	  .why = "cleared for its guest at the first use" },
	{ .answer = 0 },
};

PINLAB_PATH = {
	.summary = "a KVM guest that has the page as memory writes to it",
	.closes = "hva_to_pfn() pinning what guests get",
	.way = WAY_GET,
	.reach = ANSWER_WRITTEN,
	.elsewhere = true,
	.except = except,
	.takes_fd = true,
	.setup = kvm_setup,
	.touch = touch,
};
