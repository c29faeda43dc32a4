// SPDX-License-Identifier: GPL-2.0
#include "guest/torture/limits_disk.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#define CONFIGFS	"/sys/kernel/config"
#define NULLB		CONFIGFS "/nullb"
#define NAME		"pinlab-slow"

static int set(const struct slow_disk *d, const char *attribute, const char *value)
{
	char path[192];
	int fd, err = 0;

	snprintf(path, sizeof(path), "%s/%s", d->item, attribute);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	if (write(fd, value, strlen(value)) < 0)
		err = -errno;
	close(fd);
	return err;
}

/* Older kernels call it nullb and its number, newer ones what the item is called. */
static void find_device(struct slow_disk *d)
{
	char path[192];
	FILE *f;
	int n = -1;

	snprintf(d->path, sizeof(d->path), "/dev/%s", NAME);
	if (!access(d->path, F_OK))
		return;
	snprintf(path, sizeof(path), "%s/index", d->item);
	f = fopen(path, "re");
	if (f && fscanf(f, "%d", &n) != 1)
		n = -1;
	if (f)
		fclose(f);
	snprintf(d->path, sizeof(d->path), "/dev/nullb%d", n);
}

int slow_disk_make(struct row *r, struct slow_disk *d, unsigned int ms, unsigned int depth)
{
	char nsec[32], number[16];
	int err;

	*d = (struct slow_disk){ .item = NULLB "/" NAME };
	snprintf(nsec, sizeof(nsec), "%u000000", ms);
	snprintf(number, sizeof(number), "%u", depth);
	if (access(NULLB, F_OK))
		mount("configfs", CONFIGFS, "configfs", 0, NULL);
	if (mkdir(d->item, 0755)) {
		*d->item = '\0';
		return row_skip(r, "needs null_blk: %s", strerror(errno));
	}
	/* irqmode 2: a timer ends each request. */
	err = set(d, "irqmode", "2");
	if (!err)
		err = set(d, "completion_nsec", nsec);
	if (!err)
		err = set(d, "hw_queue_depth", number);
	if (!err)
		err = set(d, "power", "1");
	if (err) {
		slow_disk_end(d);
		return row_fail(r, "setting up null_blk: %s", strerror(-err));
	}
	find_device(d);
	if (chmod(d->path, 0644)) {
		err = errno;
		slow_disk_end(d);
		return row_fail(r, "%s: %s", d->path, strerror(err));
	}
	return 0;
}

void slow_disk_end(struct slow_disk *d)
{
	if (!*d->item)
		return;
	set(d, "power", "0");
	rmdir(d->item);
	*d->item = '\0';
}
