/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The kinds of memory, each once, in the order of rows and reports. Of each: its
 * name in rows, the size of its folios, what it is backed by; and, where madvise()
 * asks for its huge pages, the field of /proc/PID/smaps that proves them and what
 * is missing where they could not be had.
 */
#ifndef PINLAB_KINDS_H
#define PINLAB_KINDS_H

#define MEM_KINDS(X) \
	X(ANON, "anon", SMALL, NOTHING, NULL, NULL) \
	X(ANON_THP, "anon-thp", LARGE, NOTHING, "AnonHugePages", "transparent huge pages") \
	X(SHMEM, "shmem", SMALL, MEMFD, NULL, NULL) \
	X(SHMEM_THP, "shmem-thp", LARGE, MEMFD, "ShmemPmdMapped", \
	  "transparent huge pages in shmem (shmem_enabled)") \
	X(HUGETLB, "hugetlb", LARGE, HUGE_MEMFD, NULL, NULL) \
	/* page cache of ext2 on a RAM disk, mapped shared */ \
	X(FILE, "file", SMALL, DISK_FILE, NULL, NULL)

/* Folios of one page, or huge pages. */
enum mem_size {
	MEM_SMALL,
	MEM_LARGE,
};

#endif
