// SPDX-License-Identifier: GPL-2.0
#include "guest/machine/netlink.h"

#include <errno.h>
#include <linux/genetlink.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

void nl_begin(struct nl_request *r, unsigned int type, const void *head, size_t n)
{
	*r = (struct nl_request){ .h = { .nlmsg_len = NLMSG_LENGTH(n), .nlmsg_type = type,
					 .nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK,
					 .nlmsg_seq = 1 } };
	if (n)
		memcpy(r->data, head, n);
}

void nl_string(struct nl_request *r, unsigned int attr, const char *s)
{
	struct nlattr *a = (void *)((char *)r + NLMSG_ALIGN(r->h.nlmsg_len));
	size_t n = strlen(s) + 1;

	if (NLMSG_ALIGN(r->h.nlmsg_len) + NLA_HDRLEN + NLA_ALIGN(n) > sizeof(*r))
		return;
	a->nla_type = attr;
	a->nla_len = NLA_HDRLEN + n;
	memcpy((char *)a + NLA_HDRLEN, s, n);
	r->h.nlmsg_len = NLMSG_ALIGN(r->h.nlmsg_len) + NLA_ALIGN(a->nla_len);
}

/* The first message of the answer in buf; its length or -errno. */
static ssize_t talk(struct nl_request *r, int protocol, char *buf, size_t size)
{
	int s = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, protocol);
	ssize_t n = -1;

	if (s >= 0 && send(s, r, r->h.nlmsg_len, 0) >= 0)
		n = recv(s, buf, size, 0);
	if (n < 0)
		n = -errno;
	if (s >= 0)
		close(s);
	return n;
}

static int error_of(const struct nlmsghdr *h)
{
	return h->nlmsg_type == NLMSG_ERROR ? ((struct nlmsgerr *)NLMSG_DATA(h))->error : 0;
}

int nl_send(struct nl_request *r, int protocol)
{
	char buf[4096] __attribute__((aligned(8)));
	ssize_t n = talk(r, protocol, buf, sizeof(buf));

	if (n < 0)
		return n;
	return n < (ssize_t)sizeof(struct nlmsgerr) ? -EPROTO : error_of((void *)buf);
}

int nl_family(const char *name)
{
	const struct genlmsghdr head = { .cmd = CTRL_CMD_GETFAMILY, .version = 1 };
	char buf[4096] __attribute__((aligned(8)));
	struct nlmsghdr *h = (void *)buf;
	struct nl_request r;
	ssize_t n;

	nl_begin(&r, GENL_ID_CTRL, &head, GENL_HDRLEN);
	nl_string(&r, CTRL_ATTR_FAMILY_NAME, name);
	n = talk(&r, NETLINK_GENERIC, buf, sizeof(buf));
	if (n < (ssize_t)NLMSG_LENGTH(GENL_HDRLEN) || error_of(h))
		return n < 0 ? n : n ? error_of(h) : -EPROTO;
	for (char *at = (char *)NLMSG_DATA(h) + GENL_HDRLEN; at + NLA_HDRLEN <= buf + n;) {
		const struct nlattr *a = (void *)at;

		if (a->nla_type == CTRL_ATTR_FAMILY_ID)
			return *(unsigned short *)(at + NLA_HDRLEN);
		if (a->nla_len < NLA_HDRLEN)
			break;
		at += NLA_ALIGN(a->nla_len);
	}
	return -ENOENT;
}
