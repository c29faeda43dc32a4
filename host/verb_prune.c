// SPDX-License-Identifier: GPL-2.0
#include <stdlib.h>
#include <string.h>

#include "host/base/files.h"
#include "host/kernel/prune.h"
#include "host/run/verb.h"

#define DEFAULT_DAYS 30

static int run(const struct verb *v, struct options *o)
{
	long days = o->days_said ? o->days : DEFAULT_DAYS;
	size_t removed;
	long long freed = cache_prune(days, &removed);

	(void)v;
	if (interrupted)
		return PINLAB_INTERRUPTED;
	if (freed < 0)
		return PINLAB_BROKE;
	printf("removed %zu entries that were not used for %ld days, %lld MiB; %lld MiB are free in %s\n",
	       removed, days, freed >> 20, free_bytes(cache_dir()) >> 20, cache_dir());
	return PINLAB_OK;
}

static int list(const char *glob)
{
	struct cache_entry *all;
	size_t n = cache_list(&all), shown = 0;
	long long sum = 0;

	for (size_t i = 0; i < n; i++) {
		char *slash = strchr(all[i].path, '/');
		int len = (int)(slash - all[i].path) + 13;

		if (glob && !glob_match(glob, all[i].path) && !glob_match(glob, all[i].what))
			continue;
		printf("%-24.*s %6lld MiB  used %3.0f days ago%s%s%s\n", len, all[i].path,
		       (all[i].bytes + (1 << 20) - 1) >> 20, all[i].days,
		       all[i].busy ? ", in use now" : "", *all[i].what ? "  " : "", all[i].what);
		sum += all[i].bytes;
		shown++;
	}
	cache_list_free(all, n);
	if (glob && !shown) {
		err("nothing in the cache matches %s", glob);
		return PINLAB_USAGE;
	}
	printf("%lld MiB in %zu entries of %s, where %lld MiB are free\n", sum >> 20, shown,
	       cache_dir(), free_bytes(cache_dir()) >> 20);
	return PINLAB_OK;
}

PINLAB_VERB(prune) = {
	.place		= 95,
	.name		= "prune",
	.summary	= "remove from the cache what was not used lately",
	.about		=
"Removes sources, objects, kernels, drivers and images that nothing has used for\n"
"N days. What a running pinlab uses stays; what is needed again is made again.\n"
"`./pinlab list cache` shows what there is.\n",
	.options	= (const struct takes[]){ { "days" }, { NULL } },
	.examples	=
"  ./pinlab prune --days 7\n",
	.run		= run,
	.lists		= (const struct verb_list[]){ { "cache", list }, { NULL } },
};
