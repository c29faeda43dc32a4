// SPDX-License-Identifier: GPL-2.0
#include "host/options.h"

#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

enum {
	OPT_KERNELS = 256, OPT_BENCH, OPT_ENGINE, OPT_FLAVOR, OPT_BASE, OPT_RUN, OPT_MODULE,
	OPT_SERIES, OPT_BOOTS, OPT_DELTA, OPT_JOBS, OPT_TIMEOUT, OPT_SILENCE, OPT_SEED,
	OPT_NO_PROFILE, OPT_SCENARIOS, OPT_DURATION, OPT_STOP, OPT_HOST_KERNEL,
	OPT_BUDGET, OPT_FLAVORS, OPT_AGAINST, OPT_PATHS, OPT_MODE, OPT_SOURCE,
};

static const struct option table[] = {
	{ "kernels", required_argument, NULL, OPT_KERNELS },
	{ "bench", required_argument, NULL, OPT_BENCH },
	{ "engine", required_argument, NULL, OPT_ENGINE },
	{ "flavor", required_argument, NULL, OPT_FLAVOR },
	{ "base", required_argument, NULL, OPT_BASE },
	{ "run", required_argument, NULL, OPT_RUN },
	{ "module", required_argument, NULL, OPT_MODULE },
	{ "series", required_argument, NULL, OPT_SERIES },
	{ "boots", required_argument, NULL, OPT_BOOTS },
	{ "delta", required_argument, NULL, OPT_DELTA },
	{ "jobs", required_argument, NULL, OPT_JOBS },
	{ "timeout", required_argument, NULL, OPT_TIMEOUT },
	{ "silence", required_argument, NULL, OPT_SILENCE },
	{ "seed", required_argument, NULL, OPT_SEED },
	{ "no-profile", no_argument, NULL, OPT_NO_PROFILE },
	{ "scenarios", required_argument, NULL, OPT_SCENARIOS },
	{ "duration", required_argument, NULL, OPT_DURATION },
	{ "stop", no_argument, NULL, OPT_STOP },
	{ "on-the-running-kernel", no_argument, NULL, OPT_HOST_KERNEL },
	{ "budget", required_argument, NULL, OPT_BUDGET },
	{ "flavors", required_argument, NULL, OPT_FLAVORS },
	{ "against", required_argument, NULL, OPT_AGAINST },
	{ "paths", required_argument, NULL, OPT_PATHS },
	{ "mode", required_argument, NULL, OPT_MODE },
	{ "source", no_argument, NULL, OPT_SOURCE },
	{ 0 }
};

/* The options that each verb takes; what is said to another is a mistake. */
static const struct {
	const char *verb;
	const char *takes;
} allowed[] = {
	{ "bench", "kernels bench engine flavor base run module series boots delta jobs "
		   "timeout silence seed no-profile" },
	{ "torture", "kernels scenarios engine flavor base run module series boots duration jobs "
		     "timeout silence seed stop on-the-running-kernel" },
	{ "paths", "kernels paths mode engine flavor base run series jobs timeout silence" },
	{ "nightly", "budget kernels flavors scenarios engine base series seed run against" },
	{ "kernel", "kernels flavor base series source" },
	{ "report", "run" },
	{ "compare", "seed" },
	{ "list", "" },
	{ "doctor", "" },
};

static bool verb_takes(const char *verb, const char *option)
{
	struct strlist words = { 0 };
	bool hit = false;

	for (size_t i = 0; i < ARRAY_SIZE(allowed); i++)
		if (!strcmp(allowed[i].verb, verb))
			strlist_split(&words, allowed[i].takes, " ");
	hit = strlist_has(&words, option);
	strlist_free(&words);
	return hit;
}

static int number(const char *option, const char *text, long min, long max, long *out)
{
	char *end;

	errno = 0;
	*out = strtol(text, &end, 10);
	if (!errno && *text && !*end && *out >= min && *out <= max)
		return 0;
	err("--%s %s: a whole number from %ld to %ld is wanted", option, text, min, max);
	return PINLAB_USAGE;
}

