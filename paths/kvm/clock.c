// SPDX-License-Identifier: GPL-2.0
/*
 * A KVM guest has its clock in the page: the host writes the time there, by a
 * mapping of its own that it keeps (gfn_to_pfn_cache).
 */
#include "guest/paths/path.h"
#include "guest/paths/kvm.h"

#define MSR_KVM_SYSTEM_TIME_NEW 0x4b564d01

static int touch(struct path_cell *c)
{
	static const unsigned char code[] = { 0xf4 };	/* hlt */
	struct kvm_guest g;
	int ret = kvm_start(c, &g);

	if (!ret)
		ret = kvm_set_msr(c, &g, MSR_KVM_SYSTEM_TIME_NEW, KVM_PAGE_GPA | 1);
	return ret ? ret : kvm_run_code(c, &g, code, sizeof(code));
}

static const struct expect except[] = {
	{ .schemes = S(MEMFD_SECRET), .answer = ANSWER_NOT_REACHED,
	  .why = "KVM goes on without a clock" },
	{ .answer = 0 },
};

PINLAB_PATH = {
	.summary = "a KVM guest's clock in the page: the host writes the time there",
	.closes = "gfn_to_pfn_cache pinning what it maps",
	.way = WAY_GET,
	.reach = ANSWER_WRITTEN,
	.except = except,
	.setup = kvm_setup,
	.touch = touch,
};
