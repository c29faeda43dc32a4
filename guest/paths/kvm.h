/* SPDX-License-Identifier: GPL-2.0 */
/* A guest of the guest: a few instructions that reach the cell's page as guest memory. */
#ifndef PINLAB_GUEST_PATHS_KVM_H
#define PINLAB_GUEST_PATHS_KVM_H

#include <linux/kvm.h>

#include "guest/paths/path.h"

#define KVM_PAGE_GPA	0x10000u	/* where the page is in the guest */
#define KVM_OUT_GPA	0x2000u		/* where the guest copies to */

struct kvm_guest {
	int vm, vcpu;
	struct kvm_run *run;
	char *low;		/* guest-physical 0 to 0x10000 */
};

/* guest_memfd of its own VM, all of it there. 0 or -errno. */
int kvm_guest_memfd(size_t bytes, int *vm, int *fd);

/*
 * Guest-physical memory of such a VM: shared at `shared`, private in its file, each
 * from 0 on; which of the two it is a range at a time. As ioctl().
 */
int kvm_private_memory(int vm, int fd, void *shared, size_t bytes);
int kvm_set_private(int vm, uint64_t gpa, size_t bytes, bool private);
/* As if the guest of this vCPU had touched all of it. */
int kvm_pre_fault(int vcpu, uint64_t gpa, size_t bytes);

/* setup: /dev/kvm as the user would have it: c->priv[0]. 0 or 1 after cell_skip(). */
int kvm_setup(struct path_cell *c);
/*
 * A VM with the page in it, at KVM_PAGE_GPA: in the VM of its guest_memfd, else
 * in a new one. 0, -1 after cell_refused(), 1 after cell_skip().
 */
int kvm_start(struct path_cell *c, struct kvm_guest *g);
/* The guest copies what the page begins with, and that is looked at. As kvm_run_code(). */
int kvm_read_page(struct path_cell *c, struct kvm_guest *g);
/* 0, -1 after cell_refused(). */
int kvm_set_msr(struct path_cell *c, struct kvm_guest *g, uint32_t msr, uint64_t value);
/* Run code in flat protected mode, with page tables, until it halts: 0, -1 after cell_refused(). */
int kvm_run_code(struct path_cell *c, struct kvm_guest *g, const void *code, size_t n);

#endif
