// SPDX-License-Identifier: GPL-2.0
#include <stdio.h>
#include <stdlib.h>

#include "host/kernel/kernel.h"
#include "host/kernel/names.h"
#include "host/verb.h"

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

int verb_kernel(struct options *o)
{
	struct kernel *k;
	size_t n;
	int ret;

	if (o->args.n) {
		err("kernel %s: options only, please; see ./pinlab kernel --help", o->args.v[0]);
		return PINLAB_USAGE;
	}
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
