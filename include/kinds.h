/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The kinds of memory, each once, in the order of rows and reports. Of each: the
 * size of its folios, its name in rows, what it is backed by; and, where madvise()
 * asks for its huge pages, the field of /proc/PID/smaps that proves them and what
 * is missing where they could not be had.
 */
#ifndef PINLAB_KINDS_H
#define PINLAB_KINDS_H

#define MEM_KINDS(X) \
	X(ANON, SMALL, "anon", NOTHING, NULL, NULL) \
	X(ANON_THP, LARGE, "anon-thp", NOTHING, "AnonHugePages", "transparent huge pages") \
	X(SHMEM, SMALL, "shmem", MEMFD, NULL, NULL) \
	X(SHMEM_THP, LARGE, "shmem-thp", MEMFD, "ShmemPmdMapped", \
	  "transparent huge pages in shmem (shmem_enabled)") \
	X(HUGETLB, LARGE, "hugetlb", HUGE_MEMFD, NULL, NULL) \
	/* page cache of ext2 on a RAM disk, mapped shared */ \
	X(FILE, SMALL, "file", DISK_FILE, NULL, NULL)

enum mem_kind {
#define MEM_KIND_ID(id, ...)	MEM_##id,
	MEM_KINDS(MEM_KIND_ID)
	MEM_NR_KINDS,
	MEM_NONE = MEM_NR_KINDS,
};

/* Folios of one page, or huge pages. */
enum mem_size {
	MEM_SMALL,
	MEM_LARGE,
};

#endif
