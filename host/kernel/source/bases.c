// SPDX-License-Identifier: GPL-2.0
#include "host/kernel/source/bases.h"

#include <stdlib.h>
#include <string.h>

#include "host/base/files.h"

/* "6.1" before "6.12": by number, not by letter. */
static int by_version(const void *a, const void *b)
{
	return strverscmp(*(char *const *)a, *(char *const *)b);
}

void bases_list(struct strlist *names)
{
	char *dir = xasprintf("%s/kernels/bases", repo_dir());

	list_dir(dir, names);
	if (names->n)
		qsort(names->v, names->n, sizeof(*names->v), by_version);
	free(dir);
}

int base_load(const char *name, struct base *b)
{
	char *path = xasprintf("%s/kernels/bases/%s", repo_dir(), name);
	char *text = read_file(path, NULL);
	struct strlist lines = { 0 };
	int ret = PINLAB_OK;

	*b = (struct base){ 0 };
	if (text)
		strlist_split(&lines, text, "\n");
	for (size_t i = 0; i < lines.n; i++) {
		char *value = strchr(lines.v[i], ' ');

		if (lines.v[i][0] == '#' || !value)
			continue;
		*value++ = '\0';
		if (!strcmp(lines.v[i], "package"))
			b->package = xstrdup(value);
		else if (!strcmp(lines.v[i], "suite"))
			b->suite = xstrdup(value);
		else if (!strcmp(lines.v[i], "files"))
			strlist_add(&b->files, value);
	}
	if (!b->package) {
		err("%s names no package", path);
		ret = PINLAB_BROKE;
	}
	strlist_free(&lines);
	free(text);
	free(path);
	return ret;
}

void base_free(struct base *b)
{
	free(b->package);
	free(b->suite);
	strlist_free(&b->files);
}

long base_files(const char *branch, const char *flavor)
{
	struct strlist bases = { 0 };
	size_t len = strlen(flavor);
	struct base b;
	long n = 0;

	bases_list(&bases);
	if (strlist_has(&bases, branch)) {
		base_load(branch, &b);
		for (size_t i = 0; i < b.files.n; i++)
			if (!strncmp(b.files.v[i], flavor, len) && b.files.v[i][len] == ' ')
				n = atol(b.files.v[i] + len + 1);
		base_free(&b);
	}
	strlist_free(&bases);
	return n;
}

/* The number that stands behind "NAME =" at the start of a line. */
static long makefile_number(const char *text, const char *name)
{
	size_t len = strlen(name);

	for (const char *l = text; l; l = strchr(l, '\n')) {
		l += *l == '\n';
		if (!strncmp(l, name, len) && !strncmp(l + len, " =", 2))
			return atol(l + len + 2);
	}
	return -1;
}

char *branch_of(const char *makefile)
{
	long version = makefile_number(makefile, "VERSION");
	long patchlevel = makefile_number(makefile, "PATCHLEVEL");

	if (version < 0 || patchlevel < 0)
		return NULL;
	return xasprintf("%ld.%ld", version, patchlevel);
}
