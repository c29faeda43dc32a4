// SPDX-License-Identifier: GPL-2.0
#include <stdio.h>
#include <stdlib.h>

#include "host/kernel/kernel.h"
#include "host/kernel/names.h"
#include "host/run/verb.h"

/* Where the sources of the kernels' bases are: one line a kernel, in their order. */
static int sources(const struct kernel *k, size_t n)
{
	int ret = PINLAB_OK;
	char *dir;

	for (size_t i = 0; i < n && !ret; i++) {
		ret = kernel_source(&k[i], &dir);
		if (!ret)
			printf("%s\t%s\n", k[i].name, dir);
		free(dir);
	}
	return ret;
}

static int run(const struct verb *v, struct options *o)
{
	struct kernel *k;
	size_t n;
	int ret;

	(void)v;
	ret = kernels_parse(o->kernels, o->base, &o->series, o->flavor, &k, &n);
	if (!ret)
		ret = o->source ? sources(k, n) : kernels_get(k, n);
	for (size_t i = 0; i < n; i++)
		if (k[i].dir)
			printf("%s\t%s\n", k[i].name, k[i].dir);
	if (ret == PINLAB_INTERRUPTED)
		err("interrupted; what is built is kept, and the rest goes on from there");
	kernels_free(k, n);
	return ret;
}

static int list(const char *glob)
{
	struct strlist names = { 0 };
	size_t shown = 0;

	kernels_list(&names);
	for (size_t i = 0; i < names.n; i++)
		if (!glob || glob_match(glob, names.v[i])) {
			printf("%s\n", names.v[i]);
			shown++;
		}
	if (!shown)
		err("no kernel matches %s; see ./pinlab list kernels", glob ? glob : "*");
	strlist_free(&names);
	return shown ? PINLAB_OK : PINLAB_USAGE;
}

PINLAB_VERB(kernel) = {
	.place		= 60,
	.name		= "kernel",
	.summary	= "build kernels only, and print where they are",
	.about		=
"Prints one line a kernel: its name and the folder with vmlinux, config,\n"
"System.map and the series. Nothing is built twice.\n",
	.examples	=
"  ./pinlab kernel --kernels 6.1+exclusive\n"
"  ./pinlab kernel --kernels 6.12 --source\n",
	.options	= (const struct takes[]){
		{ "kernels" },
		{ "series" },
		{ "base" },
		{ "flavor", "Kconfig set: lean (default), torture, debug, full" },
		{ "source" },
		{ NULL }
	},
	.run		= run,
	.lists		= (const struct verb_list[]){ { "kernels", list }, { NULL } },
};
