// SPDX-License-Identifier: GPL-2.0
/*
 * The guest's only program. As process 1 it sets the machine up from the
 * kernel's command line (pinlab.NAME=VALUE), runs the rows, says that it is
 * done, and ends QEMU; started by a person or by --engine native it takes
 * the same names as options and leaves the machine as it was.
 */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <unistd.h>
#if defined(__x86_64__)
#include <sys/io.h>
#endif

#include "guest/bench/bench.h"
#include "guest/clock.h"
#include "guest/clock_find.h"
#include "guest/identity.h"
#include "guest/keep.h"
#include "guest/machine/kmsg.h"
#include "guest/paths/run.h"
#include "guest/record.h"
#include "guest/shell.h"
#include "guest/torture/run.h"
#include "include/wire.h"

struct guest_options {
	const char *rows, *records, *files, *clock, *tsc_khz;
	unsigned long repeats;
	bool profile;
	struct torture_config torture;	/* scenarios NULL: benchmarks */
	struct paths_config paths;	/* paths NULL: none */
};

/* arg is one of WIRE_ARG_*. */
static char *cmdline_value(const char *arg)
{
	static char line[4096];
	char *s, *end;
	int fd = open("/proc/cmdline", O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? 0 : read(fd, line, sizeof(line) - 1);

	if (fd >= 0)
		close(fd);
	line[n > 0 ? n : 0] = '\0';
	s = strstr(line, arg);
	if (!s)
		return NULL;
	s += strlen(arg);
	end = s + strcspn(s, "\n ");
	return strndup(s, end - s);
}

static unsigned long number_value(const char *arg)
{
	char *s = cmdline_value(arg);
	unsigned long n = s ? strtoul(s, NULL, 10) : 0;

	free(s);
	return n;
}

static void write_to(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);

	/* What is missing shows as a row that is skipped, by name. */
	if (fd < 0)
		return;
	if (write(fd, text, strlen(text)) < 0)
		fprintf(stderr, "pinlab-guest: %s: %s\n", path, strerror(errno));
	close(fd);
}

