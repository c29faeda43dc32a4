/* SPDX-License-Identifier: GPL-2.0 */
#ifndef PINLAB_GUEST_PATHS_CELL_H
#define PINLAB_GUEST_PATHS_CELL_H

#include "guest/paths/path.h"

/* `call` has failed with this errno: returns -1. A second one is not noted. */
int cell_refused(struct path_cell *c, const char *call, int err);
/* The path cannot be tried here; what is missing by name. Returns 1. */
int cell_skip(struct path_cell *c, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* These bytes came out: are they, in some place, what the page begins with? 0 always. */
int cell_saw(struct path_cell *c, const void *bytes, size_t n);
/* Look now whether somebody holds a reference or a pin that was not there before. 0 always. */
int cell_look_held(struct path_cell *c);
/* The kernel has acted on what only the page could tell it. 0 always. */
int cell_proved(struct path_cell *c);
/* The owner itself has changed the page by its mapping: that is its content now. */
void cell_wrote(struct path_cell *c);
/* What paths write: never what the page held. n bytes. */
void cell_pattern(void *to, size_t n);
/* other: the memory's file, as the owner would hand it over. -1 after cell_refused(). */
int cell_owners_fd(struct path_cell *c);
/* TCP over loopback: c->priv[6] sends to c->priv[7]. 0 or 1 after cell_skip(). */
int cell_tcp(struct path_cell *c);
/* A memfd of `bytes` with cell_pattern() in it; -1 after cell_skip(). */
int cell_file(struct path_cell *c, size_t bytes);
/* A pipe, with a reference to the page in it: 0 or -1 after cell_refused(). */
int cell_vmsplice(struct path_cell *c, int p[2]);
/* A page of memory of this process's own, aligned, zeroed; it goes with the process. */
void *cell_buffer(size_t bytes);
/* What the path cannot do without: a descriptor, or -1 after cell_skip(). */
int cell_open(struct path_cell *c, const char *file, int flags);
/* other: wait until fn says true, 2 s at most. */
bool cell_wait(bool (*fn)(struct path_cell *c), struct path_cell *c);
/* Sleep. */
void cell_nap(unsigned int ms);
/* The frame's first address in the kernel's linear map (of /proc/kcore), for root. 0: unknown. */
uint64_t cell_pfn(struct path_cell *c);
/* PINLAB_OWNED_*: 0 or -errno. */
int cell_owned(const struct path_cell *c, enum pinlab_owned_what what, struct pinlab_owned *q);

#endif
