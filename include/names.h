/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The names of doc/contract.md, and whether a kernel offers them to modules:
 * driver/offers.sh finds that out for each by itself when the driver is built,
 * the driver tells the guest, and the host reads it from what was built. Macros
 * alone, so that all of them can include it.
 */
#ifndef PINLAB_NAMES_H
#define PINLAB_NAMES_H

#define PINLAB_OFFERS(X)			\
	X(FOLL_EXCLUSIVE)			\
	X(unpin_exc_pages)			\
	X(unpin_exc_pages_dirty_lock)		\
	X(unexc_user_page)			\
	X(reexc_user_page)			\
	X(folio_maybe_exclusive_pinned)		\
	X(page_maybe_exclusive_pinned)

/* What is known of a name; each has a word below. */
#define PINLAB_NOT_DECLARED	0	/* in no header that modules see, or not in this configuration */
#define PINLAB_OFFERED		1
#define PINLAB_OTHER_TYPE	2	/* declared, and not as the contract calls it */
#define PINLAB_NOT_EXPORTED	3	/* declared, and modules cannot link with it */

#define PINLAB_OFFER_WORDS						\
	{ "not declared", "offered", "declared otherwise than in the contract",	\
	  "not exported to modules" }

#define PINLAB_OFFER_NUMBER(name) PINLAB_OFFER_##name,
enum pinlab_offer {
	PINLAB_OFFERS(PINLAB_OFFER_NUMBER)
	PINLAB_NR_OFFERS
};

#define PINLAB_OFFER_NAME(name) #name,
#define PINLAB_OFFER_NAMES { PINLAB_OFFERS(PINLAB_OFFER_NAME) }

#endif
