// SPDX-License-Identifier: GPL-2.0
#include <stdlib.h>
#include <string.h>

#include "host/verb.h"

static const struct verb {
	const char *name;
	int (*run)(struct options *o);
	const char *summary;
	const char *help;
} verbs[] = {
	{
		"bench", verb_bench, "measure what a series costs: kernels against each other",
"Usage: ./pinlab bench [OPTIONS]\n"
"\n"
"Builds the kernels (or takes them from the cache), boots each with the same\n"
"benchmarks, and writes results/NAME/report.txt: the first kernel is the\n"
"baseline, the others are compared with it. The baseline is booted twice: the\n"
"A/A column shows what a change of nothing looks like.\n"
"\n"
"  --kernels LIST   BASE or BASE+VARIANT, comma separated (6.12,6.12+exclusive)\n"
"  --series FILE    one more kernel: an mbox or a folder of patches on --base\n"
"  --base BASE      6.12, a kernel tree, or TREE@REF (default: 6.12)\n"
"  --bench GLOBS    rows to run, comma separated: pin_fast, 'pin_*/anon/*'\n"
"  --engine NAME    icount  instructions, exact to the digit (default)\n"
"                   mttcg   QEMU with several CPUs, wall-clock time\n"
"                   kvm     the real CPU, wall-clock time\n"
"                   native  the running kernel: what needs no driver\n"
"                   auto    kvm if a guest really comes up, else icount\n"
"  --module FILE    native: load this pinlab.ko here, for the rows that need it\n"
"  --run NAME       name of the run; one that was cut off is continued\n"
"  --boots N        boots a kernel (default: 1 for icount, else 10)\n"
"  --delta PERCENT  a smaller change than this is none (wall clock; default 2)\n"
"  --seed N         order of boots and resampling (default 1)\n"
"  --jobs N         guests at once (default: one a core; 1 for wall clock)\n"
"  --timeout S      seconds for one boot (default 900)\n"
"  --silence S      seconds without a sign of a guest (default 60)\n"
"  --no-profile     icount: do not count instructions by function\n"
"  --flavor NAME    Kconfig set of the kernels (default: lean)\n"
"\n"
"Examples:\n"
"  ./pinlab bench\n"
"  ./pinlab bench --series my-series.mbox --bench 'pin_*,getppid'\n"
"  ./pinlab bench --base ~/src/linux@v6.12 --kernels base,base+exclusive\n"
	},
	{
		"torture", verb_torture, "try to break exclusive pins: races, limits, abuse",
"Usage: ./pinlab torture [OPTIONS]\n"
"\n"
"Boots each kernel once for each seed, with several CPUs, and runs scenarios\n"
"that race, exhaust and abuse pins. results/NAME/report.txt says which promise\n"
"was broken, by whom, and how to see it again. Never on this machine's own\n"
"kernel, unless you say so.\n"
"\n"
"  --kernels LIST     BASE, BASE+VARIANT (6.12,6.12+exclusive); `busted`: all\n"
"                     seeded bugs, which have to be caught, or\n"
"                     6.12+busted:NAME, where NAME may be a glob\n"
"  --series FILE      one more kernel: an mbox or a folder of patches on --base\n"
"  --base BASE        6.12, a kernel tree, or TREE@REF (default: 6.12)\n"
"  --scenarios GLOBS  comma separated: model, 'race/*' (default: all)\n"
"  --duration S       seconds of each boot that scenarios share (default 120)\n"
"  --seed N           seed of the first boot of each kernel (default 1)\n"
"  --boots N          boots a kernel, each with the next seed (default 1)\n"
"  --stop             a boot ends at its first failure (always so for bugs)\n"
"  --flavor NAME      torture (default), debug (KASAN, lockdep, slower), lean\n"
"  --engine NAME      mttcg (default) or kvm\n"
"  --run NAME         name of the run; one that was cut off is continued\n"
"  --timeout S        seconds for one boot\n"
"  --silence S        seconds without a sign of a guest\n"
"  --engine native --on-the-running-kernel [--module FILE]\n"
"                     torture the kernel of this very machine: it may crash\n"
"\n"
"Examples:\n"
"  ./pinlab torture --kernels 6.12+exclusive --scenarios 'race/*' --seed 7\n"
"  ./pinlab torture --kernels busted\n"
	},
	{
		"paths", verb_paths, "which ways into a page does an exclusive pin close?",
"Usage: ./pinlab paths [OPTIONS]\n"
"\n"
"Boots each kernel and tries every path, a way in which a process can make the\n"
"kernel touch a page, on pages held under each scheme: none, long-term pin,\n"
"exclusive pin, guest_memfd, memfd_secret. results/NAME/report.txt has the matrix,\n"
"the open paths first; paths.tsv has every cell.\n"
"\n"
"  --kernels LIST   BASE or BASE+VARIANT, comma separated (6.12,6.12+exclusive)\n"
"  --series FILE    one more kernel: an mbox or a folder of patches on --base\n"
"  --base BASE      6.12, a kernel tree, or TREE@REF (default: 6.12)\n"
"  --paths GLOBS    comma separated: fork, 'io-uring/*' (default: all)\n"
"  --mode content   what happened to the page, found out from the page: nothing\n"
"                   crashes, one boot a kernel (default)\n"
"  --mode crash     the page is out of the kernel's linear map, as a hypervisor\n"
"                   would have it: one boot for each path, which may crash\n"
"  --flavor NAME    Kconfig set of the kernels (default: full)\n"
"  --engine NAME    mttcg (default) or kvm\n"
"  --run NAME       name of the run; one that was cut off is continued\n"
"  --jobs N         guests at once (default: one a core)\n"
"  --timeout S      seconds for one boot\n"
"  --silence S      seconds without a sign of a guest\n"
"\n"
"Exit status 1: a cell is not what the contract, or the scheme, says of it.\n"
"\n"
"Examples:\n"
"  ./pinlab paths --kernels 6.12,6.12+exclusive\n"
"  ./pinlab paths --mode crash --kernels 6.12+exclusive --paths 'attack/*'\n"
	},
	{
		"nightly", verb_nightly, "torture for a given time, compared with the last night",
"Usage: ./pinlab nightly --budget TIME [OPTIONS]\n"
"\n"
"Divides the time over kernels, flavors, scenarios and seeds, keeps whole what\n"
"failed, with a file `reproduce`, and writes results/NAME/report.txt against\n"
"the last night's, with verdicts.ktap, junit.xml and kcidb.json. What failed\n"
"last night is run again first; other seeds are new each night. What did not\n"
"get its turn is listed as not run. Cut off in whatever way, it is continued\n"
"by the same command with --run NAME, and ./pinlab report --run NAME says what\n"
"is there. The time is for all of it, builds too.\n"
"\n"
"  --budget TIME      90m, 2h, 1h30m, 5400s, or 5400 (seconds)\n"
"  --kernels LIST     BASE, BASE+VARIANT (default: each base that has the series\n"
"                     `exclusive`, without and with it)\n"
"  --flavors LIST     default: torture,debug; debug gets a quarter of the time\n"
"  --scenarios GLOBS  comma separated: model, 'race/*' (default: all)\n"
"  --series FILE      one more kernel: an mbox or a folder of patches on --base\n"
"  --base BASE        6.12, a kernel tree, or TREE@REF\n"
"  --seed N           the first seed (default: after the last night's, or from\n"
"                     the date)\n"
"  --against NAME     the night to compare with (default: the last one)\n"
"  --engine NAME      mttcg (default) or kvm\n"
"  --run NAME         name of the night; one that was cut off is continued\n"
"\n"
"Exit status 0 nothing failed, 1 something did, 3 a build or the night itself\n"
"broke, 130 interrupted.\n"
"\n"
"Examples:\n"
"  ./pinlab nightly --budget 2h\n"
"  ./pinlab nightly --budget 30m --kernels 6.12+exclusive --flavors torture\n"
"Each night at one, from crontab -e (a line; make sees to the packages):\n"
"  0 1 * * * cd pinlab && make -s nightly BUDGET=5h 2>results/nightly.log\n"
"or from a systemd timer with OnCalendar=01:00, whose service has\n"
"  WorkingDirectory=%h/pinlab\n"
"  ExecStart=make -s nightly BUDGET=5h\n"
	},
	{
		"kernel", verb_kernel, "build kernels only, and print where they are",
"Usage: ./pinlab kernel [--kernels LIST] [--series FILE] [--base BASE]\n"
"                       [--flavor lean] [--source]\n"
"\n"
"Prints one line a kernel: its name and the folder with vmlinux, config,\n"
"System.map and the series. Nothing is built twice.\n"
"\n"
"  --source         build nothing: fetch the source of each kernel's base, and\n"
"                   print the folder with it, whole and without any series\n"
"\n"
"Examples:\n"
"  ./pinlab kernel --kernels 6.1+exclusive\n"
"  ./pinlab kernel --kernels 6.12 --source\n"
	},
	{
		"report", verb_report, "derive every report of a run again, offline",
"Usage: ./pinlab report [--run NAME]        (default: the newest run)\n"
"\n"
"Reads results/NAME/ only. report.txt, samples.tsv, verdicts.ktap and\n"
"manifest.json come out byte for byte as they were; a file of a boot that was\n"
"changed since is named, and nothing is overwritten.\n"
"\n"
"Example:\n"
"  ./pinlab report --run bench-20261123-054500\n"
	},
	{
		"compare", verb_compare, "two runs against each other",
"Usage: ./pinlab compare RUN_A RUN_B\n"
"\n"
"Each is a name below results/ or a path. Exact runs are compared digit for\n"
"digit, wall-clock runs with intervals. Exit status 1 if a row is slower.\n"
"\n"
"Example:\n"
"  ./pinlab compare results/reference/6.12 bench-20261123-054500\n"
	},
	{
		"list", verb_list, "what there is: kernels, benchmarks, runs",
"Usage: ./pinlab list kernels|benchmarks|scenarios|paths|runs [GLOB]\n"
"\n"
"Example:\n"
"  ./pinlab list benchmarks 'pin_*'\n"
	},
	{
		"doctor", verb_doctor, "what this machine can and cannot do, and why",
"Usage: ./pinlab doctor\n"
"\n"
"Exit status 0 if `make bench` can run here, 3 if not.\n"
	},
};

