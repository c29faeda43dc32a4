// SPDX-License-Identifier: GPL-2.0
#include "host/kernel/initramfs.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "host/base/files.h"
#include "host/base/process.h"
#include "host/kernel/cache.h"

static void keep_line(const char *line, void *arg)
{
	char **last = arg;

	free(*last);
	*last = xstrdup(line);
}

/* What goes into it. */
struct parts {
	const char *guest, *driver, *disk;
};

static int pack(const char *out, void *arg)
{
	const struct parts *p = arg;
	char *script = xasprintf("%s/scripts/mkinitramfs", repo_dir());
	char *tmp = xasprintf("%s.%d.tmp", out, getpid()), *said = NULL;
	char *argv[] = { script, (char *)p->guest, (char *)p->driver, (char *)p->disk, tmp, NULL };
	int ret = run_program(argv, NULL, NULL, keep_line, &said);

	if (!ret)
		ret = cache_put(tmp, out);
	if (ret) {
		unlink(tmp);
		err("packing the guest's files into %s: %s", out,
		    said ? said : ret < 0 ? strerror(-ret) : "scripts/mkinitramfs failed");
	}
	free(said);
	free(script);
	free(tmp);
	return ret;
}

char *initramfs_get(const struct kernel *k)
{
	char *guest = xasprintf("%s/build/guest/pinlab-guest", repo_dir());
	char *disk = xasprintf("%s/build/guest/disk.ext2", repo_dir());
	char *script = xasprintf("%s/scripts/mkinitramfs", repo_dir());
	char g[SHA_HEX], d[SHA_HEX], i[SHA_HEX], s[SHA_HEX], key[SHA_HEX], *all, *dir, *path = NULL;

	if (sha_file(guest, g) || sha_file(disk, i) || sha_file(script, s)) {
		err("%s or %s is missing; run make", guest, disk);
		goto out;
	}
	if (sha_file(k->driver, d)) {
		err("the driver of %s is missing: %s", k->name, strerror(errno));
		goto out;
	}
	all = xasprintf("%s %s %s %s", g, d, i, s);
	sha_string(all, strlen(all), key);
	free(all);
	dir = xasprintf("%s/images", cache_dir());
	path = xasprintf("%s/%.32s.cpio", dir, key);
	if (make_dirs(dir) ||
	    !cache_get(path, pack, &(struct parts){ guest, k->driver, disk })) {
		free(path);
		path = NULL;
	}
	free(dir);
out:
	free(guest);
	free(disk);
	free(script);
	return path;
}
