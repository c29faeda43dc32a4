// SPDX-License-Identifier: GPL-2.0
#include "host/run/machine.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "host/base/files.h"
#include "include/wire.h"

#define STRING_OF(x)	#x
#define STRING(x)	STRING_OF(x)

/*
 * rdrand and rdseed would bring the host's randomness into the guest. `max`
 * is TCG's own CPU, the same on every host.
 */
static const char *const icount_args[] = {
	"-accel", "tcg",
	"-icount", "shift=0,sleep=off",
	"-cpu", "max,-rdrand,-rdseed",
	"-rtc", "base=2024-01-01T00:00:00,clock=vm",
	NULL,
};

static const char *const mttcg_args[] = {
	"-accel", "tcg,thread=multi",
	"-cpu", "max",
	NULL,
};

static const char *const kvm_args[] = {
	"-accel", "kvm",
	"-cpu", "host",
	NULL,
};

static const struct engine engines[] = {
	{
		.name = "icount",
		.summary = "QEMU TCG counting instructions: exact, one CPU",
		.exact = true,
		.clock = WIRE_CLOCK_INSN,
		.cpus = 1,
		.boots = 1,
		.qemu = icount_args,
		/*
		 * Without the first four, addresses and random numbers differ
		 * by boot. Calibrating the APIC timer spins for 100 ms of guest
		 * time, 12 s of ours: one CPU does with the PIT.
		 */
		.cmdline = "nokaslr norandmaps random.trust_cpu=off random.trust_bootloader=off "
			   "nolapic_timer no_timer_check",
	},
	{
		.name = "mttcg",
		.summary = "QEMU TCG with several CPUs: for races, wall-clock time",
		.clock = WIRE_CLOCK_NS,
		.boots = 10,
		.qemu = mttcg_args,
		/* On a loaded host the check whether the timer works at all is lost. */
		.cmdline = "no_timer_check",
		.host_tsc = true,
	},
	{
		.name = "kvm",
		.summary = "QEMU with KVM: wall-clock time on the real CPU",
		.clock = WIRE_CLOCK_NS,
		.boots = 10,
		.qemu = kvm_args,
	},
	{
		.name = "native",
		.summary = "the kernel that is running now, wall-clock time",
		.clock = WIRE_CLOCK_NS,
		.boots = 1,
	},
};

const struct engine *engine_find(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(engines); i++)
		if (!strcmp(engines[i].name, name))
			return &engines[i];
	return NULL;
}

void engine_names(struct strlist *out)
{
	strlist_add(out, "auto");
	for (size_t i = 0; i < ARRAY_SIZE(engines); i++)
		strlist_add(out, engines[i].name);
}

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

static const struct arch arches[] = {
	{
		.name = "x86_64",
		.qemu = "qemu-system-x86_64",
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
		},
		.exit_done = WIRE_EXIT_STATUS,
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

static void add_all(struct strlist *argv, const char *const *args)
{
	for (; args && *args; args++)
		strlist_add(argv, *args);
}

static void add(struct strlist *argv, const char *option, char *value)
{
	strlist_add(argv, option);
	strlist_take(argv, value);
}

/* QEMU splits option values at commas; a comma of a path is written twice. */
static char *escape(const char *path)
{
	char *out = xcalloc(2 * strlen(path) + 1, 1), *o = out;

	for (; *path; path++) {
		if (*path == ',')
			*o++ = ',';
		*o++ = *path;
	}
	return out;
}

static void add_file(struct strlist *argv, const char *id, const char *path)
{
	char *p = escape(path);

	add(argv, "-chardev", xasprintf("file,id=%s,path=%s", id, p));
	free(p);
}

/*
 * Under mttcg the guest reads the host's TSC and calibrates it against a PIT
 * that the emulator is too slow for; without a frequency, time would move in
 * ticks. The kernel's bogomips are twice the TSC's MHz.
 */
static char *tsc_words(const struct engine *e)
{
	char *info = e->host_tsc ? read_file("/proc/cpuinfo", NULL) : NULL, *at;
	double bogomips = 0;

	at = info ? strstr(info, "bogomips") : NULL;
	at = at ? strchr(at, ':') : NULL;
	if (at)
		bogomips = strtod(at + 1, NULL);
	free(info);
	if (bogomips <= 0)
		return xstrdup("");
	return xasprintf("tsc=reliable tsc_early_khz=%.0f ", bogomips * 500);
}

static int guest_cpus(const struct engine *e)
{
	long host = sysconf(_SC_NPROCESSORS_ONLN);

	if (e->cpus)
		return e->cpus;
	return host < 2 ? 2 : host > 8 ? 8 : host;
}

void machine_argv(const struct boot_spec *b, struct strlist *argv)
{
	char *p;

	strlist_add(argv, b->arch->qemu);
	add_all(argv, b->board->machine);
	add_all(argv, b->engine->qemu);
	strlist_split(argv, "-nodefaults -no-user-config -display none -no-reboot", " ");
	add(argv, "-m", xasprintf("%ldM", b->memory_mb));
	add(argv, "-smp", xasprintf("%d", b->cpus ? b->cpus : guest_cpus(b->engine)));
	add(argv, "-seed", xasprintf("%lu", b->seed));
	add_file(argv, "console", b->console);
	add(argv, "-serial", xstrdup("chardev:console"));
	add_file(argv, "records", b->records);
	if (b->files) {
		add_file(argv, "files", b->files);
		add(argv, "-device", xstrdup(b->board->files_device));
	}
	if (b->plugin) {
		char *out = escape(b->profile);

		p = escape(b->plugin);
		add(argv, "-plugin", xasprintf("%s,out=%s", p, out));
		free(p);
		free(out);
	}
	if (b->tools) {
		p = escape(b->tools);
		add(argv, "-drive",
		    xasprintf("file=%s,if=none,format=raw,readonly=on,id=tools", p));
		add(argv, "-device", xstrdup(b->board->disk_device));
		free(p);
	}
	if (b->share) {
		p = escape(b->share);
		add(argv, "-fsdev",
		    xasprintf("local,id=share,path=%s,security_model=none", p));
		add(argv, "-device", xstrdup("virtio-9p-pci,fsdev=share,mount_tag=pinlab"));
		free(p);
	}
	add(argv, "-kernel", xstrdup(b->kernel));
	add(argv, "-initrd", xstrdup(b->initrd));
	p = tsc_words(b->engine);
	add(argv, "-append",
	    xasprintf("%s panic=-1 %s%s%s%s " WIRE_ARG_CLOCK "%s " WIRE_ARG_RECORDS "%s%s%s %s%s",
		      b->board->cmdline, p, b->engine->cmdline ? b->engine->cmdline : "",
		      b->words && *b->words ? " " : "", b->words ? b->words : "",
		      b->engine->clock, b->board->records,
		      b->files ? " " WIRE_ARG_FILES : "", b->files ? b->board->files : "",
		      b->tools ? b->board->disk_words : "", b->job));
	free(p);
}
