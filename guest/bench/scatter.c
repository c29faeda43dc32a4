// SPDX-License-Identifier: GPL-2.0
#include "guest/bench/scatter.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/mman.h>
#include <unistd.h>

#define SPARES		4096
#define PFN_BITS	55	/* of a pagemap entry, Documentation/admin-guide/mm/pagemap.rst */

static uint64_t pfn_of(int pagemap, const char *addr)
{
	uint64_t entry = 0;

	if (pread(pagemap, &entry, sizeof(entry), (uintptr_t)addr / PAGE_BYTES * sizeof(entry)) !=
	    sizeof(entry))
		return 0;
	return entry & ((1ull << PFN_BITS) - 1);
}

/* Give back the pages from this offset on; the mapping stays. */
static int drop_from(struct mem *m, size_t from)
{
	if (m->fd < 0)
		return madvise(m->addr + from, m->bytes - from, MADV_DONTNEED);
	if (ftruncate(m->fd, from))
		return -1;
	return ftruncate(m->fd, m->bytes);
}

static void touch(char *p)
{
	*(volatile char *)p = 1;
}

/* Fill in order; a page that follows the one before it goes to the spares. */
static int fill_apart(struct mem *m, int pagemap, char *spare)
{
	unsigned int used = 0;
	uint64_t last = 0;

	if (drop_from(m, 0))
		return -errno;
	for (size_t at = 0; at < m->bytes; at += PAGE_BYTES) {
		touch(m->addr + at);
		while (at && pfn_of(pagemap, m->addr + at) == last + 1) {
			if (used == SPARES)
				return -ENOMEM;
			if (drop_from(m, at))
				return -errno;
			touch(spare + used++ * PAGE_BYTES);
			touch(m->addr + at);
		}
		last = pfn_of(pagemap, m->addr + at);
	}
	return 0;
}

int mem_scatter(struct mem *m)
{
	int pagemap = open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC), err = 0;
	char *spare;

	if (pagemap < 0)
		return 0;
	if (mem_is_large(m->kind) || !pfn_of(pagemap, m->addr))
		goto out;
	spare = mmap(NULL, SPARES * PAGE_BYTES, PROT_READ | PROT_WRITE,
		     MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (spare == MAP_FAILED) {
		err = -errno;
		goto out;
	}
	madvise(spare, SPARES * PAGE_BYTES, MADV_NOHUGEPAGE);
	err = fill_apart(m, pagemap, spare);
	munmap(spare, SPARES * PAGE_BYTES);
out:
	close(pagemap);
	return err;
}
