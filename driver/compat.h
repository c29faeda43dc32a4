/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Where 6.1, 6.12 and later kernels differ for this driver, and what stands
 * in on a kernel without exclusive pins.
 */
#ifndef PINLAB_DRIVER_COMPAT_H
#define PINLAB_DRIVER_COMPAT_H

#include <linux/mm.h>
#include <linux/version.h>

/* OFFER_* of include/pinlab_uapi.h, and the headers that declare them: made by offers.sh. */
#include "offers.h"
#include "include/pinlab_uapi.h"

#define PINLAB_HAS(name)	(OFFER_##name == PINLAB_OFFERED)
/* A pin that could not be given back is of no use. */
#define PINLAB_HAS_EXCLUSIVE							\
	(PINLAB_HAS(FOLL_EXCLUSIVE) &&						\
	 (PINLAB_HAS(unpin_exc_pages) || PINLAB_HAS(unpin_exc_pages_dirty_lock)))
#define PINLAB_HAS_QUERY							\
	(PINLAB_HAS(folio_maybe_exclusive_pinned) || PINLAB_HAS(page_maybe_exclusive_pinned))

#if PINLAB_HAS_EXCLUSIVE
#define PINLAB_FOLL_EXCLUSIVE	FOLL_EXCLUSIVE
#else
#define PINLAB_FOLL_EXCLUSIVE	0
#endif

/*
 * What stands in for a name that is not offered, under that name: one source
 * compiles everywhere, whatever there may be that is only called like it. Where
 * nothing can stand in it is never reached: pinlab_has_op() says no before.
 */
#if !PINLAB_HAS(unpin_exc_pages)
static __always_inline void compat_unpin_exc_pages(struct page **pages, unsigned long n)
{
#if PINLAB_HAS(unpin_exc_pages_dirty_lock)
	unpin_exc_pages_dirty_lock(pages, n, false);
#endif
}
#undef unpin_exc_pages
#define unpin_exc_pages		compat_unpin_exc_pages
#endif

#if !PINLAB_HAS(unpin_exc_pages_dirty_lock)
/* A racer's dirty release is a clean one here; pinlab_has_op() keeps steps from it. */
static __always_inline void compat_unpin_exc_pages_dirty_lock(struct page **pages,
							      unsigned long n, bool dirty)
{
	unpin_exc_pages(pages, n);
}
#undef unpin_exc_pages_dirty_lock
#define unpin_exc_pages_dirty_lock	compat_unpin_exc_pages_dirty_lock
#endif

#if !PINLAB_HAS(unexc_user_page)
static inline void compat_unexc_user_page(struct page *page)
{
}
#undef unexc_user_page
#define unexc_user_page		compat_unexc_user_page
#endif

#if !PINLAB_HAS(reexc_user_page)
static inline int compat_reexc_user_page(struct page *page)
{
	return -EOPNOTSUPP;
}
#undef reexc_user_page
#define reexc_user_page		compat_reexc_user_page
#endif

#if !PINLAB_HAS(folio_maybe_exclusive_pinned)
static inline bool compat_folio_maybe_exclusive_pinned(struct folio *folio)
{
#if PINLAB_HAS(page_maybe_exclusive_pinned)
	return page_maybe_exclusive_pinned(&folio->page);
#else
	return false;
#endif
}
#undef folio_maybe_exclusive_pinned
#define folio_maybe_exclusive_pinned	compat_folio_maybe_exclusive_pinned
#endif

/* The vmas argument went away in 6.5 (54d020692b34, 4c630f307455, ca5e863233e8). */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 5, 0)
#define compat_pin_user_pages(start, nr, flags, pages) \
	pin_user_pages(start, nr, flags, pages, NULL)
#define compat_pin_user_pages_remote(mm, start, nr, flags, pages) \
	pin_user_pages_remote(mm, start, nr, flags, pages, NULL, NULL)
#else
#define compat_pin_user_pages(start, nr, flags, pages) \
	pin_user_pages(start, nr, flags, pages)
#define compat_pin_user_pages_remote(mm, start, nr, flags, pages) \
	pin_user_pages_remote(mm, start, nr, flags, pages, NULL)
#endif

/* memfd_pin_folios() came with 6.11 (89c1905d9c14). */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 11, 0)
#include <linux/memfd.h>
#define PINLAB_HAS_MEMFD	1
#else
#define PINLAB_HAS_MEMFD	0
static inline long memfd_pin_folios(struct file *memfd, loff_t start, loff_t end,
				    struct folio **folios, unsigned int max_folios,
				    pgoff_t *offset)
{
	return -EOPNOTSUPP;
}
#endif

/*
 * The pin count of a large folio, or -1 where the folio keeps its pins in
 * _refcount. The field has moved twice.
 */
static inline int compat_pincount(struct folio *folio)
{
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 3, 0)
	return folio_test_large(folio) ?
		atomic_read(folio_pincount_ptr(folio)) : -1;
#elif LINUX_VERSION_CODE < KERNEL_VERSION(6, 16, 0)
	return folio_test_large(folio) ? atomic_read(&folio->_pincount) : -1;
#else
	return folio_has_pincount(folio) ? atomic_read(&folio->_pincount) : -1;
#endif
}

/* struct fd has no such member any more since 6.12 (88a2f6468d01). */
#ifdef fd_file
#define compat_fd_file(f)	fd_file(f)
#else
#define compat_fd_file(f)	((f).file)
#endif

#endif
