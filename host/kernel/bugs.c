// SPDX-License-Identifier: GPL-2.0
#include "host/kernel/bugs.h"

#include <stdlib.h>
#include <string.h>

#include "host/base/files.h"

#define SUFFIX ".patch"

static char *bugs_folder(const char *branch)
{
	return xasprintf("%s/kernels/busted/%s", repo_dir(), branch);
}

const char *bug_name(const char *variant)
{
	size_t n = strlen(BUG_VARIANT ":");

	return strncmp(variant, BUG_VARIANT ":", n) ? NULL : variant + n;
}

char *bug_path(const char *branch, const char *name)
{
	char *dir = bugs_folder(branch), *path = xasprintf("%s/%s" SUFFIX, dir, name);

	free(dir);
	if (!strchr(name, '/') && file_exists(path))
		return path;
	free(path);
	return NULL;
}

const char *bug_shown(const char *path)
{
	size_t n = strlen(repo_dir());

	return !strncmp(path, repo_dir(), n) && path[n] == '/' ? path + n + 1 : path;
}

void bugs_list(const char *branch, const char *before, const char *glob, struct strlist *names)
{
	char *dir = bugs_folder(branch);
	struct strlist files = { 0 };

	list_dir(dir, &files);
	for (size_t i = 0; i < files.n; i++) {
		char *end = files.v[i] + strlen(files.v[i]) - strlen(SUFFIX);

		if (end <= files.v[i] || strcmp(end, SUFFIX))
			continue;
		*end = '\0';
		if (glob_match(glob, files.v[i]))
			strlist_take(names, xasprintf("%s+" BUG_VARIANT ":%s", before, files.v[i]));
	}
	strlist_free(&files);
	free(dir);
}
