// SPDX-License-Identifier: GPL-2.0
#include "guest/paths/kvm.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "guest/paths/cell.h"

/* 6.8; the headers of the build may be older. */
#ifndef KVM_CREATE_GUEST_MEMFD
#define KVM_MEM_GUEST_MEMFD	0x4ul
#define KVM_MEMORY_ATTRIBUTE_PRIVATE 0x8ull
struct kvm_create_guest_memfd {
	__u64 size;
	__u64 flags;
	__u64 reserved[6];
};

struct kvm_userspace_memory_region2 {
	__u32 slot;
	__u32 flags;
	__u64 guest_phys_addr;
	__u64 memory_size;
	__u64 userspace_addr;
	__u64 guest_memfd_offset;
	__u32 guest_memfd;
	__u32 pad1;
	__u64 pad2[14];
};

struct kvm_memory_attributes {
	__u64 address;
	__u64 size;
	__u64 attributes;
	__u64 flags;
};

#define KVM_SET_USER_MEMORY_REGION2 _IOW(KVMIO, 0x49, struct kvm_userspace_memory_region2)
#define KVM_SET_MEMORY_ATTRIBUTES _IOW(KVMIO, 0xd2, struct kvm_memory_attributes)
#define KVM_CREATE_GUEST_MEMFD _IOWR(KVMIO, 0xd4, struct kvm_create_guest_memfd)
#endif
/* 6.10 */
#ifndef KVM_PRE_FAULT_MEMORY
struct kvm_pre_fault_memory {
	__u64 gpa;
	__u64 size;
	__u64 flags;
	__u64 padding[5];
};

#define KVM_PRE_FAULT_MEMORY _IOWR(KVMIO, 0xd5, struct kvm_pre_fault_memory)
#endif
#define VM_SW_PROTECTED	1

#define LOW_BYTES	KVM_PAGE_GPA
#define CODE_GPA	0x1000u
#define TABLE_GPA	0x3000u
#define CR0_PE		1ull
#define CR0_PG		0x80000000ull
#define CR4_PSE		0x10ull
#define EFER_SVME	0x1000ull

int kvm_guest_memfd(size_t bytes, int *vm, int *fd)
{
	struct kvm_create_guest_memfd g = { .size = bytes };
	int kvm = open("/dev/kvm", O_RDWR | O_CLOEXEC);

	if (kvm < 0)
		return -errno;
	*vm = ioctl(kvm, KVM_CREATE_VM, VM_SW_PROTECTED);
	close(kvm);
	if (*vm < 0)
		return -errno;
	*fd = ioctl(*vm, KVM_CREATE_GUEST_MEMFD, &g);
	if (*fd < 0)
		return -errno;
	return fallocate(*fd, FALLOC_FL_KEEP_SIZE, 0, bytes) ? -errno : 0;
}

int kvm_setup(struct path_cell *c)
{
	c->priv[0] = cell_open(c, "/dev/kvm", O_RDWR);
	return c->priv[0] < 0;
}

static int add_plain(int vm, uint32_t slot, uint64_t gpa, void *at, size_t bytes)
{
	struct kvm_userspace_memory_region m = {
		.slot = slot, .guest_phys_addr = gpa, .memory_size = bytes,
		.userspace_addr = (uintptr_t)at,
	};

	return ioctl(vm, KVM_SET_USER_MEMORY_REGION, &m);
}

static int set_private_region(int vm, uint32_t slot, uint64_t gpa, int fd, void *shared,
			      size_t bytes)
{
	struct kvm_userspace_memory_region2 m = {
		.slot = slot, .flags = KVM_MEM_GUEST_MEMFD, .guest_phys_addr = gpa,
		.memory_size = bytes, .userspace_addr = (uintptr_t)shared, .guest_memfd = fd,
	};

	return ioctl(vm, KVM_SET_USER_MEMORY_REGION2, &m);
}

int kvm_private_memory(int vm, int fd, void *shared, size_t bytes)
{
	return set_private_region(vm, 0, 0, fd, shared, bytes);
}

int kvm_set_private(int vm, uint64_t gpa, size_t bytes, bool private)
{
	struct kvm_memory_attributes a = {
		.address = gpa, .size = bytes,
		.attributes = private ? KVM_MEMORY_ATTRIBUTE_PRIVATE : 0,
	};

	return ioctl(vm, KVM_SET_MEMORY_ATTRIBUTES, &a);
}

int kvm_pre_fault(int vcpu, uint64_t gpa, size_t bytes)
{
	struct kvm_pre_fault_memory m = { .gpa = gpa, .size = bytes };
	int ret;

	/* It says what is left of the range, and may be interrupted. */
	do {
		ret = ioctl(vcpu, KVM_PRE_FAULT_MEMORY, &m);
	} while ((!ret && m.size) || (ret && (errno == EAGAIN || errno == EINTR)));
	return ret;
}

static int add_private(const struct path_cell *c)
{
	return set_private_region(c->vm, 1, KVM_PAGE_GPA, c->fd, cell_buffer(PAGE_BYTES),
				  PAGE_BYTES) ||
	       kvm_set_private(c->vm, KVM_PAGE_GPA, PAGE_BYTES, true);
}

