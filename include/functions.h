/* SPDX-License-Identifier: GPL-2.0 WITH Linux-syscall-note */
/*
 * Every function of GUP that a module can call, each once: those that
 * PINLAB_IOC_CALL calls, and those that it does not, with the reason.
 * tests/check-exports holds this against what the kernels export.
 *
 * X(id, function, what it does with the caller's pages).
 */
#ifndef PINLAB_FUNCTIONS_H
#define PINLAB_FUNCTIONS_H

#define PINLAB_FUNCTIONS(X) \
	X(GET, get_user_pages, TAKES_REFS) \
	X(GET_FAST, get_user_pages_fast, TAKES_REFS) \
	X(GET_FAST_ONLY, get_user_pages_fast_only, TAKES_REFS) \
	X(GET_REMOTE, get_user_pages_remote, TAKES_REFS) \
	X(GET_UNLOCKED, get_user_pages_unlocked, TAKES_REFS) \
	X(PIN, pin_user_pages, TAKES_PINS) \
	X(PIN_FAST, pin_user_pages_fast, TAKES_PINS) \
	X(PIN_REMOTE, pin_user_pages_remote, TAKES_PINS) \
	X(PIN_UNLOCKED, pin_user_pages_unlocked, TAKES_PINS) \
	X(PIN_MEMFD, memfd_pin_folios, TAKES_PINS) \
	X(PUT, put_page, GIVES_REFS) \
	X(UNPIN_PAGE, unpin_user_page, GIVES_PINS) \
	X(UNPIN_PAGES, unpin_user_pages, GIVES_PINS) \
	X(UNPIN_DIRTY, unpin_user_pages_dirty_lock, GIVES_PINS) \
	X(UNPIN_RANGE, unpin_user_page_range_dirty_lock, GIVES_PINS) \
	X(UNPIN_FOLIO, unpin_folio, GIVES_PINS) \
	X(UNPIN_USER_FOLIO, unpin_user_folio, GIVES_PINS) \
	X(UNPIN_FOLIOS, unpin_folios, GIVES_PINS) \
	X(UNPIN_EXC, unpin_exc_pages, GIVES_EXCLUSIVE) \
	X(UNPIN_EXC_DIRTY, unpin_exc_pages_dirty_lock, GIVES_EXCLUSIVE) \
	X(DROP, unexc_user_page, CHANGES) \
	X(RETAKE, reexc_user_page, CHANGES)

/* X(function, why it is not called). */
#define PINLAB_NOT_CALLED(X) \
	X(folio_try_add_pin, "for who has a pin: direct I/O does it, basic/dio-fat") \
	X(pin_user_pages_fast_only, "6.1 alone: the fast half of pin_user_pages_fast()") \
	X(fixup_user_fault, "takes no reference") \
	X(fault_in_writeable, "takes no reference") \
	X(fault_in_subpage_writeable, "takes no reference") \
	X(fault_in_safe_writeable, "takes no reference") \
	X(fault_in_readable, "takes no reference")

enum pinlab_fn {
#define PINLAB_FN_ID(id, ...)	FN_##id,
	PINLAB_FUNCTIONS(PINLAB_FN_ID)
	NR_FNS
};

enum pinlab_fn_kind {
	TAKES_REFS,
	TAKES_PINS,
	GIVES_REFS,
	GIVES_PINS,
	GIVES_EXCLUSIVE,
	CHANGES,
};

#endif
