// SPDX-License-Identifier: GPL-2.0
#include "host/base/options.h"

#include <ctype.h>
#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#define HELP_WIDTH	79
#define SECONDS_MAX	86400		/* of one boot */
#define TIME_MAX	(30l * 86400)

enum option_type {
	OPTION_TEXT,		/* const char * */
	OPTION_LIST,		/* struct strlist, said once for each entry */
	OPTION_FLAG,		/* bool */
	OPTION_NUMBER,		/* long, from min to max */
	OPTION_PERCENT,		/* double, above 0 and below 100 */
	OPTION_TIME,		/* long, seconds of parse_time() */
};

#define AT(member) offsetof(struct options, member)

/* All there are. One more is one line here, a member in options.h, and its verbs' `takes`. */
static const struct option_def {
	const char *name;
	const char *value;	/* what --help calls its value */
	enum option_type type;
	size_t at;		/* in struct options */
	size_t said;		/* a bool there, set when it was said; 0: none */
	long min, max;
	const char *help;
} defs[] = {
	{
		"kernels", "LIST", OPTION_TEXT, AT(kernels),
		.help = "BASE or BASE+VARIANT, comma separated: 6.12,6.12+exclusive",
	}, {
		"series", "FILE", OPTION_LIST, AT(series),
		.help = "one more kernel: an mbox or a folder of patches on --base",
	}, {
		"base", "BASE", OPTION_TEXT, AT(base),
		.help = "6.12, a kernel tree, or TREE@REF (default: 6.12)",
	}, {
		"bench", "GLOBS", OPTION_TEXT, AT(bench),
		.help = "rows to run, comma separated: pin_fast, 'pin_*/anon/*'",
	}, {
		"scenarios", "GLOBS", OPTION_TEXT, AT(scenarios),
		.help = "comma separated: model, 'race/*' (default: all)",
	}, {
		"paths", "GLOBS", OPTION_TEXT, AT(paths),
		.help = "comma separated: fork, 'io-uring/*' (default: all)",
	}, {
		"mode", "MODE", OPTION_TEXT, AT(mode),
		.help = "content or crash",
	}, {
		"engine", "NAME", OPTION_TEXT, AT(engine),
		.help = "mttcg (default) or kvm",
	}, {
		"flavor", "NAME", OPTION_TEXT, AT(flavor),
		.help = "Kconfig set of the kernels",
	}, {
		"flavors", "LIST", OPTION_TEXT, AT(flavors),
		.help = "Kconfig sets, comma separated",
	}, {
		"budget", "TIME", OPTION_TIME, AT(budget),
		.help = "90m, 2h, 1h30m, 5400s, or 5400 (seconds)",
	}, {
		"duration", "S", OPTION_NUMBER, AT(duration), .min = 1, .max = SECONDS_MAX,
		.help = "seconds of each boot that scenarios share",
	}, {
		"seed", "N", OPTION_NUMBER, AT(seed), AT(seed_said), 0, 0x7fffffff,
		"seed of what is drawn at random (default 1)",
	}, {
		"boots", "N", OPTION_NUMBER, AT(boots), .min = 1, .max = 1000,
		.help = "boots a kernel",
	}, {
		"delta", "PERCENT", OPTION_PERCENT, AT(delta),
		.help = "a smaller change counts as none (wall clock; default 2)",
	}, {
		"stop", NULL, OPTION_FLAG, AT(stop),
		.help = "a boot ends at its first failure",
	}, {
		"run", "NAME", OPTION_TEXT, AT(run),
		.help = "name of the run; one that was cut off is continued",
	}, {
		"again", "BOOTS", OPTION_TEXT, AT(again),
		.help = "with --run: make these boots again, by globs of their ids, or `failed`: all that did not end well",
	}, {
		"days", "N", OPTION_NUMBER, AT(days), AT(days_said), 0, 3650,
		"keep what was used in the last N days (default 30)",
	}, {
		"against", "NAME", OPTION_TEXT, AT(against),
		.help = "the night to compare with (default: the last one)",
	}, {
		"jobs", "N", OPTION_NUMBER, AT(jobs), .min = 1, .max = 256,
		.help = "guests at once (default: one per core; 1 for wall clock)",
	}, {
		"timeout", "S", OPTION_NUMBER, AT(timeout), .min = 1, .max = SECONDS_MAX,
		.help = "seconds for one boot",
	}, {
		"silence", "S", OPTION_NUMBER, AT(silence), .min = 1, .max = SECONDS_MAX,
		.help = "seconds for which a guest may be silent",
	}, {
		"no-profile", NULL, OPTION_FLAG, AT(no_profile),
		.help = "icount: do not count instructions by function",
	}, {
		"quiet-machine", NULL, OPTION_FLAG, AT(quiet_machine),
		.help = "wall clock: a fixed frequency, no turbo, no SMT for the time of the run (root); all is put back, also after SIGKILL",
	}, {
		"module", "FILE", OPTION_TEXT, AT(module),
		.help = "native: load this pinlab.ko here, for the rows that need it",
	}, {
		"gdb", NULL, OPTION_FLAG, AT(gdb),
		.help = "the guest waits for gdb before its first instruction; the command is "
			"printed",
	}, {
		"dry-run", NULL, OPTION_FLAG, AT(dry_run),
		.help = "print QEMU's command, quoted for a shell, and boot nothing",
	}, {
		"source", NULL, OPTION_FLAG, AT(source),
		.help = "build nothing: fetch the source of each kernel's base, and print the "
			"folder with it, whole and without any series",
	}, {
		"on-the-running-kernel", NULL, OPTION_FLAG, AT(host_kernel),
		.help = "with --engine native: the kernel of this very machine, which may crash",
	},
};

