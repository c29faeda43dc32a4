// SPDX-License-Identifier: GPL-2.0
/*
 * The page is sent through kernel TLS: a whole record is encrypted from where it
 * is, by the CPU through the linear map. The breakpoint tells.
 */
#include <errno.h>
#include <linux/tls.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>

#include "guest/paths/cell.h"
#include "guest/paths/path.h"

#ifndef SOL_TLS
#define SOL_TLS 282
#endif
#ifndef TCP_ULP
#define TCP_ULP 31
#endif

static int setup(struct path_cell *c)
{
	struct tls12_crypto_info_aes_gcm_128 keys = {
		.info = { .version = TLS_1_2_VERSION, .cipher_type = TLS_CIPHER_AES_GCM_128 },
	};
	int ret = cell_tcp(c);

	if (ret)
		return ret;
	if (setsockopt(c->priv[6], IPPROTO_TCP, TCP_ULP, "tls", 4) ||
	    setsockopt(c->priv[6], SOL_TLS, TLS_TX, &keys, sizeof(keys)))
		return cell_skip(c, "kernel TLS (CONFIG_TLS): %s", strerror(errno));
	return 0;
}

static int touch(struct path_cell *c)
{
	if (send(c->priv[6], c->addr, PAGE_BYTES, 0) < 0)
		return cell_refused(c, "send", errno);
	return 0;
}

static const struct expect except[] = {
	{ .schemes = S(MEMFD_SECRET), .answer = ANSWER_NOT_REACHED,
	  .why = "it falls back to copying from the user's mapping" },
	{ .answer = 0 },
};

PINLAB_PATH = {
	.summary = "send() through kernel TLS",
	.closes = "tls_setup_from_iter() pinning what it encrypts",
	.way = WAY_GET,
	.reach = ANSWER_READ,
	.except = except,
	.setup = setup,
	.touch = touch,
};
