/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a path is: a way in which a process can make the kernel touch a page.
 * One file in paths/ describes one path and ends in PINLAB_PATH = { ... };
 * guest/leaf.h says where its name is from.
 *
 * A path is tried against one page at a time, a cell: the page is of one kind
 * of memory and held under one scheme. Whether it was reached is found out from
 * the page, never from what the path's system calls return: its content, what
 * came out of it, and a breakpoint on the kernel's linear map.
 */
#ifndef PINLAB_GUEST_PATHS_PATH_H
#define PINLAB_GUEST_PATHS_PATH_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "guest/row.h"
#include "include/pinlab_uapi.h"

enum scheme {
	SCHEME_NONE,
	SCHEME_LONGTERM,
	SCHEME_EXCLUSIVE,
	SCHEME_GUEST_MEMFD,
	SCHEME_MEMFD_SECRET,
	NR_SCHEMES
};

#define S(scheme)	(1u << SCHEME_##scheme)
#define S_PINNED	(S(LONGTERM) | S(EXCLUSIVE))
/* Those of memory that has a kind. */
#define S_KINDS		(S(NONE) | S_PINNED)
#define S_ALL		((1u << NR_SCHEMES) - 1)

#define KINDS_PATHS	(KINDS_ALL & ~KIND(MEM_FILE))
#define KINDS_ANON	(KIND(MEM_ANON) | KIND(MEM_ANON_THP))
#define KINDS_FD	(KIND(MEM_SHMEM) | KIND(MEM_SHMEM_THP) | KIND(MEM_HUGETLB))

/* What happened to the page, by what was seen of it. */
enum answer {
	ANSWER_NONE,
	ANSWER_SKIP,		/* the path could not be tried */
	ANSWER_NOT_REACHED,	/* it went through, and the page was not touched */
	ANSWER_REFUSED,		/* a call has failed */
	ANSWER_REFERENCED,	/* held without a touch */
	ANSWER_READ,
	ANSWER_WRITTEN,
	ANSWER_USER_KILLED,	/* a signal; the kernel is fine */
	ANSWER_STUCK,		/* it did not end */
	NR_ANSWERS
};

/* How the kernel gets at the page: the classes of the reports. */
enum way {
	WAY_GET,		/* FOLL_GET */
	WAY_PIN,		/* FOLL_PIN, short */
	WAY_LONGTERM,		/* FOLL_PIN | FOLL_LONGTERM */
	WAY_WALK,		/* a page-cache or page-table reference, no GUP */
	WAY_NONE,		/* no reference at all */
	WAY_USER,		/* the user's own mapping */
};

#define KERNEL(major, minor)	((major) * 1000u + (minor))

/* Where the rule of path_expect() does not hold: schemes, kinds, versions; 0 is all. */
struct expect {
	unsigned int schemes, kinds;
	unsigned int since, before;	/* KERNEL(6, 12); before is not included */
	enum answer answer;
	bool linear;			/* there the touch is one of the linear map after all */
	const char *why;		/* half a sentence for the report */
};

struct path_cell;

struct path {
	const char *summary;		/* what the process does, one line */
	const char *closes;		/* what would close it, where no pin is in the way */
	enum way way;
	/* Where it was another before some version. */
	enum way way_before;
	unsigned int way_since;		/* KERNEL(6, 5); 0: always way */
	enum answer reach;		/* of unprotected memory: READ, WRITTEN, ... */
	unsigned int kinds;		/* that it can be tried on; 0: KINDS_PATHS */
	unsigned int schemes;		/* the same of schemes; 0: S_ALL */
	/* The touch is not one of the linear map: the user's mapping, a device, vmap(). */
	bool elsewhere;
	/* A fault there is fixed up: the machine stays up; since, before: where that is so. */
	bool survives;
	unsigned int survives_since, survives_before;
	bool root;			/* needs root, and is run as root */
	bool takes_fd;			/* can do with the memory's file alone: cell->fd */
	bool dies;			/* its own death is how the path begins */
	/* What it does to the page by design: it is not looked at afterwards. */
	bool disturbs;
	bool frees;			/* may let the page go: it is kept from being used again */
	bool attack;			/* a demonstration: in crash mode alone */
	const struct expect *except;	/* ends in an answer of 0; NULL: none */
	/*
	 * setup runs as root, before there is memory; touch as the owner of the
	 * memory, without privileges unless .root; other in place of touch in a
	 * second process of that user, where the memory is not mapped. Each
	 * returns 0, cell_skip(), cell_refused(). Descriptors, mappings and
	 * children are cleaned up by the process's exit; what outlives it is theirs.
	 */
	int (*setup)(struct path_cell *c);
	int (*touch)(struct path_cell *c);
	int (*other)(struct path_cell *c);
	/* Once the owner is gone, as root: what it has left, a file. */
	int (*after)(struct path_cell *c);
};

#define PINLAB_PATH PINLAB_LEAF(path)

/* Lies in shared memory: the supervisor reads what a process that died has said. */
struct cell_said {
	enum answer answer;	/* SKIP, REFUSED or NONE */
	char text[160];		/* the call and its error; what is missing */
	bool saw, held, ready;
	bool looked, changed;	/* the owner has looked at the content, which was another */
	bool moved;		/* the owner's mapping leads to another frame, or to none */
	char *addr;
	int fd;
	pid_t owner;
	int32_t refs, pins;	/* before the touch */
	char canary[PAGE_BYTES];
	bool other_done;
	uint64_t pfn;		/* for after: a frame that it has to see to */
};

/* One page under one scheme, while a path is tried on it. */
struct path_cell {
	struct row *row;
	const struct path *path;
	enum scheme scheme;
	enum mem_kind kind;
	bool crash;		/* the protection is real */
	struct mem mem;		/* the memory that the page is in */
	char *addr;		/* the page in the owner's memory; NULL: it cannot be mapped */
	int fd;			/* the file that it is in, at offset 0; -1: none */
	int vm;			/* guest_memfd: of which VM; else -1 */
	pid_t owner;		/* the process whose memory it is */
	int drv;		/* /dev/pinlab, which holds and watches the page */
	intptr_t priv[8];	/* the path's own, from setup to touch */
	struct cell_said *said;	/* for guest/paths/conclude.c */
};

/* The memory's size in bytes: a page, or a huge page. */
static inline size_t cell_bytes(const struct path_cell *c)
{
	return c->mem.bytes;
}

static inline bool scheme_is_pinned(enum scheme s)
{
	return S_PINNED & 1u << s;
}

const char *scheme_name(enum scheme s);
const char *answer_name(enum answer a);

#endif
