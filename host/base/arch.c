// SPDX-License-Identifier: GPL-2.0
#include "host/base/arch.h"

#include <elf.h>
#include <stdlib.h>
#include <string.h>

#include "host/base/tsc.h"
#include "include/wire.h"

#define STRING_OF(x)	#x
#define STRING(x)	STRING_OF(x)

/*
 * microvm has no PCI and no ACPI: the guest is in user space in under a
 * second. The debug console takes records synchronously, see guest/record.h.
 */
static const char *const x86_64_machine[] = {
	"-M", "microvm,acpi=off,pit=on,pic=on,rtc=on,isa-serial=on,auto-kernel-cmdline=off",
	"-device", "isa-debugcon,iobase=0x402,chardev=records",
	"-device", "isa-debug-exit,iobase=" STRING(WIRE_EXIT_PORT) ",iosize=0x04",
	NULL,
};

/*
 * What a vfio user needs: PCI, an IOMMU, and a device that does DMA for the
 * asking. Its firmware talks on port 0x402, so the records take another port.
 */
static const char *const x86_64_full_machine[] = {
	"-M", "q35,kernel-irqchip=off",
	"-device", "intel-iommu,caching-mode=on",
	"-device", "edu,dma_mask=0xffffffff",
	"-device", "isa-debugcon,iobase=0x302,chardev=records",
	"-device", "isa-debug-exit,iobase=" STRING(WIRE_EXIT_PORT) ",iosize=0x04",
	NULL,
};

/*
 * Under mttcg and kvm the guest's TSC is the host's. A kernel of few options calibrates
 * it against a PIT, for which an emulator is too slow, and without a frequency time
 * would move in ticks.
 */
static char *x86_64_tsc_words(void)
{
	long khz = tsc_khz();

	if (!khz)
		return xstrdup("");
	return xasprintf("tsc=reliable tsc_early_khz=%ld " WIRE_ARG_TSC "%ld ", khz, khz);
}

/* Says to the guest that its TSC goes on in deep sleep as well, and at what frequency. */
static const char *x86_64_invtsc(void)
{
	return tsc_is_invariant() ? ",+invtsc" : "";
}

static const struct arch_engine x86_64_engines[] = {
	{
		.engine = "icount",
		/*
		 * rdrand and rdseed would bring the host's randomness into the
		 * guest. `max` is TCG's own CPU, the same on every host.
		 */
		.cpu = "max,-rdrand,-rdseed",
		/*
		 * Calibrating the APIC timer spins for 100 ms of guest time, 12 s
		 * of ours: one CPU does with the PIT.
		 */
		.cmdline = "nolapic_timer no_timer_check",
	}, {
		.engine = "mttcg",
		.cpu = "max",
		/* On a loaded host the check whether the timer works at all is lost. */
		.cmdline = "no_timer_check",
		.clock_words = x86_64_tsc_words,
	}, {
		.engine = "kvm",
		.cpu = "host",
		.cpu_more = x86_64_invtsc,
		.clock_words = x86_64_tsc_words,
	},
	{ NULL }
};

static const struct arch arches[] = {
	{
		.name = "x86_64",
		.make = "x86_64",
		.srcarch = "x86",
		.cross = "x86_64-linux-gnu-",
		.qemu = "qemu-system-x86_64",
		.qemu_package = "qemu-system-x86",
		.image = "vmlinux",
		.small = {
			.machine = x86_64_machine,
			/* Without a firmware to ask, a triple fault is what ends the machine. */
			.cmdline = "console=ttyS0 reboot=t",
			.records = WIRE_PORT "0x402",
			.files = WIRE_PORT "0x403",
			.disk_device = "virtio-blk-device,drive=tools",
			/* Where microvm puts the first such device, as QEMU 7.2 would tell. */
			.disk_words = "virtio_mmio.device=512@0xfeb00e00:12 ",
			.files_device = "isa-debugcon,iobase=0x403,chardev=files",
		},
		.full = {
			.machine = x86_64_full_machine,
			.cmdline = "console=ttyS0 reboot=t",
			.records = WIRE_PORT "0x302",
			.files = WIRE_PORT "0x303",
			.disk_device = "virtio-blk-pci,drive=tools",
			.disk_words = "",
			.files_device = "isa-debugcon,iobase=0x303,chardev=files",
			.share_device = "virtio-9p-pci",
		},
		.engines = x86_64_engines,
		.exit_done = WIRE_EXIT_STATUS,
		/* nopl MAGIC(%rax): 0f 1f 80 and PINLAB_MARK_*, little endian. */
		.mark_begin = "0f1f80314e4950",
		.mark_end = "0f1f80324e4950",
		.elf_machine = EM_X86_64,
	},
};

const struct arch *arch_find(const char *name)
{
	if (!name || !*name)
		return &arches[0];
	for (size_t i = 0; i < ARRAY_SIZE(arches); i++)
		if (!strcmp(arches[i].name, name))
			return &arches[i];
	return NULL;
}

void arch_names(struct strlist *out)
{
	for (size_t i = 0; i < ARRAY_SIZE(arches); i++)
		strlist_add(out, arches[i].name);
}

const struct arch_engine *arch_engine(const struct arch *a, const char *engine)
{
	for (const struct arch_engine *e = a->engines; e->engine; e++)
		if (!strcmp(e->engine, engine))
			return e;
	return NULL;
}
