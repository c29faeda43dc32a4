// SPDX-License-Identifier: GPL-2.0
#include "host/kernel/kconfig.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "host/base/files.h"
#include "host/base/process.h"

/* So many options are named where a .config is not what was asked for. */
#define MAX_NAMED 10

struct want {
	char *name, *value;	/* CONFIG_X, y */
	int any;		/* number of the #ANY# line that it is part of; 0: none */
	bool if_known;
};

struct wants {
	struct want *v;
	size_t n;
	int any_lines;
};

void flavors_list(struct strlist *names)
{
	char *dir = xasprintf("%s/kernels/flavors", repo_dir());
	struct strlist files = { 0 };

	list_dir(dir, &files);
	for (size_t i = 0; i < files.n; i++) {
		char *dot = strchr(files.v[i], '.');

		if (!dot || strcmp(dot, ".config"))
			continue;
		*dot = '\0';
		strlist_add(names, files.v[i]);
	}
	strlist_free(&files);
	free(dir);
}

/* The text of kernels/flavors/FLAVOR.END; NULL and errno. */
static char *flavor_file(const char *flavor, const char *end)
{
	char *path = xasprintf("%s/kernels/flavors/%s.%s", repo_dir(), flavor, end);
	char *text = read_file(path, NULL);
	int e = errno;

	free(path);
	errno = e;
	return text;
}

/* The flavor that FLAVOR.config begins from, or "". NULL after saying why not. */
static char *begins_from(const char *flavor, const char *config)
{
	struct strlist lines = { 0 }, names = { 0 };
	char *from = NULL;

	strlist_split(&lines, config, "\n");
	for (size_t i = 0; i < lines.n; i++)
		if (!strncmp(lines.v[i], "#INCLUDE# ", 10))
			strlist_split(&names, lines.v[i] + 10, " \t\r");
	if (names.n > 1)
		err("flavor %s has an #INCLUDE# of %s and of %s: only one is allowed", flavor,
		    names.v[0], names.v[1]);
	else
		from = xstrdup(names.n ? names.v[0] : "");
	strlist_free(&lines);
	strlist_free(&names);
	return from;
}

/*
 * The flavor, what it begins from, what that begins from, and so on. No flavor
 * twice: that ends it. 0, or -1 after saying what is wrong.
 */
static int flavor_chain(const char *flavor, struct strlist *chain)
{
	char *name = xstrdup(flavor), *config, *from;

	while (name && *name) {
		if (strlist_has(chain, name)) {
			err("flavor %s: its #INCLUDE# lines lead back to %s", flavor, name);
			break;
		}
		config = flavor_file(name, "config");
		if (!config) {
			err("reading the fragment of flavor %s%s%s: %s", name,
			    chain->n ? ", #INCLUDE# of " : "",
			    chain->n ? chain->v[chain->n - 1] : "", strerror(errno));
			break;
		}
		strlist_take(chain, name);
		from = begins_from(name, config);
		free(config);
		name = from;
	}
	if (name && !*name) {
		free(name);
		return 0;
	}
	free(name);
	return -1;
}

static void append(char **text, const char *sep, const char *more)
{
	char *all = xasprintf("%s%s%s", *text, **text ? sep : "", more);

	free(*text);
	*text = all;
}

char *flavor_text(const char *flavor, const char *arch, const char *branch)
{
	char *ends[] = {
		xstrdup("config"), xasprintf("%s.config", arch), xasprintf("%s.config", branch),
	};
	char *text = xstrdup(""), *part;
	struct strlist chain = { 0 };

	if (flavor_chain(flavor, &chain)) {
		free(text);
		text = NULL;
	}
	for (size_t i = chain.n; text && i-- > 0;)
		for (size_t k = 0; k < ARRAY_SIZE(ends); k++) {
			part = flavor_file(chain.v[i], ends[k]);
			append(&text, "", part ? part : "");
			free(part);
		}
	for (size_t k = 0; k < ARRAY_SIZE(ends); k++)
		free(ends[k]);
	strlist_free(&chain);
	return text;
}

static void append_words(char **words, const char *text)
{
	struct strlist lines = { 0 };

	strlist_split(&lines, text, "\n");
	for (size_t i = 0; i < lines.n; i++) {
		struct strlist l = { 0 };

		strlist_split(&l, lines.v[i], " \t\r");
		for (size_t k = 0; k < l.n && *l.v[k] != '#'; k++)
			append(words, " ", l.v[k]);
		strlist_free(&l);
	}
	strlist_free(&lines);
}

char *flavor_boot(const char *flavor)
{
	char *words = xstrdup(""), *text;
	struct strlist chain = { 0 };
	bool bad = flavor_chain(flavor, &chain);

	for (size_t i = chain.n; !bad && i-- > 0;) {
		text = flavor_file(chain.v[i], "boot");
		if (text) {
			append_words(&words, text);
		} else if (errno != ENOENT) {
			err("reading the boot words of flavor %s: %s", chain.v[i],
			    strerror(errno));
			bad = true;
		}
		free(text);
	}
	strlist_free(&chain);
	if (!bad)
		return words;
	free(words);
	return NULL;
}

