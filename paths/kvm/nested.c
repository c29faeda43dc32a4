// SPDX-License-Identifier: GPL-2.0
/*
 * A KVM guest starts a guest of its own, whose control block is in the page:
 * KVM maps that in the host (kvm_vcpu_map()), reads it, finds it empty and
 * writes the error there.
 */
#include "guest/paths/path.h"
#include "guest/paths/kvm.h"

#define MSR_VM_HSAVE_PA	0xc0010117
#define SAVE_GPA	0x4000

static int touch(struct path_cell *c)
{
	static const unsigned char code[] = {
		0xb8, 0x00, 0x00, 0x01, 0x00,	/* mov $KVM_PAGE_GPA, %eax */
		0x0f, 0x01, 0xd8,		/* vmrun */
		0xf4,				/* hlt */
	};
	struct kvm_guest g;
	int ret = kvm_start(c, &g);

	/* Where the guest's own state is saved meanwhile: there is no VMRUN without. */
	if (!ret)
		ret = kvm_set_msr(c, &g, MSR_VM_HSAVE_PA, SAVE_GPA);
	return ret ? ret : kvm_run_code(c, &g, code, sizeof(code));
}

PINLAB_PATH = {
	.summary = "a KVM guest's VMRUN with its control block in the page",
	.closes = "kvm_vcpu_map() pinning what it maps",
	.way = WAY_GET,
	.reach = ANSWER_WRITTEN,
	.setup = kvm_setup,
	.touch = touch,
};