static const struct option_def *find_def(const char *name, size_t len)
{
	for (size_t i = 0; i < ARRAY_SIZE(defs); i++)
		if (strlen(defs[i].name) == len && !strncmp(defs[i].name, name, len))
			return &defs[i];
	return NULL;
}

static bool takes_it(const struct takes *takes, const char *name)
{
	for (; takes && takes->option; takes++)
		if (!strcmp(takes->option, name))
			return true;
	return false;
}

long parse_time(const char *text)
{
	static const struct {
		char unit;
		long seconds;
	} units[] = { { 'h', 3600 }, { 'm', 60 }, { 's', 1 } };
	size_t next = 0;
	long sum = 0;

	do {
		char *end;
		long n;

		if (!isdigit((unsigned char)*text))
			return -1;
		errno = 0;
		n = strtol(text, &end, 10);
		/* A number alone is of seconds. */
		if (!*end && !next)
			return !errno && n > 0 && n <= TIME_MAX ? n : -1;
		while (next < ARRAY_SIZE(units) && units[next].unit != *end)
			next++;
		if (errno || next == ARRAY_SIZE(units) || n > TIME_MAX)
			return -1;
		sum += n * units[next++].seconds;
		text = end + 1;
	} while (*text);
	return sum > 0 && sum <= TIME_MAX ? sum : -1;
}

static int take_number(const struct option_def *d, const char *text, long *out)
{
	char *end;

	errno = 0;
	*out = strtol(text, &end, 10);
	if (!errno && isdigit((unsigned char)*text) && !*end && *out >= d->min && *out <= d->max)
		return 0;
	err("--%s %s: give a whole number from %ld to %ld", d->name, text, d->min, d->max);
	return PINLAB_USAGE;
}

static int take_percent(const struct option_def *d, const char *text, double *out)
{
	char *end;

	*out = strtod(text, &end);
	if (*text && !*end && *out > 0 && *out < 100)
		return 0;
	err("--%s %s: give a percentage above 0 and below 100", d->name, text);
	return PINLAB_USAGE;
}

static int take_time(const struct option_def *d, const char *text, long *out)
{
	*out = parse_time(text);
	if (*out > 0)
		return 0;
	err("--%s %s: give a time from 1s to 720h: 90m, 2h, 1h30m, 5400s, or 5400 (seconds)",
	    d->name, text);
	return PINLAB_USAGE;
}

static int take(struct options *o, const struct option_def *d, const char *text)
{
	void *at = (char *)o + d->at;

	if (d->said)
		*(bool *)((char *)o + d->said) = true;
	switch (d->type) {
	case OPTION_TEXT:
		*(const char **)at = text;
		return 0;
	case OPTION_LIST:
		strlist_add(at, text);
		return 0;
	case OPTION_FLAG:
		*(bool *)at = true;
		return 0;
	case OPTION_NUMBER:
		return take_number(d, text, at);
	case OPTION_PERCENT:
		return take_percent(d, text, at);
	case OPTION_TIME:
		return take_time(d, text, at);
	}
	return PINLAB_USAGE;
}

static int missing_value(const char *verb, const struct option_def *d)
{
	err("%s --%s: its value is missing (%s); see ./pinlab %s --help", verb, d->name, d->value,
	    verb);
	return PINLAB_USAGE;
}

