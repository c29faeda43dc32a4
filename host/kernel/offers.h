/* SPDX-License-Identifier: GPL-2.0 */
/* Which names of the contract a kernel offers to modules, as its driver was built. */
#ifndef PINLAB_HOST_KERNEL_OFFERS_H
#define PINLAB_HOST_KERNEL_OFFERS_H

#include <jansson.h>
#include <stdbool.h>

/* Beside pinlab.ko, in the driver's entry of the cache: what driver/offers.sh has printed. */
#define OFFERS_FILE	"offers.h"
/* The word for a name that is offered, in what follows. */
#define OFFERED_WORD	"offered"

/*
 * { "FOLL_EXCLUSIVE": "offered", "reexc_user_page": "not declared", ... }: every name
 * of include/pinlab_uapi.h, by one of its words, for the driver at this path. NULL where
 * nothing tells.
 */
json_t *offers_of(const char *driver);

/* Can pins be taken exclusively, and given back? */
bool offers_exclusive(const json_t *offers);

#endif
