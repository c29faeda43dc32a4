/* SPDX-License-Identifier: GPL-2.0 */
/* Requests to the kernel by netlink: one message, one answer. */
#ifndef PINLAB_GUEST_MACHINE_NETLINK_H
#define PINLAB_GUEST_MACHINE_NETLINK_H

#include <linux/netlink.h>
#include <stddef.h>

struct nl_request {
	struct nlmsghdr h;
	char data[1000];
};

/* A message of this type that begins with n bytes of head (a genlmsghdr, or none). */
void nl_begin(struct nl_request *r, unsigned int type, const void *head, size_t n);
void nl_string(struct nl_request *r, unsigned int attr, const char *s);
/* Send it and wait for the kernel's answer: 0 or -errno. */
int nl_send(struct nl_request *r, int protocol);
/* The number of a generic netlink family: -errno if there is none of that name. */
int nl_family(const char *name);

#endif
