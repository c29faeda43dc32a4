// SPDX-License-Identifier: GPL-2.0
/* ./pinlab list: what other verbs have to list. */
#include <stdlib.h>
#include <string.h>

#include "host/run/verb.h"

static void list_names(struct strlist *names)
{
	for (const struct verb *const *v = verbs_all(); *v; v++)
		for (const struct verb_list *l = (*v)->lists; l && l->name; l++)
			strlist_add(names, l->name);
}

static const struct verb_list *find(const char *name)
{
	for (const struct verb *const *v = verbs_all(); *v; v++)
		for (const struct verb_list *l = (*v)->lists; l && l->name; l++)
			if (!strcmp(l->name, name))
				return l;
	return NULL;
}

/* "a, b and c" */
static char *enumerate(const struct strlist *names)
{
	char *s = xstrdup("");

	for (size_t i = 0; i < names->n; i++) {
		char *more = xasprintf("%s%s%s", s, !i ? "" : i + 1 < names->n ? ", " : " and ",
				       names->v[i]);

		free(s);
		s = more;
	}
	return s;
}

static int run(const struct verb *v, struct options *o)
{
	const char *said = o->args.n ? o->args.v[0] : NULL;
	const struct verb_list *l = said ? find(said) : NULL;
	struct strlist names = { 0 };
	char *near, *all;

	if (l)
		return l->print(o->args.n > 1 ? o->args.v[1] : NULL);
	list_names(&names);
	all = enumerate(&names);
	near = said ? near_names(said, &names) : NULL;
	if (said)
		err("%s %s: no such list%s%s; there are %s", v->name, said,
		    near ? "; near it: " : "", near ? near : "", all);
	else
		err("%s: name a list; there are lists of %s", v->name, all);
	free(near);
	free(all);
	strlist_free(&names);
	return PINLAB_USAGE;
}

PINLAB_VERB(list) = {
	.place		= 90,
	.name		= "list",
	.summary	= "what there is: kernels, benchmarks, scenarios, paths, runs, cache",
	.usage		= "WHAT [GLOB]",
	.about		=
"Prints a line for each entry; for benchmarks without a glob, a paragraph.\n"
"Without WHAT it says which lists there are.\n",
	.examples	=
"  ./pinlab list benchmarks 'pin_*'\n",
	.max_args	= 2,
	.no_args	= "one list and one glob, please",
	.run		= run,
};
