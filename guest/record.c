// SPDX-License-Identifier: GPL-2.0
#include "guest/record.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#if defined(__x86_64__)
#include <sys/io.h>
#endif

#include "include/wire.h"

static unsigned long *seq;	/* shared with the processes that rows run in */
static int out = -1;
static unsigned short port;

static int open_port(const char *number)
{
#if defined(__x86_64__)
	port = strtoul(number, NULL, 0);
	/* Inherited by the processes that rows run in. */
	return port && !ioperm(port, 1, 1) ? 0 : -EPERM;
#else
	(void)number;
	return -EOPNOTSUPP;
#endif
}

int record_open(const char *to)
{
	seq = mmap(NULL, sizeof(*seq), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (seq == MAP_FAILED)
		return -ENOMEM;
	if (!strncmp(to, WIRE_PORT, strlen(WIRE_PORT)))
		return open_port(to + strlen(WIRE_PORT));
	out = open(to, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
	return out < 0 ? -errno : 0;
}

/* CRC-32 as in IEEE 802.3 and zlib. */
static uint32_t crc32_of(const char *p, size_t n)
{
	uint32_t crc = ~0u;

	while (n--) {
		crc ^= (unsigned char)*p++;
		for (int k = 0; k < 8; k++)
			crc = crc >> 1 ^ (crc & 1 ? 0xedb88320u : 0);
	}
	return ~crc;
}

static void send_all(const char *p, size_t n)
{
#if defined(__x86_64__)
	if (port) {
		outsb(port, p, n);
		return;
	}
#endif
	while (n) {
		ssize_t got = write(out, p, n);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0) {
			/* Without its record a result does not exist: end here. */
			perror("pinlab-guest: cannot write a record");
			_exit(120);
		}
		p += got;
		n -= got;
	}
}

static size_t add_field(char *line, size_t n, const char *s)
{
	line[n++] = '\t';
	for (; *s && n < WIRE_LINE - 16; s++)
		line[n++] = *s < ' ' || *s > '~' ? '?' : *s;
	return n;
}

void record_fields(const char *type, ...)
{
	char line[WIRE_LINE];
	const char *s;
	va_list ap;
	size_t n;

	n = snprintf(line, sizeof(line), "%lu", *seq);
	n = add_field(line, n, type);
	va_start(ap, type);
	while ((s = va_arg(ap, const char *)))
		n = add_field(line, n, s);
	va_end(ap);
	n += snprintf(line + n, sizeof(line) - n, "\t%08x\n", crc32_of(line, n));
	++*seq;
	send_all(line, n);
}

void record_raw(const char *bytes, unsigned long n)
{
	send_all(bytes, n);
}

const char *field(const char *fmt, ...)
{
	static char bufs[8][512];
	static unsigned int next;
	char *b = bufs[next++ % 8];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(b, sizeof(bufs[0]), fmt, ap);
	va_end(ap);
	return b;
}

unsigned long record_count(void)
{
	return *seq;
}
