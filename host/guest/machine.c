// SPDX-License-Identifier: GPL-2.0
#include "host/guest/machine.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "host/base/files.h"
#include "include/wire.h"

static const char *const icount_args[] = {
	"-accel", "tcg",
	"-icount", "shift=0,sleep=off",
	"-rtc", "base=2024-01-01T00:00:00,clock=vm",
	NULL,
};

static const char *const mttcg_args[] = {
	"-accel", "tcg,thread=multi",
	NULL,
};

static const char *const kvm_args[] = {
	"-accel", "kvm",
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
		/* Without these, addresses and random numbers differ by boot. */
		.cmdline = "nokaslr norandmaps random.trust_cpu=off random.trust_bootloader=off",
	},
	{
		.name = "mttcg",
		.summary = "QEMU TCG with several CPUs: for races, wall-clock time",
		.clock = WIRE_CLOCK_NS,
		.boots = 10,
		.qemu = mttcg_args,
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

static int guest_cpus(const struct engine *e)
{
	long host = sysconf(_SC_NPROCESSORS_ONLN);

	if (e->cpus)
		return e->cpus;
	return host < 2 ? 2 : host > 8 ? 8 : host;
}

/* The kernel's command line. */
static char *append(const struct boot_spec *b, const struct arch_engine *e)
{
	char *clock = e->clock_words ? e->clock_words() : xstrdup("");
	const char *own = b->engine->cmdline;
	char *s = xasprintf("%s panic=-1 %s%s%s%s%s%s " WIRE_ARG_CLOCK "%s " WIRE_ARG_RECORDS
			    "%s%s%s %s%s", b->board->cmdline, clock, own ? own : "",
			    own && e->cmdline ? " " : "", e->cmdline ? e->cmdline : "",
			    b->words && *b->words ? " " : "", b->words ? b->words : "",
			    b->engine->clock, b->console ? b->board->records : "/dev/console",
			    b->files ? " " WIRE_ARG_FILES : "", b->files ? b->board->files : "",
			    b->tools ? b->board->disk_words : "", b->job);

	free(clock);
	return s;
}

void machine_argv(const struct boot_spec *b, struct strlist *argv)
{
	const struct arch_engine *e = arch_engine(b->arch, b->engine->name);
	char *p;

	strlist_add(argv, b->arch->qemu);
	add_all(argv, b->board->machine);
	add_all(argv, b->engine->qemu);
	add(argv, "-cpu", xasprintf("%s%s", e->cpu, e->cpu_more ? e->cpu_more() : ""));
	strlist_split(argv, "-nodefaults -no-user-config -display none -no-reboot", " ");
	add(argv, "-m", xasprintf("%ldM", b->memory_mb));
	add(argv, "-smp", xasprintf("%d", b->cpus ? b->cpus : guest_cpus(b->engine)));
	add(argv, "-seed", xasprintf("%lu", b->seed));
	if (b->console)
		add_file(argv, "console", b->console);
	else
		add(argv, "-chardev", xstrdup("stdio,id=console,signal=off"));
	add(argv, "-serial", xstrdup("chardev:console"));
	add_file(argv, "records", b->console ? b->records : "/dev/null");
	if (b->files) {
		add_file(argv, "files", b->files);
		add(argv, "-device", xstrdup(b->board->files_device));
	}
	if (b->plugin) {
		char *out = escape(b->profile);

		p = escape(b->plugin);
		add(argv, "-plugin",
		    xasprintf("%s,out=%s,target=%s,begin=%s,end=%s", p, out, b->arch->name,
			      b->arch->mark_begin, b->arch->mark_end));
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
		/* Owners and modes that the guest sets are kept beside its files, not on them. */
		add(argv, "-fsdev",
		    xasprintf("local,id=share,path=%s,security_model=%s", p,
			      b->share_readonly ? "none,readonly=on" : "mapped-file"));
		add(argv, "-device",
		    xasprintf("%s,fsdev=share,mount_tag=pinlab", b->board->share_device));
		free(p);
	}
	if (b->gdb) {
		p = escape(b->gdb);
		add(argv, "-chardev",
		    xasprintf("socket,id=gdb,path=%s,server=on,wait=off", p));
		add(argv, "-gdb", xstrdup("chardev:gdb"));
		strlist_add(argv, "-S");
		free(p);
	}
	add(argv, "-kernel", xstrdup(b->kernel));
	add(argv, "-initrd", xstrdup(b->initrd));
	add(argv, "-append", append(b, e));
}