/* A vCPU that may have guests of its own. */
static int add_vcpu(struct path_cell *c, struct kvm_guest *g)
{
	static struct {
		struct kvm_cpuid2 head;
		struct kvm_cpuid_entry2 entry[128];
	} id = { .head = { .nent = 128 } };
	int size = ioctl(c->priv[0], KVM_GET_VCPU_MMAP_SIZE, 0);

	g->vcpu = ioctl(g->vm, KVM_CREATE_VCPU, 0);
	if (g->vcpu < 0)
		return cell_skip(c, "KVM_CREATE_VCPU: %s", strerror(errno));
	g->run = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, g->vcpu, 0);
	if (g->run == MAP_FAILED)
		return cell_skip(c, "mapping the vCPU: %s", strerror(errno));
	if (ioctl(c->priv[0], KVM_GET_SUPPORTED_CPUID, &id) ||
	    ioctl(g->vcpu, KVM_SET_CPUID2, &id))
		return cell_skip(c, "KVM_SET_CPUID2: %s", strerror(errno));
	return 0;
}

int kvm_start(struct path_cell *c, struct kvm_guest *g)
{
	bool private = c->scheme == SCHEME_GUEST_MEMFD;

	g->vm = private ? c->vm : ioctl(c->priv[0], KVM_CREATE_VM, 0);
	g->low = cell_buffer(LOW_BYTES);
	if (g->vm < 0 || !g->low)
		return cell_skip(c, "KVM_CREATE_VM: %s", strerror(errno));
	if (add_plain(g->vm, 0, 0, g->low, LOW_BYTES))
		return cell_skip(c, "KVM_SET_USER_MEMORY_REGION: %s", strerror(errno));
	if (private ? add_private(c) : add_plain(g->vm, 1, KVM_PAGE_GPA, c->addr, PAGE_BYTES))
		return cell_refused(c, "KVM_SET_USER_MEMORY_REGION", errno);
	return add_vcpu(c, g);
}

static void flat(struct kvm_segment *s, bool code)
{
	*s = (struct kvm_segment){
		.limit = 0xffffffff, .selector = code ? 8 : 16, .type = code ? 11 : 3,
		.present = 1, .db = 1, .s = 1, .g = 1,
	};
}

int kvm_run_code(struct path_cell *c, struct kvm_guest *g, const void *code, size_t n)
{
	struct kvm_regs regs = { .rip = CODE_GPA, .rflags = 2, .rsp = CODE_GPA };
	struct kvm_sregs s;
	char what[48];

	/* Without page tables there is no VMRUN: one page of 4 MiB, present and writable. */
	const uint32_t table = 0x83;

	memcpy(g->low + CODE_GPA, code, n);
	memcpy(g->low + TABLE_GPA, &table, sizeof(table));
	if (ioctl(g->vcpu, KVM_GET_SREGS, &s))
		return cell_skip(c, "KVM_GET_SREGS: %s", strerror(errno));
	flat(&s.cs, true);
	flat(&s.ds, false);
	s.es = s.ds;
	s.ss = s.ds;
	s.cr0 |= CR0_PE | CR0_PG;
	s.cr3 = TABLE_GPA;
	s.cr4 |= CR4_PSE;
	s.efer |= EFER_SVME;
	if (ioctl(g->vcpu, KVM_SET_SREGS, &s)) {
		/* Without guests of guests. */
		s.efer &= ~EFER_SVME;
		if (ioctl(g->vcpu, KVM_SET_SREGS, &s))
			return cell_skip(c, "KVM_SET_SREGS: %s", strerror(errno));
	}
	if (ioctl(g->vcpu, KVM_SET_REGS, &regs))
		return cell_skip(c, "KVM_SET_REGS: %s", strerror(errno));
	if (ioctl(g->vcpu, KVM_RUN, 0))
		return cell_refused(c, "KVM_RUN", errno);
	if (g->run->exit_reason == KVM_EXIT_HLT)
		return 0;
	snprintf(what, sizeof(what), "KVM_RUN ends with %u:", g->run->exit_reason);
	return cell_refused(c, what, EFAULT);
}

int kvm_set_msr(struct path_cell *c, struct kvm_guest *g, uint32_t msr, uint64_t value)
{
	struct {
		struct kvm_msrs head;
		struct kvm_msr_entry e;
	} m = { .head.nmsrs = 1, .e = { .index = msr, .data = value } };

	return ioctl(g->vcpu, KVM_SET_MSRS, &m) == 1 ? 0 : cell_refused(c, "KVM_SET_MSRS", EINVAL);
}

int kvm_read_page(struct path_cell *c, struct kvm_guest *g)
{
	static const unsigned char code[] = {
		0xbe, 0x00, 0x00, 0x01, 0x00,	/* mov $KVM_PAGE_GPA, %esi */
		0xbf, 0x00, 0x20, 0x00, 0x00,	/* mov $KVM_OUT_GPA, %edi */
		0xb9, 0x08, 0x00, 0x00, 0x00,	/* mov $8, %ecx */
		0xfc, 0xf3, 0xa4,		/* cld; rep movsb */
		0xf4,				/* hlt */
	};
	int ret = kvm_run_code(c, g, code, sizeof(code));

	return ret ? ret : cell_saw(c, g->low + KVM_OUT_GPA, 8);
}