/* What getopt takes for none of the verb's options, or does not take for another reason. */
static int unknown_option(const char *verb, const struct takes *takes, const char *said)
{
	const char *name = said + strspn(said, "-");
	const struct option_def *d = find_def(name, strcspn(name, "="));
	struct strlist names = { 0 };
	char *near;

	if (d && d->type == OPTION_FLAG && takes_it(takes, d->name)) {
		err("%s %s: --%s takes no value", verb, said, d->name);
		return PINLAB_USAGE;
	}
	for (; takes && takes->option; takes++)
		strlist_take(&names, xasprintf("--%s", takes->option));
	near = near_names(said, &names);
	err("%s %s: no such option%s%s; see ./pinlab %s --help", verb, said,
	    near ? "; near it: " : "", near ? near : "", verb);
	free(near);
	strlist_free(&names);
	return PINLAB_USAGE;
}

/* The verb's part of the table, as getopt wants it: val is the place in defs[], and 256. */
static void getopt_table(const struct takes *takes, struct option *out)
{
	for (; takes && takes->option; takes++, out++) {
		const struct option_def *d = find_def(takes->option, strlen(takes->option));

		*out = (struct option){ d->name, d->value ? required_argument : no_argument, NULL,
					256 + (d - defs) };
	}
	*out = (struct option){ 0 };
}

int options_parse(struct options *o, const char *verb, const struct takes *takes, int argc,
		  char **argv)
{
	struct option table[ARRAY_SIZE(defs) + 1];
	int c, at;

	*o = (struct options){ .seed = 1, .delta = 2.0, .argc = argc, .argv = argv };
	getopt_table(takes, table);
	opterr = 0;
	/* 0: begin anew, whatever an earlier call has left. */
	optind = 0;
	/* argv[1] is the verb: it stands where getopt expects the program's name. */
	argc--;
	argv++;
	for (;;) {
		const struct option_def *d;

		at = optind ? optind : 1;
		c = getopt_long(argc, argv, ":", table, NULL);
		if (c == -1)
			break;
		if (c == '?')
			/* Behind arguments that getopt has moved it is what it read last. */
			return unknown_option(verb, takes, argv[optind > at ? optind - 1 : at]);
		d = &defs[(c == ':' ? optopt : c) - 256];
		/* Nothing, or the next option in its place: what an empty variable leaves. */
		if (c == ':' || (optarg && (!*optarg || !strncmp(optarg, "--", 2))))
			return missing_value(verb, d);
		if (take(o, d, optarg))
			return PINLAB_USAGE;
	}
	for (; optind < argc; optind++)
		strlist_add(&o->args, argv[optind]);
	return 0;
}

void options_free(struct options *o)
{
	strlist_free(&o->series);
	strlist_free(&o->args);
}

static int new_line(int column, FILE *f)
{
	fputc('\n', f);
	return fprintf(f, "%*s", column, "");
}

/* Words of `text` in lines that begin at `column`, where the first one is already. */
static void put_wrapped(const char *text, int column, FILE *f)
{
	int at = column;

	while (*text) {
		int len = strcspn(text, "\n ");

		if (at > column && at + 1 + len > HELP_WIDTH)
			at = new_line(column, f);
		if (at > column)
			at += fputc(' ', f) == ' ';
		at += fprintf(f, "%.*s", len, text);
		text += len;
		if (*text == '\n')
			at = new_line(column, f);
		for (; *text == '\n'; text++)
			;
		/* Blanks in a row stand: they make columns. */
		if (*text == ' ')
			for (text++; *text == ' '; text++)
				at += fputc(' ', f) == ' ';
	}
	fputc('\n', f);
}

void options_help(const struct takes *takes, FILE *f)
{
	int width = 0;

	for (const struct takes *t = takes; t && t->option; t++) {
		const struct option_def *d = find_def(t->option, strlen(t->option));
		int n = strlen(d->name) + (d->value ? 1 + strlen(d->value) : 0);

		/* One that is very long has its text below it. */
		if (n > width && n < 20)
			width = n;
	}
	for (const struct takes *t = takes; t && t->option; t++) {
		const struct option_def *d = find_def(t->option, strlen(t->option));
		int n = fprintf(f, "  --%s%s%s", d->name, d->value ? " " : "",
				d->value ? d->value : "") - 4;

		if (n > width)
			new_line(width + 6, f);
		else
			fprintf(f, "%*s", width - n + 2, "");
		put_wrapped(t->help ? t->help : d->help, width + 6, f);
	}
}
