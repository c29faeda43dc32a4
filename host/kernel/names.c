// SPDX-License-Identifier: GPL-2.0
/* From what the user wrote to struct kernel: nothing is fetched or built here. */
#include "host/kernel/names.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "host/base/arch.h"
#include "host/base/files.h"
#include "host/base/git.h"
#include "host/base/text.h"
#include "host/kernel/source/bases.h"
#include "host/kernel/bugs.h"
#include "host/kernel/source/copy.h"
#include "host/kernel/kconfig.h"
#include "host/mail/inputs.h"
#include "host/mail/patchset.h"

#define DEFAULT_BASE "6.12"
#define DEFAULT_VARIANT "exclusive"
#define DEFAULT_FLAVOR "lean"
/* Of a series: it is in the names of files and folders. */
#define MAX_NAME 80

/* What stands on the command line beside the names. */
struct request {
	const char *flavor;
	char *base;		/* the name that --base gives: "6.12", "base"; NULL */
	char *tree, *ref;	/* NULL: the base is one of kernels/bases */
	char *tree_branch;
	struct strlist series;		/* paths */
	struct strlist series_names;
};

/* kernels/patches/BRANCH/VARIANT; the caller frees. */
static char *own_series(const char *branch, const char *variant)
{
	return xasprintf("%s/kernels/patches/%s/%s", repo_dir(), branch, variant);
}

static void variants_list(const char *branch, const char *base, struct strlist *names)
{
	char *dir = xasprintf("%s/kernels/patches/%s", repo_dir(), branch);
	struct strlist found = { 0 };

	list_dir(dir, &found);
	for (size_t i = 0; i < found.n; i++) {
		char *path = own_series(branch, found.v[i]);

		if (is_folder(path))
			strlist_take(names, xasprintf("%s+%s", base, found.v[i]));
		free(path);
	}
	strlist_free(&found);
	free(dir);
}

void kernels_list(struct strlist *names)
{
	struct strlist bases = { 0 };

	bases_list(&bases);
	for (size_t i = 0; i < bases.n; i++) {
		strlist_add(names, bases.v[i]);
		variants_list(bases.v[i], bases.v[i], names);
	}
	for (size_t i = 0; i < bases.n; i++)
		bugs_list(bases.v[i], bases.v[i], "*", names);
	strlist_free(&bases);
}

/* "my-series" from "some/where/my series.mbox.gz". */
char *series_name(const char *path)
{
	char *whole = xstrdup(path), *base, *name;
	size_t n = strlen(whole);

	while (n > 1 && whole[n - 1] == '/')
		whole[--n] = '\0';
	base = strrchr(whole, '/');
	base = base ? base + 1 : whole;
	name = xasprintf("%.*s", (int)patch_stem(base), base);
	free(whole);

	/* Kernel names are split at commas, slashes and plus signs. */
	for (char *c = name; *c; c++)
		if (!isalnum((unsigned char)*c) && !strchr("._-", *c))
			*c = '-';
	return name;
}

/* Do the suite's own series, of whatever base, or its bugs have that name? */
static bool is_own_name(const char *name)
{
	char *dir = xasprintf("%s/kernels/patches", repo_dir());
	struct strlist branches = { 0 };
	bool own = !strcmp(name, BUG_VARIANT);

	list_dir(dir, &branches);
	for (size_t i = 0; i < branches.n && !own; i++) {
		char *path = own_series(branches.v[i], name);

		own = is_folder(path);
		free(path);
	}
	strlist_free(&branches);
	free(dir);
	return own;
}

/* One of the suite's own, named by its folder: for a base that has none. */
static bool is_own_path(const char *path)
{
	char *dir = xasprintf("%s/kernels/patches/", repo_dir());
	bool own = !strncmp(path, dir, strlen(dir));

	free(dir);
	return own;
}

static const char *check_name(const struct request *r, const char *name, const char *path)
{
	if (!*name || strspn(name, ".") == strlen(name))
		return "a kernel cannot be called like that; give it another name";
	if (strlen(name) > MAX_NAME)
		return "too long for the name of a kernel; give it a shorter one";
	if (is_own_name(name) && !is_own_path(path))
		return "the suite uses that name itself; give it another one";
	for (size_t i = 0; i < r->series_names.n; i++)
		if (!strcmp(r->series_names.v[i], name))
			return "another --series gives a kernel of the same name; rename one";
	return NULL;
}

