// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "host/run/folder.h"
#include "host/run/quiet.h"
#include "host/run/verb.h"

static void usage(FILE *f)
{
	fputs("pinlab: does exclusive pinning keep its promise, and what does it cost the rest?\n"
	      "\n"
	      "Usage: ./pinlab VERB [OPTIONS]      ./pinlab VERB --help\n"
	      "\n", f);
	for (const struct verb *const *v = verbs_all(); *v; v++)
		fprintf(f, "  %-8s %s\n", (*v)->name, (*v)->summary);
	fputs("\n"
	      "Start with `./pinlab doctor`, then `./pinlab bench`.\n"
	      "Exit status: 0 nothing failed, 1 a verdict is FAIL (compare: a row is\n"
	      "slower), 2 usage, 3 the run itself broke, 130 interrupted.\n", f);
}

static void help(const struct verb *v)
{
	const char *usage = v->usage ? v->usage : v->options ? "[OPTIONS]" : "";

	printf("Usage: ./pinlab %s%s%s\n\n%s", v->name, *usage ? " " : "", usage, v->about);
	if (v->options) {
		putchar('\n');
		options_help(v->options, stdout);
	}
	if (v->notes)
		printf("\n%s", v->notes);
	if (v->examples)
		printf("\n%s:\n%s", strchr(v->examples, '\n')[1] ? "Examples" : "Example",
		       v->examples);
}

static int unknown_verb(const char *said)
{
	struct strlist names = { 0 };
	char *near;

	for (const struct verb *const *v = verbs_all(); *v; v++)
		strlist_add(&names, (*v)->name);
	near = near_names(said, &names);
	err("no verb is called %s%s%s; see ./pinlab --help", said, near ? "; near it: " : "",
	    near ? near : "");
	free(near);
	strlist_free(&names);
	return PINLAB_USAGE;
}

/* Behind -- it is an argument like others. */
static bool wants_help(int argc, char **argv)
{
	for (int i = 2; i < argc && strcmp(argv[i], "--"); i++)
		if (!strcmp(argv[i], "--help") || !strcmp(argv[i], "-h"))
			return true;
	return false;
}

static int run(const struct verb *v, int argc, char **argv)
{
	struct options o;
	int ret = options_parse(&o, v->name, v->options, argc, argv);

	if (!ret && o.args.n > (size_t)v->max_args) {
		err("%s %s: %s; see ./pinlab %s --help", v->name, o.args.v[v->max_args],
		    v->no_args ? v->no_args : v->options ? "options only, please" :
		    "takes no arguments", v->name);
		ret = PINLAB_USAGE;
	}
	if (!ret && o.again && !o.run) {
		err("%s --again %s: of which run? --run names it", v->name, o.again);
		ret = PINLAB_USAGE;
	}
	if (!ret && o.run)
		ret = run_check_name(o.run);
	if (!ret)
		ret = v->run(v, &o);
	options_free(&o);
	return ret;
}

static int dispatch(int argc, char **argv)
{
	const struct verb *v;

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
	v = verb_find(argv[1]);
	if (!v)
		return unknown_verb(argv[1]);
	if (wants_help(argc, argv)) {
		help(v);
		return PINLAB_OK;
	}
	return run(v, argc, argv);
}

int main(int argc, char **argv)
{
	int ret;

	catch_interrupts();
	quiet_recover(&quiet_here);
	ret = dispatch(argc, argv);
	/* What was asked for has to arrive, whatever it says. */
	if (fflush(stdout) || ferror(stdout)) {
		err("standard output cannot be written: %s", strerror(errno));
		return ret == PINLAB_INTERRUPTED ? ret : PINLAB_BROKE;
	}
	return ret;
}