static void want(struct wants *w, const char *assignment, int any, bool if_known)
{
	const char *eq = strchr(assignment, '=');
	struct want *slot = NULL;
	char *name;

	if (strncmp(assignment, "CONFIG_", 7) || !eq)
		return;
	name = xasprintf("%.*s", (int)(eq - assignment), assignment);
	for (size_t i = 0; i < w->n; i++)
		if (!strcmp(w->v[i].name, name))
			slot = &w->v[i];
	if (!slot) {
		w->v = xrealloc(w->v, (w->n + 1) * sizeof(*w->v));
		slot = &w->v[w->n++];
		*slot = (struct want){ .name = xstrdup(name) };
	}
	free(slot->value);
	slot->value = xstrdup(eq + 1);
	slot->any = any;
	slot->if_known = if_known;
	free(name);
}

static void wants_of(const char *text, struct wants *w)
{
	struct strlist lines = { 0 };

	*w = (struct wants){ 0 };
	strlist_split(&lines, text, "\n");
	for (size_t i = 0; i < lines.n; i++) {
		struct strlist words = { 0 };

		if (!strncmp(lines.v[i], "#ANY# ", 6)) {
			w->any_lines++;
			strlist_split(&words, lines.v[i] + 6, " ");
			for (size_t k = 0; k < words.n; k++)
				want(w, words.v[k], w->any_lines, false);
			strlist_free(&words);
		} else if (!strncmp(lines.v[i], "#IF-KNOWN# ", 11)) {
			want(w, lines.v[i] + 11, 0, true);
		} else {
			want(w, lines.v[i], 0, false);
		}
	}
	strlist_free(&lines);
}

static void wants_free(struct wants *w)
{
	for (size_t i = 0; i < w->n; i++) {
		free(w->v[i].name);
		free(w->v[i].value);
	}
	free(w->v);
}

int kconfig_known(const char *text, const char *linux_dir, struct strlist *known)
{
	struct wants w;
	int ret = 0;

	wants_of(text, &w);
	for (size_t i = 0; i < w.n && !ret; i++) {
		char *argv[] = { "grep", "-rqE", "--include=Kconfig*", NULL, ".", NULL };
		char *name = w.v[i].name + strlen("CONFIG_"), *re;

		if (!w.v[i].if_known)
			continue;
		re = xasprintf("^[[:space:]]*(menu)?config[[:space:]]+%s[[:space:]]*$", name);
		argv[3] = re;
		switch (run_program(argv, linux_dir, NULL, NULL, NULL)) {
		case 0:
			strlist_add(known, name);
			break;
		case 1:
			break;
		default:
			ret = -EIO;
		}
		free(re);
	}
	wants_free(&w);
	return ret;
}

static bool wanted(const struct want *w, const struct strlist *known)
{
	return !w->if_known || strlist_has(known, w->name + strlen("CONFIG_"));
}

char *kconfig_allconfig(const char *text, const struct strlist *known)
{
	char *out = xstrdup("");
	struct wants w;

	wants_of(text, &w);
	for (size_t i = 0; i < w.n; i++) {
		const struct want *v = &w.v[i];
		char *more;

		if (!wanted(v, known))
			continue;
		if (strcmp(v->value, "n"))
			more = xasprintf("%s%s=%s\n", out, v->name, v->value);
		else
			more = xasprintf("%s# %s is not set\n", out, v->name);
		free(out);
		out = more;
	}
	wants_free(&w);
	return out;
}

/* The value in a .config, "n" where it is not set or not known there. */
static char *value_in(const char *config, const char *name)
{
	size_t n = strlen(name);

	for (const char *l = config; l; l = strchr(l, '\n')) {
		l += *l == '\n';
		if (!strncmp(l, name, n) && l[n] == '=')
			return xasprintf("%.*s", (int)strcspn(l + n + 1, "\n"), l + n + 1);
	}
	return xstrdup("n");
}

static void complain(const struct want *w, const char *got, int *bad)
{
	if (++*bad <= MAX_NAMED)
		err("the final .config has %s=%s, and the flavor asks for %s%s", w->name, got,
		    w->value, w->any ? " (or for another of its #ANY# line)" : "");
}

int kconfig_check(const char *text, const struct strlist *known, const char *config_path)
{
	char *config = read_file(config_path, NULL);
	bool *met = NULL;
	struct wants w;
	int bad = 0;

	if (!config) {
		err("reading %s: %s", config_path, strerror(errno));
		return PINLAB_BROKE;
	}
	wants_of(text, &w);
	met = xcalloc(w.any_lines + 1, sizeof(*met));
	for (size_t pass = 0; pass < 2; pass++) {
		for (size_t i = 0; i < w.n; i++) {
			char *got = value_in(config, w.v[i].name);
			bool same = !strcmp(got, w.v[i].value);

			if (w.v[i].any && !pass)
				met[w.v[i].any] |= same;
			else if (pass && !same && wanted(&w.v[i], known) && !met[w.v[i].any])
				complain(&w.v[i], got, &bad);
			free(got);
		}
	}
	if (bad)
		err("%d option%s not honoured: what it depends on is missing in the fragments, "
		    "or this kernel does not have it; see kernels/flavors", bad,
		    bad > 1 ? "s are" : " is");
	free(met);
	wants_free(&w);
	free(config);
	return bad ? PINLAB_BROKE : PINLAB_OK;
}
