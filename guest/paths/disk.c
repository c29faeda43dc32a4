// SPDX-License-Identifier: GPL-2.0
#include "guest/paths/disk.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "guest/io/fat.h"
#include "guest/paths/cell.h"

#define EXT4_DIR	"/mnt"
#define NINE_DIR	"/tmp/9p"
/* FAT lies in front of it on the same disk. */
#define BLOCK_OFFSET	(120ll << 20)

static int fill(struct path_cell *c, int fd, off_t at)
{
	char *buf = cell_buffer(PAGE_BYTES);

	cell_pattern(buf, PAGE_BYTES);
	if (pwrite(fd, buf, PAGE_BYTES, at) != PAGE_BYTES || fsync(fd))
		return cell_skip(c, "writing the file: %s", strerror(errno));
	c->priv[0] = fd;
	c->priv[1] = at;
	return 0;
}

int path_disk_block(struct path_cell *c)
{
	int fd = cell_open(c, "/dev/ram1", O_RDWR | O_DIRECT);

	return fd < 0 ? 1 : fill(c, fd, BLOCK_OFFSET);
}

/* By an earlier cell: mounts stay. */
static bool is_mounted(const char *dir)
{
	struct stat s, above;

	return !stat(dir, &s) && !stat("/tmp", &above) && s.st_dev != above.st_dev;
}

static int use_file(struct path_cell *c, const char *path)
{
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);

	if (fd < 0 || fill(c, fd, 0))
		return cell_skip(c, "%s: %s", path, strerror(errno));
	close(fd);
	c->priv[0] = cell_open(c, path, O_RDWR | O_DIRECT);
	return c->priv[0] < 0;
}

/* The file system was made as ext2, which ext4 mounts as well. */
int path_disk_ext4(struct path_cell *c)
{
	if (access(EXT4_DIR "/.ext4", F_OK)) {
		umount(EXT4_DIR);
		if (mount("/dev/ram0", EXT4_DIR, "ext4", 0, NULL))
			return cell_skip(c, "ext4: %s", strerror(errno));
		close(open(EXT4_DIR "/.ext4", O_RDWR | O_CREAT | O_CLOEXEC, 0600));
	}
	return use_file(c, EXT4_DIR "/path");
}

int path_disk_fat(struct path_cell *c)
{
	if (!is_mounted(FAT_DIR) && fat_mount(c->row))
		return cell_skip(c, "FAT (CONFIG_VFAT_FS)");
	return use_file(c, FAT_DIR "/path");
}

int path_disk_9p(struct path_cell *c)
{
	mkdir(NINE_DIR, 0755);
	if (!is_mounted(NINE_DIR) &&
	    mount("pinlab", NINE_DIR, "9p", 0, "trans=virtio,version=9p2000.L,cache=none"))
		return cell_skip(c, "9p from the host: %s", strerror(errno));
	return use_file(c, NINE_DIR "/path");
}

int path_disk_read(struct path_cell *c)
{
	ssize_t n = pread(c->priv[0], c->addr, PAGE_BYTES, c->priv[1]);

	return n == PAGE_BYTES ? 0 : cell_refused(c, "pread", n < 0 ? errno : 0);
}

int path_disk_write(struct path_cell *c)
{
	char *buf = cell_buffer(PAGE_BYTES);
	ssize_t n = pwrite(c->priv[0], c->addr, PAGE_BYTES, c->priv[1]);

	if (n != PAGE_BYTES)
		return cell_refused(c, "pwrite", n < 0 ? errno : 0);
	if (pread(c->priv[0], buf, PAGE_BYTES, c->priv[1]) == PAGE_BYTES)
		cell_saw(c, buf, PAGE_BYTES);
	return 0;
}
