// SPDX-License-Identifier: GPL-2.0
#include "host/kernel/build/stage.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "host/base/files.h"
#include "host/kernel/build/package.h"

void stage_names(struct stage *st, const char *out)
{
	*st = (struct stage){
		.out = xstrdup(out), .aside = xasprintf("%s.base", out),
		.dir = xasprintf("%s.stage", out), .files = xasprintf("%s.stage/pinlab.files", out),
	};
}

void stage_free(struct stage *st)
{
	free(st->out);
	free(st->aside);
	free(st->dir);
	free(st->files);
}

/* Begin it anew. */
static int stage_copy(const struct stage *st)
{
	char *copy = xasprintf("%s.copy", st->out), *stamp = xasprintf("%s/pinlab.key", copy);
	char *const argv[] = { "cp", "-a", "--reflink=auto", st->out, copy, NULL };
	int ret, e = remove_tree(st->dir);

	if (!e)
		e = remove_tree(copy);
	ret = e ? PINLAB_OK : run_quiet(argv, NULL, "copying the base's objects");
	if (!e && !ret && (unlink(stamp) || rename(copy, st->dir)))
		e = -errno;
	if (e)
		err("making room for objects in %s: %s", st->dir, strerror(-e));
	if (ret)
		remove_tree(copy);
	free(stamp);
	free(copy);
	return e ? PINLAB_BROKE : ret;
}

int stage_ready(const struct build *b, struct stage *st)
{
	char *stamp = xasprintf("%s/pinlab.key", st->dir), *have = read_file(stamp, NULL);
	int ret = PINLAB_OK;

	st->fresh = !have || strcmp(have, b->base_key) || unlink(stamp);
	if (st->fresh)
		ret = stage_copy(st);
	free(have);
	free(stamp);
	return ret;
}

int stage_enter(const struct stage *st)
{
	if (!rename(st->out, st->aside) && !rename(st->dir, st->out))
		return PINLAB_OK;
	err("moving %s: %s", st->out, strerror(errno));
	return PINLAB_BROKE;
}

int stage_leave(const struct stage *st)
{
	int ret = 0;

	if (!file_exists(st->aside))
		return 0;
	if (file_exists(st->dir))
		ret = remove_tree(st->out);
	else if (rename(st->out, st->dir) && errno != ENOENT)
		ret = -errno;
	if (!ret && rename(st->aside, st->out))
		ret = -errno;
	return ret;
}