static int parse_series(struct request *r, const struct strlist *paths)
{
	for (size_t i = 0; paths && i < paths->n; i++) {
		char *full = realpath(paths->v[i], NULL), *name;
		const struct patchset *set;
		const char *why;

		if (!full) {
			err("--series %s: %s; give an mbox, a patch or a folder of patches",
			    paths->v[i], strerror(errno));
			return PINLAB_USAGE;
		}
		if (strlist_has(&r->series, full)) {
			free(full);
			continue;
		}
		name = series_name(full);
		why = check_name(r, name, full);
		strlist_take(&r->series_names, name);
		strlist_take(&r->series, full);
		if (why) {
			err("--series %s: %s", paths->v[i], why);
			return PINLAB_USAGE;
		}
		if (patchset_get(full, &set))
			return PINLAB_USAGE;
	}
	return PINLAB_OK;
}

/* "6.12" of the tree, or of the commit in it; NULL after saying why there is none. */
static char *tree_branch(const char *opt, const char *tree, const char *ref)
{
	char *path = xasprintf("%s/Makefile", tree), *text, *branch = NULL, *commit = NULL;

	if (ref)
		commit = git_commit(tree, ref);
	text = !ref ? read_file(path, NULL) : commit ? git_file(tree, commit, "Makefile") : NULL;
	if (text)
		branch = branch_of(text);
	if (!branch && (!ref || text) && !interrupted)
		err("--base %s: no kernel source %s; give a base, a kernel tree or TREE@REF",
		    opt, ref ? "at that commit" : "there");
	free(commit);
	free(text);
	free(path);
	return branch;
}

static int parse_base(struct request *r, const char *opt)
{
	struct strlist bases = { 0 };
	char *at, *near;
	int ret = PINLAB_OK;

	if (!opt)
		return PINLAB_OK;
	if (!text_is_plain(opt)) {
		near = plain_line(opt);
		err("--base %s: the folder's name has control characters in it", near);
		free(near);
		return PINLAB_USAGE;
	}
	bases_list(&bases);
	if (strlist_has(&bases, opt)) {
		r->base = xstrdup(opt);
		goto out;
	}
	/* A folder's name may have an '@' in it as well. */
	at = is_folder(opt) ? NULL : strrchr(opt, '@');
	r->base = xstrdup("base");
	r->ref = at ? xstrdup(at + 1) : NULL;
	at = at ? xasprintf("%.*s", (int)(at - opt), opt) : xstrdup(opt);
	/* From here on the whole path: git runs in the tree itself. */
	if (is_folder(at))
		r->tree = realpath(at, NULL);
	free(at);
	if (r->tree) {
		r->tree_branch = tree_branch(opt, r->tree, r->ref);
	} else {
		near = near_names(opt, &bases);
		err("--base %s: no such base or folder; give a base, a kernel tree or "
		    "TREE@REF%s%s", opt, near ? "; near it: " : "", near ? near : "");
		free(near);
	}
	if (!r->tree_branch)
		ret = interrupted ? PINLAB_INTERRUPTED : PINLAB_USAGE;
out:
	strlist_free(&bases);
	return ret;
}

/* All names that would be understood, for the near ones. */
static void understood(const struct request *r, struct strlist *names)
{
	kernels_list(names);
	if (r->base && !strlist_has(names, r->base))
		strlist_add(names, r->base);
	if (r->tree) {
		variants_list(r->tree_branch, r->base, names);
		bugs_list(r->tree_branch, r->base, "*", names);
	}
	for (size_t i = 0; i < r->series_names.n; i++)
		strlist_take(names, xasprintf("%s+%s", r->base ? r->base : DEFAULT_BASE,
					      r->series_names.v[i]));
}

static int unknown_kernel(const struct request *r, const char *name, const char *why)
{
	struct strlist names = { 0 };
	char *near;

	understood(r, &names);
	near = near_names(name, &names);
	err("kernel %s: %s%s%s; ./pinlab list kernels shows what there is", name, why,
	    near ? "; near it: " : "", near ? near : "");
	free(near);
	strlist_free(&names);
	return PINLAB_USAGE;
}

/*
 * The series of that name: one of --series, or one of ours for this version.
 * NULL if there is none; *both if there is one of each.
 */