static int take(struct options *o, int c, const char *arg)
{
	char *end;
	long n;

	switch (c) {
	case OPT_KERNELS:
		o->kernels = arg;
		return 0;
	case OPT_BENCH:
		o->bench = arg;
		return 0;
	case OPT_ENGINE:
		o->engine = arg;
		return 0;
	case OPT_FLAVOR:
		o->flavor = arg;
		return 0;
	case OPT_BASE:
		o->base = arg;
		return 0;
	case OPT_RUN:
		o->run = arg;
		return 0;
	case OPT_MODULE:
		o->module = arg;
		return 0;
	case OPT_SERIES:
		strlist_add(&o->series, arg);
		return 0;
	case OPT_SCENARIOS:
		o->scenarios = arg;
		return 0;
	case OPT_DURATION:
		return number("duration", arg, 1, 86400, &o->duration);
	case OPT_STOP:
		o->stop = true;
		return 0;
	case OPT_HOST_KERNEL:
		o->host_kernel = true;
		return 0;
	case OPT_BUDGET:
		o->budget = arg;
		return 0;
	case OPT_FLAVORS:
		o->flavors = arg;
		return 0;
	case OPT_AGAINST:
		o->against = arg;
		return 0;
	case OPT_PATHS:
		o->paths = arg;
		return 0;
	case OPT_MODE:
		o->mode = arg;
		return 0;
	case OPT_SOURCE:
		o->source = true;
		return 0;
	case OPT_NO_PROFILE:
		o->profile = false;
		return 0;
	case OPT_BOOTS:
		return number("boots", arg, 1, 1000, &o->boots);
	case OPT_JOBS:
		return number("jobs", arg, 1, 256, &o->jobs);
	case OPT_TIMEOUT:
		return number("timeout", arg, 1, 86400, &o->timeout);
	case OPT_SILENCE:
		return number("silence", arg, 1, 86400, &o->silence);
	case OPT_SEED:
		if (number("seed", arg, 0, 0x7fffffff, &n))
			return PINLAB_USAGE;
		o->seed = n;
		o->seed_said = true;
		return 0;
	case OPT_DELTA:
		o->delta = strtod(arg, &end);
		if (*arg && !*end && o->delta > 0 && o->delta < 100)
			return 0;
		err("--delta %s: percent are wanted, above 0 and below 100", arg);
		return PINLAB_USAGE;
	}
	return PINLAB_USAGE;
}

static int unknown_option(const char *verb, const char *said)
{
	struct strlist names = { 0 };
	char *near;

	for (const struct option *t = table; t->name; t++)
		if (verb_takes(verb, t->name))
			strlist_take(&names, xasprintf("--%s", t->name));
	near = near_names(said, &names);
	err("%s %s: no such option, or it lacks its value%s%s; see ./pinlab %s --help", verb, said,
	    near ? "; near it: " : "", near ? near : "", verb);
	free(near);
	strlist_free(&names);
	return PINLAB_USAGE;
}

int options_parse(struct options *o, const char *verb, int argc, char **argv)
{
	int c, at;

	*o = (struct options){ .seed = 1, .delta = 2.0, .profile = true, .argc = argc,
			       .argv = argv };
	opterr = 0;
	/* argv[1] is the verb: it stands where getopt expects the program's name. */
	optind = 1;
	argc--;
	argv++;
	for (;;) {
		at = optind;
		c = getopt_long(argc, argv, ":", table, NULL);
		if (c == -1)
			break;
		if (c == '?' || c == ':')
			return unknown_option(verb, argv[at < argc ? at : argc - 1]);
		for (const struct option *t = table; t->name; t++)
			if (t->val == c && !verb_takes(verb, t->name))
				return unknown_option(verb, argv[at]);
		if (take(o, c, optarg))
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
