/* SPDX-License-Identifier: GPL-2.0 */
#ifndef PINLAB_GUEST_MEM_H
#define PINLAB_GUEST_MEM_H

#include <stddef.h>

#include "include/kinds.h"

#define PAGE_BYTES	4096ul
#define HUGE_BYTES	(2ul << 20)

/*
 * For static arrays of 64 KiB and more. They lie behind everything else, so that
 * what the process of a row writes to lies together: fork() copies a page table
 * for every 2 MiB with a page of that, and bench/fork_pinned must not cost more
 * because some other program has grown.
 */
#define FAR_BSS		__attribute__((section(".lbss")))

#define KIND(k)		(1u << (k))
#define KINDS_ALL	((1u << MEM_NR_KINDS) - 1)
/* Long-term write pins of a file that tracks dirtying are refused since 6.5 or so. */
#define KINDS_LONGTERM	(KINDS_ALL & ~KIND(MEM_FILE))
#define MEM_KIND_IF_LARGE(id, size, ...)	| (unsigned int)MEM_##size << MEM_##id
#define KINDS_LARGE	(0u MEM_KINDS(MEM_KIND_IF_LARGE))
#define KINDS_SMALL	(KINDS_ALL & ~KINDS_LARGE)

struct mem {
	enum mem_kind kind;
	char *addr;
	size_t bytes;
	void *map;		/* what to unmap; NULL: nothing allocated */
	size_t map_bytes;
	int fd;
};

const char *mem_kind_name(enum mem_kind kind);
static inline int mem_is_large(enum mem_kind kind)
{
	return !!(KINDS_LARGE & KIND(kind));
}

/*
 * bytes of memory of this kind, writable, present in the page tables, filled
 * with a pattern, and made of folios of the size that the kind's name
 * promises. 0 or -errno; *why then says what could not be had.
 */
int mem_alloc(struct mem *m, enum mem_kind kind, size_t bytes, const char **why);
void mem_free(struct mem *m);

#endif
