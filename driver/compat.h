/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Where 6.1, 6.12 and later kernels differ for this driver, and what stands
 * in on a kernel without exclusive pins.
 */
#ifndef PINLAB_DRIVER_COMPAT_H
#define PINLAB_DRIVER_COMPAT_H

#include <linux/mm.h>
#include <linux/version.h>

#ifdef CONFIG_EXCLUSIVE_PIN
#include <linux/exclusive_pin.h>
#define PINLAB_HAS_EXCLUSIVE	1
#define PINLAB_FOLL_EXCLUSIVE	FOLL_EXCLUSIVE
#else
#define PINLAB_HAS_EXCLUSIVE	0
/*
 * Never reached: pinlab_step() refuses these operations with -EOPNOTSUPP
 * where PINLAB_HAS_EXCLUSIVE is 0. They let one source compile everywhere.
 */
#define PINLAB_FOLL_EXCLUSIVE	0
static inline void unpin_exc_pages(struct page **pages, unsigned long n) { }
static inline void unpin_exc_pages_dirty_lock(struct page **pages,
					      unsigned long n, bool dirty) { }
static inline void unexc_user_page(struct page *page) { }
static inline int reexc_user_page(struct page *page)
{
	return -EOPNOTSUPP;
}

static inline bool folio_maybe_exclusive_pinned(struct folio *folio)
{
	return false;
}

static inline bool page_maybe_exclusive_pinned(struct page *page)
{
	return false;
}
#endif

/* The vmas argument went away in 6.5 (54d020692b34, 4c630f307455, ca5e863233e8). */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 5, 0)
#define compat_pin_user_pages(start, nr, flags, pages) \
	pin_user_pages(start, nr, flags, pages, NULL)
#define compat_pin_user_pages_remote(mm, start, nr, flags, pages) \
	pin_user_pages_remote(mm, start, nr, flags, pages, NULL, NULL)
#define compat_get_user_pages(start, nr, flags, pages) \
	get_user_pages(start, nr, flags, pages, NULL)
#define compat_get_user_pages_remote(mm, start, nr, flags, pages) \
	get_user_pages_remote(mm, start, nr, flags, pages, NULL, NULL)
#else
#define compat_pin_user_pages(start, nr, flags, pages) \
	pin_user_pages(start, nr, flags, pages)
#define compat_pin_user_pages_remote(mm, start, nr, flags, pages) \
	pin_user_pages_remote(mm, start, nr, flags, pages, NULL)
#define compat_get_user_pages(start, nr, flags, pages) \
	get_user_pages(start, nr, flags, pages)
#define compat_get_user_pages_remote(mm, start, nr, flags, pages) \
	get_user_pages_remote(mm, start, nr, flags, pages, NULL)
#endif

/* FOLL_INTERRUPTIBLE came with 6.2 (93c5c61d9e58). */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 2, 0)
#define COMPAT_FOLL_INTERRUPTIBLE	FOLL_INTERRUPTIBLE
#else
#define COMPAT_FOLL_INTERRUPTIBLE	0
#endif

/* FOLL_PCI_P2PDMA as well (4003f107fa2e). */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 2, 0)
#define COMPAT_FOLL_PCI_P2PDMA	FOLL_PCI_P2PDMA
#else
#define COMPAT_FOLL_PCI_P2PDMA	0
#endif

/* unpin_folio() and unpin_folios() came with memfd_pin_folios(), unpin_user_folio() after it. */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 12, 0)
#define COMPAT_HAS_UNPIN_FOLIO	1
#define compat_unpin_folio(folio)	unpin_folio(folio)
#define compat_unpin_folios(folios, n)	unpin_folios(folios, n)
#define compat_unpin_user_folio(folio, n)	unpin_user_folio(folio, n)
#else
#define COMPAT_HAS_UNPIN_FOLIO	0
#define compat_unpin_folio(folio)	((void)(folio))
#define compat_unpin_folios(folios, n)	((void)(folios), (void)(n))
#define compat_unpin_user_folio(folio, n)	((void)(folio), (void)(n))
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
