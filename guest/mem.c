// SPDX-License-Identifier: GPL-2.0
#include "guest/mem.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* Where init mounts the ext2 file system; elsewhere the variable may name a folder. */
#define FILE_DIR	"/mnt"

enum backing {
	NOTHING,
	MEMFD,
	HUGE_MEMFD,
	DISK_FILE,
};

static const struct kind {
	enum mem_size size;
	const char *name;
	enum backing backing;
	/* Of huge pages that are asked for with madvise(); else NULL. */
	const char *huge_field, *huge_missing;
} kinds[] = {
#define MEM_KIND_ENTRY(id, size, ...) \
	[MEM_##id] = { MEM_##size, __VA_ARGS__ },
	MEM_KINDS(MEM_KIND_ENTRY)
	[MEM_NONE] = { MEM_SMALL, "", NOTHING, NULL, NULL },
};

const char *mem_kind_name(enum mem_kind kind)
{
	return kinds[kind].name;
}

static size_t round_up(size_t n, size_t to)
{
	return (n + to - 1) / to * to;
}

static int open_backing(struct mem *m, const char **why)
{
	const char *dir = getenv("PINLAB_FILE_DIR");
	char path[256];

	switch (kinds[m->kind].backing) {
	case MEMFD:
		*why = "memfd_create";
		m->fd = memfd_create("pinlab", MFD_CLOEXEC | MFD_ALLOW_SEALING);
		break;
	case HUGE_MEMFD:
		*why = "huge pages (vm.nr_hugepages)";
		m->fd = memfd_create("pinlab", MFD_CLOEXEC | MFD_HUGETLB | MFD_ALLOW_SEALING);
		break;
	case DISK_FILE:
		*why = "a file on a disk file system (mount one, or set PINLAB_FILE_DIR)";
		snprintf(path, sizeof(path), "%s/pinlab.%d", dir ? dir : FILE_DIR, getpid());
		m->fd = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
		if (m->fd >= 0)
			unlink(path);
		break;
	case NOTHING:
		return 0;
	}
	if (m->fd < 0)
		return -errno;
	return ftruncate(m->fd, m->bytes) ? -errno : 0;
}

/* Kilobytes that /proc/self/smaps gives for this field of the mapping at addr. */
static long smaps_kb(const void *addr, const char *field)
{
	FILE *f = fopen("/proc/self/smaps", "re");
	unsigned long start, end;
	int inside = 0;
	char line[512];
	long kb = -1, sum = 0;

	if (!f)
		return -1;
	while (fgets(line, sizeof(line), f)) {
		if (sscanf(line, "%lx-%lx ", &start, &end) == 2 && strchr(line, '-'))
			inside = (uintptr_t)addr >= start && (uintptr_t)addr < end;
		else if (inside && !strncmp(line, field, strlen(field)) &&
			 sscanf(line + strlen(field), ": %ld", &kb) == 1)
			sum += kb;
	}
	fclose(f);
	return sum;
}

/* Was the memory really made of huge folios? */
static int check_huge(const struct mem *m, const char **why)
{
	const struct kind *k = &kinds[m->kind];

	if (k->huge_field && smaps_kb(m->addr, k->huge_field) < (long)(m->bytes / 1024)) {
		*why = k->huge_missing;
		return -ENOMEM;
	}
	return 0;
}

int mem_alloc(struct mem *m, enum mem_kind kind, size_t bytes, const char **why)
{
	int large = kinds[kind].size == MEM_LARGE, prot = PROT_READ | PROT_WRITE, flags, err;

	*m = (struct mem){ .kind = kind, .fd = -1 };
	m->bytes = round_up(bytes, large ? HUGE_BYTES : PAGE_BYTES);
	err = open_backing(m, why);
	if (err)
		goto fail;

	*why = kinds[kind].backing == HUGE_MEMFD ? "huge pages (vm.nr_hugepages)" : "memory";
	flags = m->fd < 0 ? MAP_PRIVATE | MAP_ANONYMOUS : MAP_SHARED;
	m->map_bytes = m->bytes + (large ? HUGE_BYTES : 0);
	m->map = mmap(NULL, m->map_bytes, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE,
		      -1, 0);
	if (m->map == MAP_FAILED) {
		m->map = NULL;
		err = -errno;
		goto fail;
	}
	m->addr = (char *)round_up((uintptr_t)m->map, large ? HUGE_BYTES : PAGE_BYTES);
	if (mmap(m->addr, m->bytes, prot, flags | MAP_FIXED, m->fd, 0) == MAP_FAILED) {
		err = -errno;
		goto fail;
	}
	/* The host of a native run may have "always": the kind must hold there too. */
	if (kinds[kind].backing != HUGE_MEMFD)
		madvise(m->addr, m->bytes, kinds[kind].huge_field ?
			MADV_HUGEPAGE : MADV_NOHUGEPAGE);
	for (size_t i = 0; i < m->bytes; i += PAGE_BYTES)
		*(volatile uint64_t *)(m->addr + i) = i ^ 0x70696e6c61620000ull;
	err = check_huge(m, why);
	if (!err)
		return 0;
fail:
	mem_free(m);
	return err;
}

void mem_free(struct mem *m)
{
	if (m->map)
		munmap(m->map, m->map_bytes);
	if (m->fd >= 0)
		close(m->fd);
	*m = (struct mem){ .fd = -1, .kind = MEM_NONE };
}
