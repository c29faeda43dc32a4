/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a kernel says of itself on its serial console: every complaint in it,
 * from the first line to the last, for every verb. Consoles come from a kernel
 * under test or by mail, so nothing in them is trusted: lines, complaints and
 * memory have limits, and text is printable when it leaves here.
 *
 * A console may be fed while it grows. The manner is that of syzkaller's
 * pkg/report: the words a complaint begins with, a title that is the same for
 * the same fault on any machine, and fixtures (tests/consoles/) of real ones.
 */
#ifndef PINLAB_HOST_GUEST_CONSOLE_H
#define PINLAB_HOST_GUEST_CONSOLE_H

#include <stdint.h>

#include "host/guest/title.h"

#define CONSOLE_LINE_MAX 1024	/* bytes of a line that are looked at */
#define CONSOLE_SPLATS_MAX 1024	/* different ones */
#define CONSOLE_ROW_MAX 96	/* as RECORDS_NAME_MAX */

/* Where in the boot: by the marks that the guest puts into the log. */
enum console_where {
	CONSOLE_ANYWHERE,	/* the guest has put none */
	CONSOLE_BEFORE,		/* the first row */
	CONSOLE_IN_ROW,
	CONSOLE_AFTER,		/* a row, before the next or the end */
};

struct splat {
	enum splat_kind kind;
	enum console_where where;
	char row[CONSOLE_ROW_MAX + 1];	/* in or after it; else empty */
	char title[CONSOLE_TEXT_MAX];	/* without addresses, numbers, offsets */
	char text[CONSOLE_TEXT_MAX];	/* the line that it was known by */
	double uptime;			/* seconds, of the first; 0: the line has no time */
	unsigned long first, last;	/* lines from 1, of the first to the end of the last */
	unsigned long count;		/* of that title in that place */
};

struct console {
	struct splat *splats;		/* in the order they came */
	size_t n;
	unsigned long more;		/* complaints behind CONSOLE_SPLATS_MAX */
	unsigned long lines;
	bool panic;			/* and its line */
	char panic_text[CONSOLE_TEXT_MAX];
	bool stale_int3;		/* QEMU's fault, see console.c */
	bool kernel;			/* a line of a kernel's came at all */
	bool done;			/* and the guest's last one */
	/* The rest is the reader's own. */
	char line[CONSOLE_LINE_MAX + 1];
	size_t fill;
	bool stamps, marks, in_row;
	char row[CONSOLE_ROW_MAX + 1];
	double uptime;
	unsigned long head;		/* line of the last complaint; 0: none */
	unsigned long harmless;		/* line of the last dump that is no complaint */
	unsigned long cut;		/* line of "cut here" without a complaint yet */
	char cut_text[CONSOLE_TEXT_MAX];
	size_t last;			/* index of the last complaint */
	bool int3, named;
	unsigned int cut_lines;
};

void console_init(struct console *c);
/* Take in n more bytes, cut anywhere. */
void console_feed(struct console *c, const char *data, size_t n);
/* Nothing more will come: a last line without an end counts too. */
void console_end(struct console *c);
/* A whole file, from where fd stands. 0 or -errno; the caller frees c in every case. */
int console_parse_fd(int fd, struct console *c);
void console_free(struct console *c);

/* "warning", "lockdep", ... */
const char *console_kind_name(enum splat_kind kind);
/* The first of that kind, NULL if there is none. */
const struct splat *console_find(const struct console *c, enum splat_kind kind);
/* "before the first row", "in race/fork", ...; the caller frees. */
char *console_place(const struct splat *s);

#endif
