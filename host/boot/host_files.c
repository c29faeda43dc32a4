// SPDX-License-Identifier: GPL-2.0
#include "host/boot/host_files.h"

#include <errno.h>
#include <fts.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Entries of folders, which cost memory in the guest as well. */
#define ENTRIES_MAX 100000

static void leave(struct host_files *out, const char *path, const char *why)
{
	if (!out->left++)
		out->first_left = xasprintf("%s (%s)", path, why);
}

/* NULL: it is taken. */
static const char *why_not(const FTSENT *e, const struct host_files *out)
{
	switch (e->fts_info) {
	case FTS_DNR:
	case FTS_ERR:
	case FTS_NS:
		return strerror(e->fts_errno);
	case FTS_D:
	case FTS_SL:
	case FTS_SLNONE:
		return out->taken >= ENTRIES_MAX ? "too many files" : NULL;
	case FTS_F:
		if (out->taken >= ENTRIES_MAX)
			return "too many files";
		if (out->bytes + e->fts_statp->st_size > HOST_FILES_MAX)
			return "more than 64 MiB in all";
		return access(e->fts_accpath, R_OK) ? strerror(errno) : NULL;
	}
	return "not a regular file";
}

static int by_name(const FTSENT **a, const FTSENT **b)
{
	return strcmp((*a)->fts_name, (*b)->fts_name);
}

int host_files_list(const char *dir, const char *names, struct host_files *out)
{
	char *const roots[] = { (char *)dir, NULL };
	FILE *f = fopen(names, "we");
	FTS *fts = f ? fts_open(roots, FTS_PHYSICAL | FTS_NOCHDIR | FTS_XDEV, by_name) : NULL;
	size_t skip = strlen(dir) + (dir[strlen(dir) - 1] != '/');
	int ret = fts ? 0 : -errno;
	FTSENT *e;

	*out = (struct host_files){ 0 };
	while (fts && !interrupted && (e = fts_read(fts))) {
		const char *why;

		if (e->fts_level < 1 || e->fts_info == FTS_DP)
			continue;
		why = why_not(e, out);
		if (why) {
			leave(out, e->fts_path + skip, why);
			if (e->fts_info == FTS_D)
				fts_set(fts, e, FTS_SKIP);
			continue;
		}
		out->taken++;
		if (e->fts_info == FTS_F)
			out->bytes += e->fts_statp->st_size;
		fprintf(f, "host/%s", e->fts_path + skip);
		fputc('\0', f);
	}
	if (fts)
		fts_close(fts);
	if (f && fclose(f) && !ret)
		ret = -errno;
	return ret;
}
