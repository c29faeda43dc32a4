// SPDX-License-Identifier: GPL-2.0
#include "guest/io/fat.h"

#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#define DISK		"/dev/ram1"
#define SECTOR		512
#define SECTORS		32768		/* 16 MiB */
/* Two clusters a page, so that a page may go into several requests. */
#define CLUSTER_SECTORS	4
#define ROOT_ENTRIES	512
#define FAT_SECTORS	33		/* two bytes for each of 8192 clusters */

/* "FAT: General Overview of On-Disk Format", Microsoft, 1.03; FAT16. */
struct boot_sector {
	uint8_t jump[3];
	char oem[8];
	uint16_t sector_bytes;
	uint8_t cluster_sectors;
	uint16_t reserved;
	uint8_t fats;
	uint16_t root_entries;
	uint16_t sectors;
	uint8_t media;
	uint16_t fat_sectors;
	uint16_t track_sectors;
	uint16_t heads;
	uint32_t hidden;
	uint32_t sectors_32;
	uint8_t drive, reserved_2, signature;
	uint32_t serial;
	char label[11];
	char type[8];
	uint8_t code[448];
	uint16_t magic;
} __attribute__((packed));

_Static_assert(sizeof(struct boot_sector) == SECTOR, "a boot sector is one sector");

static int put_sector(int fd, const void *sector, unsigned int at)
{
	return pwrite(fd, sector, SECTOR, (off_t)at * SECTOR) == SECTOR ? 0 : -EIO;
}

static int format(int fd)
{
	static const struct boot_sector boot = {
		.jump = { 0xeb, 0x3c, 0x90 }, .oem = { 'p', 'i', 'n', 'l', 'a', 'b', ' ', ' ' },
		.sector_bytes = SECTOR, .cluster_sectors = CLUSTER_SECTORS, .reserved = 1,
		.fats = 2, .root_entries = ROOT_ENTRIES, .sectors = SECTORS, .media = 0xf8,
		.fat_sectors = FAT_SECTORS, .track_sectors = 32, .heads = 64, .drive = 0x80,
		.signature = 0x29, .serial = 1,
		.label = { 'P', 'I', 'N', 'L', 'A', 'B', ' ', ' ', ' ', ' ', ' ' },
		.type = { 'F', 'A', 'T', '1', '6', ' ', ' ', ' ' }, .magic = 0xaa55,
	};
	static const uint8_t first[SECTOR] = { 0xf8, 0xff, 0xff, 0xff }, none[SECTOR];
	unsigned int root = 1 + 2 * FAT_SECTORS, at;
	int err = put_sector(fd, &boot, 0);

	for (at = 1; at < root + ROOT_ENTRIES * 32 / SECTOR && !err; at++)
		err = put_sector(fd, at == 1 || at == 1 + FAT_SECTORS ? first : none, at);
	return err || fsync(fd) ? -EIO : 0;
}

int fat_mount(struct row *r)
{
	int fd = open(DISK, O_RDWR | O_CLOEXEC), err;

	if (fd < 0)
		return row_skip(r, "needs %s (CONFIG_BLK_DEV_RAM): %s", DISK, strerror(errno));
	err = format(fd);
	close(fd);
	if (err)
		return row_fail(r, "%s cannot be formatted", DISK);
	mkdir(FAT_DIR, 0700);
	if (!mount(DISK, FAT_DIR, "vfat", MS_NOATIME, NULL))
		return 0;
	if (errno == ENODEV)
		return row_skip(r, "needs FAT (CONFIG_VFAT_FS)");
	return row_fail(r, "mounting a FAT file system: %s", strerror(errno));
}

void fat_umount(void)
{
	umount2(FAT_DIR, MNT_DETACH);
	rmdir(FAT_DIR);
}

int fat_file(const char *name, size_t bytes)
{
	static const char none[4096];
	char path[128];
	int fd, err = 0;

	snprintf(path, sizeof(path), FAT_DIR "/%s", name);
	fd = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (fd < 0)
		return -errno;
	/* A direct write to what is not allocated yet goes through the page cache. */
	for (size_t at = 0; at < bytes && !err; at += sizeof(none))
		if (pwrite(fd, none, sizeof(none), at) != sizeof(none))
			err = errno ? -errno : -EIO;
	if (!err && fsync(fd))
		err = -errno;
	close(fd);
	if (err)
		return err;
	fd = open(path, O_RDWR | O_DIRECT | O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}
