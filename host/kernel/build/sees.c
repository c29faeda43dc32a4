// SPDX-License-Identifier: GPL-2.0
#include "host/kernel/build/sees.h"

#include <string.h>

static bool has_suffix(const char *path, const char *const *suffix, size_t n)
{
	size_t len = strlen(path);

	for (size_t i = 0; i < n; i++) {
		size_t m = strlen(suffix[i]);

		if (len > m && !strcmp(path + len - m, suffix[i]))
			return true;
	}
	return false;
}

bool is_header(const char *path)
{
	static const char *const suffix[] = { ".h" };

	return has_suffix(path, suffix, ARRAY_SIZE(suffix));
}

/* C, assembler and text, in contrast to what says how to build. */
static bool is_plain(const char *path)
{
	static const char *const suffix[] = { ".c", ".h", ".S", ".rst", ".txt" };

	return has_suffix(path, suffix, ARRAY_SIZE(suffix)) || !strcmp(path, "MAINTAINERS");
}

bool kconfig_sees(const char *path)
{
	return !is_plain(path) || !strncmp(path, "scripts/", 8);
}

bool modules_see(const char *path)
{
	return kconfig_sees(path) || !strncmp(path, "include/", 8) ||
	       strstr(path, "/include/") || !strncmp(path, "tools/", 6);
}

bool any_of(const struct strlist *paths, bool (*sees)(const char *path))
{
	for (size_t i = 0; i < paths->n; i++)
		if (sees(paths->v[i]))
			return true;
	return false;
}