static char *find_series(const struct request *r, const char *branch, const char *variant,
			 bool *both)
{
	char *own = own_series(branch, variant);

	if (!*variant || strchr(variant, '/') || !is_folder(own)) {
		free(own);
		own = NULL;
	}
	*both = false;
	for (size_t i = 0; i < r->series_names.n; i++) {
		if (strcmp(r->series_names.v[i], variant))
			continue;
		*both = own && strcmp(own, r->series.v[i]);
		free(own);
		return xstrdup(r->series.v[i]);
	}
	return own;
}

/* Fills k's series, and its bug if the variant is one. */
static int parse_variant(const struct request *r, struct kernel *k)
{
	const char *bug = bug_name(k->variant);
	bool both;

	if (bug) {
		k->bug = bug_path(k->branch, bug);
		if (!k->bug)
			return unknown_kernel(r, k->name, "no such seeded bug for this base");
	}
	k->series = find_series(r, k->branch, bug ? BUG_SERIES : k->variant, &both);
	if (both) {
		err("kernel %s: this base has a series of that name of its own, and --series gives "
		    "%s", k->name, k->series);
		return PINLAB_USAGE;
	}
	if (k->series)
		return PINLAB_OK;
	return unknown_kernel(r, k->name, bug ? "the series " BUG_SERIES ", which the bug is "
			      "a patch on, does not exist for this base" :
			      !strcmp(k->variant, BUG_VARIANT) ? "no seeded bugs for this base" :
			      "no such series for this base");
}

static int parse_arch(const char *name, struct kernel *k, const char **rest)
{
	const char *slash = strchr(name, '/');
	struct strlist names = { 0 };
	const struct arch *a;
	char *arch = slash ? xasprintf("%.*s", (int)(slash - name), name) : NULL;

	a = arch && !*arch ? NULL : arch_find(arch);
	*rest = slash ? slash + 1 : name;
	if (a)
		k->arch = a->name;
	arch_names(&names);
	if (!a)
		err("kernel %s: the architecture %s cannot be built; %s can", name, arch,
		    names.v[0]);
	strlist_free(&names);
	free(arch);
	return a ? PINLAB_OK : PINLAB_USAGE;
}

static int parse_one(const struct request *r, const char *name, struct kernel *k)
{
	struct strlist bases = { 0 };
	const char *rest, *plus;
	bool is_base;

	*k = (struct kernel){ .name = xstrdup(name), .flavor = xstrdup(r->flavor) };
	if (parse_arch(name, k, &rest))
		return PINLAB_USAGE;
	plus = strchr(rest, '+');
	k->base = plus ? xasprintf("%.*s", (int)(plus - rest), rest) : xstrdup(rest);
	k->variant = xstrdup(plus ? plus + 1 : "");
	if (r->tree && !strcmp(k->base, r->base)) {
		k->tree = xstrdup(r->tree);
		k->ref = r->ref ? xstrdup(r->ref) : NULL;
		k->branch = xstrdup(r->tree_branch);
	} else {
		if (r->base && !strcmp(k->base, "base")) {
			free(k->base);
			k->base = xstrdup(r->base);
		}
		bases_list(&bases);
		is_base = strlist_has(&bases, k->base);
		strlist_free(&bases);
		if (!is_base)
			return unknown_kernel(r, name, "no such base");
		k->branch = xstrdup(k->base);
	}
	return plus ? parse_variant(r, k) : PINLAB_OK;
}

static int check_flavor(const char *flavor)
{
	struct strlist names = { 0 };
	char *near;
	bool ok;

	flavors_list(&names);
	ok = strlist_has(&names, flavor);
	if (!ok) {
		near = near_names(flavor, &names);
		err("flavor %s: no such flavor%s%s; kernels/flavors has %s%s", flavor,
		    near ? "; near it: " : "", near ? near : "", names.n ? names.v[0] : "none",
		    names.n > 1 ? " and others" : "");
		free(near);
	}
	strlist_free(&names);
	return ok ? PINLAB_OK : PINLAB_USAGE;
}

/* What Kconfig fragments, series and bugs of the base of that name are chosen by. */
static const char *branch_named(const struct request *r, const char *base)
{
	if (r->tree && !strcmp(base, r->base))
		return r->tree_branch;
	return r->base && !strcmp(base, "base") ? r->base : base;
}