static void usage(FILE *f)
{
	fputs("pinlab: does exclusive pinning keep its promise, and what does it cost the rest?\n"
	      "\n"
	      "Usage: ./pinlab VERB [OPTIONS]      ./pinlab VERB --help\n"
	      "\n", f);
	for (size_t i = 0; i < ARRAY_SIZE(verbs); i++)
		fprintf(f, "  %-8s %s\n", verbs[i].name, verbs[i].summary);
	fputs("\n"
	      "Start with `./pinlab doctor`, then `./pinlab bench`.\n"
	      "Exit status: 0 nothing failed, 1 a verdict is FAIL (compare: a row is\n"
	      "slower), 2 usage, 3 the run itself broke, 130 interrupted.\n", f);
}

static int unknown_verb(const char *said)
{
	struct strlist names = { 0 };
	char *near;

	for (size_t i = 0; i < ARRAY_SIZE(verbs); i++)
		strlist_add(&names, verbs[i].name);
	near = near_names(said, &names);
	err("no verb is called %s%s%s; see ./pinlab --help", said, near ? "; near it: " : "",
	    near ? near : "");
	free(near);
	strlist_free(&names);
	return PINLAB_USAGE;
}

static bool wants_help(int argc, char **argv)
{
	for (int i = 2; i < argc; i++)
		if (!strcmp(argv[i], "--help") || !strcmp(argv[i], "-h"))
			return true;
	return false;
}

int main(int argc, char **argv)
{
	struct options o;
	int ret;

	catch_interrupts();
	if (argc < 2) {
		usage(stderr);
		return PINLAB_USAGE;
	}
	if (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h") || !strcmp(argv[1], "help")) {
		usage(stdout);
		return PINLAB_OK;
	}
	if (!strcmp(argv[1], "--version")) {
		printf("pinlab %s\n", PINLAB_VERSION);
		return PINLAB_OK;
	}
	for (size_t i = 0; i < ARRAY_SIZE(verbs); i++) {
		if (strcmp(verbs[i].name, argv[1]))
			continue;
		if (wants_help(argc, argv)) {
			fputs(verbs[i].help, stdout);
			return PINLAB_OK;
		}
		ret = options_parse(&o, argv[1], argc, argv);
		if (!ret)
			ret = verbs[i].run(&o);
		options_free(&o);
		return ret;
	}
	return unknown_verb(argv[1]);
}