static void load_driver(void)
{
	int fd = open("/pinlab.ko", O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return;
	if (syscall(SYS_finit_module, fd, "", 0))
		fprintf(stderr, "pinlab-guest: /pinlab.ko: %s\n", strerror(errno));
	close(fd);
}

/* The ext2 image goes to the first RAM disk: file pages of a real disk file system. */
static void mount_disk(void)
{
	static char buf[1 << 16];
	int from = open("/disk.ext2", O_RDONLY | O_CLOEXEC);
	int to = open("/dev/ram0", O_WRONLY | O_CLOEXEC);
	ssize_t n;

	while (from >= 0 && to >= 0 && (n = read(from, buf, sizeof(buf))) > 0)
		if (write(to, buf, n) != n)
			break;
	if (from >= 0)
		close(from);
	if (to >= 0)
		close(to);
	unlink("/disk.ext2");
	if (mount("/dev/ram0", "/mnt", "ext2", 0, NULL))
		fprintf(stderr, "pinlab-guest: /dev/ram0: %s\n", strerror(errno));
}

static void set_up_machine(void)
{
	mkdir("/proc", 0755);
	mkdir("/sys", 0755);
	mkdir("/dev", 0755);
	mkdir("/mnt", 0755);
	mkdir("/tmp", 0755);
	mount("proc", "/proc", "proc", 0, NULL);
	mount("sysfs", "/sys", "sysfs", 0, NULL);
	mount("debugfs", "/sys/kernel/debug", "debugfs", 0, NULL);
	mount("tracefs", "/sys/kernel/tracing", "tracefs", 0, NULL);
	mount("devtmpfs", "/dev", "devtmpfs", 0, NULL);
	mount("tmpfs", "/tmp", "tmpfs", 0, NULL);
	write_to("/sys/kernel/mm/transparent_hugepage/enabled", "madvise");
	write_to("/sys/kernel/mm/transparent_hugepage/shmem_enabled", "advise");
	/* khugepaged would work beside what is measured. */
	write_to("/sys/kernel/mm/transparent_hugepage/khugepaged/defrag", "0");
	write_to("/proc/sys/vm/nr_hugepages", "16");
	write_to("/proc/sys/kernel/printk", "7");
}

/*
 * Shift this boot's phase against the others': ticks fall elsewhere, and some
 * pages are gone. Figures that are exact do not care; this is what makes the
 * A/A row more than the same simulation twice.
 */
static void skew_machine(unsigned long n)
{
	static const char page[4096] = { 1 };
	volatile unsigned long sink = 0;
	int fd = open("/tmp/skew", O_WRONLY | O_CREAT | O_CLOEXEC, 0600);

	for (unsigned long i = 0; i < n; i++)
		sink += i;
	/* In a file: memory of this process would be in each row's mm, for fork() to copy. */
	for (unsigned long i = 0; i < n % 1009; i++)
		if (write(fd, page, sizeof(page)) != sizeof(page))
			break;
	close(fd);
}

static void finish(int code)
{
	sync();
#if defined(__x86_64__)
	if (!ioperm(WIRE_EXIT_PORT, 4, 1))
		outl(code, WIRE_EXIT_PORT);
#endif
	reboot(RB_POWER_OFF);
}

/* So that the host sees that it has the console to its end. */
static void say_last(void)
{
	int fd;

	kmsg_mark(WIRE_MARK_LAST, "");
	/* Another CPU may be printing: opening it waits until all is out. */
	fd = open("/dev/console", O_WRONLY | O_NOCTTY | O_CLOEXEC);
	if (fd >= 0)
		close(fd);
}

/* Whatever the log has lost: that the kernel has warned, or worse, stays known. */
static void say_tainted(void)
{
	char text[32] = "";
	int fd = open("/proc/sys/kernel/tainted", O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : read(fd, text, sizeof(text) - 1);

	if (fd >= 0)
		close(fd);
	text[strcspn(text, "\n")] = '\0';
	if (n > 0)
		record(WIRE_CAP, WIRE_CAP_TAINTED, text);
}

static void bench(const struct guest_options *o, const struct bench_config *cfg)
{
	if (!cfg->exact)
		clock_find(o->tsc_khz);
	bench_run(cfg);
	if (!cfg->exact)
		clock_tell_span();
}

static int run(const struct guest_options *o)
{
	struct bench_config cfg = { .rows = o->rows ? o->rows : "*", .profile = o->profile };
	struct utsname u;
	int err;

	guest_clock.ns = 1;
	if (o->clock && !strcmp(o->clock, WIRE_CLOCK_INSN))
		guest_clock.source = CLOCK_INSN;
	cfg.exact = clock_is_exact();
	cfg.repeats = o->repeats ? o->repeats : cfg.exact ? 5 : 30;
	cfg.warmup = 3;
	cfg.tries = cfg.exact ? 16 : cfg.repeats * BENCH_PIECES;

	err = record_open(o->records);
	if (err) {
		fprintf(stderr, "pinlab-guest: records to %s: %s\n", o->records, strerror(-err));
		return 1;
	}
	keep_open(o->files);
	uname(&u);
	record(WIRE_HELLO, WIRE_TEXT(WIRE_PROTOCOL), u.release, clock_unit());
	identity_tell();
	if (o->paths.paths)
		paths_run(&o->paths);
	else if (o->torture.scenarios)
		torture_run(&o->torture);
	else
		bench(o, &cfg);
	say_tainted();
	record(WIRE_END, field("%lu", record_count()));
	return 0;
}

/* Somebody is looking: what was asked for, if anything, and then a shell. */
static void as_shell(const struct guest_options *o, const char *program)
{
	if (o->rows || o->torture.scenarios || o->paths.paths)
		run(o);
	finish(shell_run(program) ? WIRE_EXIT_DONE : WIRE_EXIT_FAILED);
}

static int as_init(void)
{
	struct guest_options o = { 0 };
	unsigned long skew;
	char *shell;

	set_up_machine();
	load_driver();
	mount_disk();
	o.rows = cmdline_value(WIRE_ARG_BENCH);
	o.records = cmdline_value(WIRE_ARG_RECORDS);
	o.files = cmdline_value(WIRE_ARG_FILES);
	o.clock = cmdline_value(WIRE_ARG_CLOCK);
	o.tsc_khz = cmdline_value(WIRE_ARG_TSC);
	o.profile = cmdline_value(WIRE_ARG_PROFILE);
	o.torture.scenarios = cmdline_value(WIRE_ARG_TORTURE);
	o.torture.seed = number_value(WIRE_ARG_SEED);
	o.torture.seconds = number_value(WIRE_ARG_SECONDS);
	o.torture.stop = number_value(WIRE_ARG_STOP);
	o.torture.after = cmdline_value(WIRE_ARG_AFTER);
	o.paths.after = o.torture.after;
	o.paths.paths = cmdline_value(WIRE_ARG_PATHS);
	o.paths.cell = cmdline_value(WIRE_ARG_CELL);
	o.paths.crash = number_value(WIRE_ARG_CRASH);
	o.repeats = number_value(WIRE_ARG_REPEATS);
	skew = number_value(WIRE_ARG_SKEW);
	if (skew)
		skew_machine(skew);
	shell = cmdline_value(WIRE_ARG_SHELL);
	if (shell)
		as_shell(&o, shell);
	if (!o.records) {
		fprintf(stderr, "pinlab-guest: no " WIRE_ARG_RECORDS " on the command line\n");
		reboot(RB_POWER_OFF);
	}
	/* Without the trailer the runner knows that this was no success. */
	if (run(&o))
		reboot(RB_POWER_OFF);
	say_last();
	finish(WIRE_EXIT_DONE);
	return 1;
}

static void usage(FILE *f)
{
	fputs("Usage: pinlab-guest --list | --list-scenarios | --list-paths\n"
	      "       pinlab-guest --records FILE [--bench GLOBS] [--repeats N] [--tsc-khz N]\n"
	      "       pinlab-guest --records FILE --torture GLOBS --seed N --seconds S [--stop]\n"
	      "Runs pinlab's benchmarks or scenarios on the running kernel and appends\n"
	      "records to FILE. Meant to be started by ./pinlab with --engine native.\n", f);
}

int main(int argc, char **argv)
{
	static const struct option opts[] = {
		{ "list", no_argument, NULL, 'l' },
		{ "list-scenarios", no_argument, NULL, 'L' },
		{ "list-paths", no_argument, NULL, 'P' },
		{ "torture", required_argument, NULL, 't' },
		{ "seed", required_argument, NULL, 's' },
		{ "seconds", required_argument, NULL, 'S' },
		{ "stop", no_argument, NULL, 'x' },
		{ "records", required_argument, NULL, 'r' },
		{ "bench", required_argument, NULL, 'b' },
		{ "repeats", required_argument, NULL, 'n' },
		{ "tsc-khz", required_argument, NULL, 'T' },
		{ "help", no_argument, NULL, 'h' },
		{ 0 }
	};
	struct guest_options o = { 0 };
	int c;

	if (getpid() == 1)
		return as_init();
	while ((c = getopt_long(argc, argv, "", opts, NULL)) != -1) {
		switch (c) {
		case 'l':
			bench_list();
			return 0;
		case 'L':
			torture_list();
			return 0;
		case 'P':
			/* Listed, and never run: a path may take the machine with it. */
			paths_list();
			return 0;
		case 't':
			o.torture.scenarios = optarg;
			break;
		case 's':
			o.torture.seed = strtoul(optarg, NULL, 10);
			break;
		case 'S':
			o.torture.seconds = strtod(optarg, NULL);
			break;
		case 'x':
			o.torture.stop = true;
			break;
		case 'r':
			o.records = optarg;
			break;
		case 'b':
			o.rows = optarg;
			break;
		case 'n':
			o.repeats = strtoul(optarg, NULL, 10);
			break;
		case 'T':
			o.tsc_khz = optarg;
			break;
		case 'h':
			usage(stdout);
			return 0;
		default:
			usage(stderr);
			return 2;
		}
	}
	if (!o.records) {
		usage(stderr);
		return 2;
	}
	return run(&o);
}
