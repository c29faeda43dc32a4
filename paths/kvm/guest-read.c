// SPDX-License-Identifier: GPL-2.0
/* A KVM guest reads the page, which is its memory: by the CPU, through nested page tables. */
#include "guest/paths/path.h"
#include "guest/paths/kvm.h"

static int touch(struct path_cell *c)
{
	struct kvm_guest g;
	int ret = kvm_start(c, &g);

	return ret ? ret : kvm_read_page(c, &g);
}

static const struct expect except[] = {
	{ .schemes = S(GUEST_MEMFD), .answer = ANSWER_WRITTEN, .linear = true,
	  .why = "cleared for its guest at the first use" },
	{ .answer = 0 },
};

PINLAB_PATH = {
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