/*
 * One word of --kernels: seeded bugs may be meant by a glob, or all of them by
 * `busted`. A word that stands for nothing is left to be complained of.
 */
static void expand_word(const struct request *r, const char *word, struct strlist *names)
{
	const char *slash = strchr(word, '/'), *rest = slash ? slash + 1 : word;
	const char *plus = strchr(rest, '+'), *base = r->base ? r->base : DEFAULT_BASE;
	const char *variant = plus ? plus + 1 : rest, *glob = bug_name(variant);
	char *whole, *named;
	size_t had = names->n;

	if (!strcmp(variant, BUG_VARIANT))
		glob = "*";
	if (!glob) {
		strlist_add(names, word);
		return;
	}
	named = plus ? xasprintf("%.*s", (int)(plus - rest), rest) : xstrdup(base);
	whole = xasprintf("%.*s%s", (int)(rest - word), word, named);
	bugs_list(branch_named(r, named), whole, glob, names);
	if (names->n == had)
		strlist_take(names, xasprintf("%s+%s", whole, variant));
	free(whole);
	free(named);
}

/* The names to build: those that were given, or the default; and one a series. */
static void collect_names(const struct request *r, const char *given, struct strlist *names)
{
	const char *base = r->base ? r->base : DEFAULT_BASE, *first;
	struct strlist words = { 0 };
	char *series;

	if (given) {
		strlist_split(&words, given, ", ");
		for (size_t i = 0; i < words.n; i++)
			expand_word(r, words.v[i], names);
		strlist_free(&words);
	} else {
		strlist_add(names, base);
		series = own_series(r->tree ? r->tree_branch : base, DEFAULT_VARIANT);
		/* Who has a series of his own wants that one. */
		if (is_folder(series) && !r->series.n)
			strlist_take(names, xasprintf("%s+%s", base, DEFAULT_VARIANT));
		free(series);
	}
	/* Without --base a series goes on the base of the first kernel. */
	first = names->n && !r->base ? names->v[0] : base;
	for (size_t i = 0; i < r->series_names.n; i++) {
		char *name = xasprintf("%.*s+%s", (int)strcspn(first, "+"), first,
				       r->series_names.v[i]);

		if (strlist_has(names, name))
			free(name);
		else
			strlist_take(names, name);
	}
}

static void request_free(struct request *r)
{
	free(r->base);
	free(r->tree);
	free(r->ref);
	free(r->tree_branch);
	strlist_free(&r->series);
	strlist_free(&r->series_names);
}

int kernels_parse(const char *names, const char *base_opt, const struct strlist *series_opts,
		  const char *flavor, struct kernel **out, size_t *n)
{
	struct request r = { .flavor = flavor ? flavor : DEFAULT_FLAVOR };
	struct strlist list = { 0 };
	int ret = check_flavor(r.flavor);

	*out = NULL;
	*n = 0;
	if (!ret)
		ret = parse_base(&r, base_opt);
	if (!ret)
		ret = parse_series(&r, series_opts);
	if (!ret)
		collect_names(&r, names, &list);
	if (!ret && !list.n) {
		err("--kernels '%s': no name in it", names);
		ret = PINLAB_USAGE;
	}
	*out = xcalloc(list.n, sizeof(**out));
	for (size_t i = 0; i < list.n && !ret; i++) {
		bool again = false;

		for (size_t j = 0; j < *n; j++)
			again |= !strcmp((*out)[j].name, list.v[i]);
		if (!again)
			ret = parse_one(&r, list.v[i], &(*out)[(*n)++]);
	}
	if (ret) {
		kernels_free(*out, *n);
		*out = NULL;
		*n = 0;
	}
	strlist_free(&list);
	request_free(&r);
	return ret;
}

void kernels_free(struct kernel *k, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		char *all[] = { k[i].name, k[i].base, k[i].variant, k[i].flavor, k[i].series,
				k[i].bug, k[i].tree, k[i].ref, k[i].branch, k[i].dir, k[i].driver,
				k[i].release, k[i].base_version, k[i].compiler, k[i].series_sha,
				k[i].config_sha };

		for (size_t j = 0; j < ARRAY_SIZE(all); j++)
			free(all[j]);
	}
	free(k);
}
