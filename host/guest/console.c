// SPDX-License-Identifier: GPL-2.0
#include "host/guest/console.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "host/base/util.h"
#include "host/guest/title.h"
#include "include/wire.h"

/* A dump's stack comes so many lines behind the words that begin it, or behind another stack. */
#define DUMP_LINES 150
/* The words come so many lines behind "cut here". */
#define CUT_LINES 6
/* One fault, told in several heads: "BUG: ...", "Oops: ...". */
#define SAME_LINES 30

#define END_TRACE "---[ end trace "
#define DUMPED_FOR_BUG "page dumped because: VM_BUG_ON"

/* Dumps of stacks that are no complaint: somebody asked, or memory was short. */
static const char *const harmless_dumps[] = {
	"invoked oom-killer", "page allocation failure", "sysrq: ", "vmalloc error: ",
	"FAULT_INJECTION: ", "Sending NMI from CPU", "INFO: NMI handler",
	"page allocation stalls for ", "vmap allocation for size ",
};

const char *console_kind_name(enum splat_kind kind)
{
	static const char *const names[] = {
		[SPLAT_NONE] = "none", [SPLAT_LOST] = "lost", [SPLAT_WARNING] = "warning",
		[SPLAT_STALL] = "stall", [SPLAT_LOCKDEP] = "lockdep", [SPLAT_LEAK] = "leak",
		[SPLAT_BAD_PAGE] = "bad-page", [SPLAT_REFCOUNT] = "refcount",
		[SPLAT_CORRUPTION] = "corruption", [SPLAT_SLUB] = "slub",
		[SPLAT_SANITIZER] = "sanitizer", [SPLAT_BUG] = "bug", [SPLAT_OOPS] = "oops",
		[SPLAT_PANIC] = "panic", [SPLAT_UNKNOWN] = "unknown",
	};

	return names[kind];
}

void console_init(struct console *c)
{
	*c = (struct console){ .n = 0 };
}

void console_free(struct console *c)
{
	free(c->splats);
	console_init(c);
}

const struct splat *console_find(const struct console *c, enum splat_kind kind)
{
	for (size_t i = 0; i < c->n; i++)
		if (c->splats[i].kind == kind)
			return &c->splats[i];
	return NULL;
}

char *console_place(const struct splat *s)
{
	switch (s->where) {
	case CONSOLE_BEFORE:
		return xstrdup("before the first row");
	case CONSOLE_IN_ROW:
		return xasprintf("in %s", s->row);
	case CONSOLE_AFTER:
		return xasprintf("after %s", s->row);
	default:
		return xasprintf("at line %lu of its console", s->first);
	}
}

static void copy(char to[CONSOLE_TEXT_MAX], const char *from)
{
	snprintf(to, CONSOLE_TEXT_MAX, "%s", from);
}

static void place_splat(const struct console *c, struct splat *s)
{
	s->where = !c->marks ? CONSOLE_BEFORE : c->in_row ? CONSOLE_IN_ROW : CONSOLE_AFTER;
	if (c->marks)
		strcpy(s->row, c->row);
}

/* The older one may have got the name of a function behind it, from its dump. */
static bool same_title(const char old[CONSOLE_TEXT_MAX], const char *title, size_t n)
{
	return !memcmp(old, title, n) && (!old[n] || splat_begins(old + n, " in "));
}

static void add_splat(struct console *c, enum splat_kind kind, const char *text)
{
	struct splat s = { .kind = kind, .uptime = c->uptime, .first = c->lines,
			   .last = c->lines, .count = 1 };
	size_t n;

	copy(s.text, text);
	console_title(kind, text, s.title);
	n = strlen(s.title);
	place_splat(c, &s);
	c->head = c->lines;
	c->named = false;
	for (size_t i = 0; i < c->n; i++) {
		struct splat *old = &c->splats[i];

		/* What differs most comes first: a console may have very many. */
		if (old->kind != kind || !same_title(old->title, s.title, n) ||
		    old->where != s.where || strcmp(old->row, s.row))
			continue;
		old->count++;
		c->last = i;
		c->named = true;
		return;
	}
	if (c->n == CONSOLE_SPLATS_MAX) {
		c->more++;
		return;
	}
	c->splats = xrealloc(c->splats, (c->n + 1) * sizeof(*c->splats));
	c->last = c->n;
	c->splats[c->n++] = s;
}

static bool near(const struct console *c, unsigned long lines)
{
	return c->head && c->lines - c->head <= lines;
}

/* A stack in this line belongs to the complaint before it. */
static bool is_dump(const struct console *c)
{
	/* Chains of locks come between. */
	return near(c, c->n && c->splats[c->last].kind == SPLAT_LOCKDEP ? 10 * DUMP_LINES :
		    DUMP_LINES);
}

/* Another head of the fault that was told last. */
static bool is_same(const struct console *c, enum splat_kind kind)
{
	enum splat_kind last = c->n ? c->splats[c->last].kind : SPLAT_NONE;

	if (last <= SPLAT_STALL || (kind == SPLAT_WARNING && last == SPLAT_BAD_PAGE))
		return kind == SPLAT_STALL && last == SPLAT_STALL && near(c, CUT_LINES);
	switch (kind) {
	case SPLAT_PANIC:
		return near(c, DUMP_LINES);
	case SPLAT_OOPS:
		return near(c, last == SPLAT_OOPS || last == SPLAT_BUG ? SAME_LINES : CUT_LINES);
	case SPLAT_SANITIZER:
		return last == SPLAT_OOPS && near(c, CUT_LINES);
	case SPLAT_BUG:
	case SPLAT_WARNING:
		/* Of VM_BUG_ON_PAGE() the page comes first. */
		if (kind == SPLAT_BUG && last == SPLAT_BAD_PAGE)
			return near(c, DUMP_LINES) &&
			       splat_begins(c->splats[c->last].text, DUMPED_FOR_BUG);
		/* The words stand before the place. */
		return near(c, CUT_LINES) && (last == SPLAT_REFCOUNT || last == SPLAT_CORRUPTION);
	case SPLAT_BAD_PAGE:
		/* Part of what they dump. */
		if (last == SPLAT_SANITIZER || last == SPLAT_SLUB || last == SPLAT_CORRUPTION)
			return near(c, DUMP_LINES);
		return last == SPLAT_BAD_PAGE && near(c, CUT_LINES);
	default:
		return false;
	}
}

static void take_head(struct console *c, enum splat_kind kind, const char *text)
{
	if (kind == SPLAT_PANIC && !c->panic) {
		c->panic = true;
		copy(c->panic_text, text);
	}
	c->cut = 0;
	if (!is_same(c, kind)) {
		add_splat(c, kind, text);
		return;
	}
	c->head = c->lines;
	c->splats[c->last].last = c->lines;
}

/* "RIP: 0010:name+0x12/0x34": where an oops was, once. */
static void take_rip(struct console *c, const char *text)
{
	const char *fn = strstr(text, "RIP: 0010:"), *plus;
	struct splat *s = c->n ? &c->splats[c->last] : NULL;
	size_t n;

	if (!fn || !s || c->named || (s->kind != SPLAT_OOPS && s->kind != SPLAT_STALL) ||
	    !near(c, DUMP_LINES))
		return;
	fn += 10;
	plus = strstr(fn, "+0x");
	n = strlen(s->title);
	c->named = true;
	if (plus && plus - fn < 100 && n + 5 + (plus - fn) < CONSOLE_TEXT_MAX)
		sprintf(s->title + n, " in %.*s", (int)(plus - fn), fn);
}

/*
 * With several CPUs QEMU may run a translation of code that has been patched
 * meanwhile (seen with 7.2): the guest traps on an int3 that is not in its
 * memory any more, and dies of it. The kernel itself shows that: in "Code: .. 66
 * <90>" the byte before the one in brackets is the one that has trapped.
 */
static void take_code(struct console *c, const char *text)
{
	const char *at = strchr(text, '<');

	if (c->int3 && at && at - text > 9 && strncmp(at - 3, "cc ", 3))
		c->stale_int3 = true;
	c->int3 = false;
}

/* A mark of the guest's: "pinlab: begin race/fork". */
static bool take_mark(struct console *c, const char *text)
{
	bool begin = splat_begins(text, WIRE_MARK_BEGIN);

	if (splat_begins(text, WIRE_MARK_LAST))
		return c->done = true;
	if (!begin && !splat_begins(text, WIRE_MARK_END))
		return false;
	snprintf(c->row, sizeof(c->row), "%s",
		 text + strlen(begin ? WIRE_MARK_BEGIN : WIRE_MARK_END));
	c->marks = true;
	c->in_row = begin;
	return true;
}

static bool is_stack(const char *text)
{
	return splat_begins(text, "Call Trace:") || splat_begins(text, "Call trace:") ||
	       splat_begins(text, "RIP: 0010:") || splat_begins(text, END_TRACE);
}

/* A stack that nothing has announced is a complaint in words that are not known here. */
static void take_stack(struct console *c, const char *text)
{
	if (is_dump(c)) {
		/* Long dumps have several stacks; that of a warning ends here. */
		c->splats[c->last].last = c->lines;
		c->head = splat_begins(text, END_TRACE) &&
			  c->splats[c->last].kind == SPLAT_WARNING ? 0 : c->lines;
		return;
	}
	if (c->cut)
		return;
	if (c->harmless && c->lines - c->harmless <= DUMP_LINES) {
		c->harmless = c->lines;
		return;
	}
	add_splat(c, SPLAT_UNKNOWN, text);
}

/* After "cut here" comes what was cut; its first line stands for it where no word is known. */
static void take_cut(struct console *c, const char *text)
{
	if (!c->cut)
		return;
	if (!*c->cut_text)
		copy(c->cut_text, text);
	if (++c->cut_lines < CUT_LINES)
		return;
	c->cut = 0;
	add_splat(c, SPLAT_UNKNOWN, c->cut_text);
}

/* "Tainted: G    W  O  6.12": it has warned, died, ... and no line before this one says so. */
static void take_taint(struct console *c, const char *text)
{
	const char *s = strstr(text, " Tainted: ");
	char why[64];

	if (!s || c->n || c->cut || !splat_begins(text, "CPU: "))
		return;
	for (s += 10; *s && !isdigit((unsigned char)*s); s++)
		if (strchr("WDBL", *s))
			break;
	if (!*s || isdigit((unsigned char)*s))
		return;
	snprintf(why, sizeof(why), "tainted [%c], and no line before says by what", *s);
	add_splat(c, SPLAT_LOST, why);
}

static void take_message(struct console *c, const char *text)
{
	enum splat_kind kind = splat_kind_of(text);

	c->kernel = true;
	if (take_mark(c, text))
		return;
	for (size_t i = 0; i < ARRAY_SIZE(harmless_dumps); i++)
		if (strstr(text, harmless_dumps[i]))
			c->harmless = c->lines;
	take_taint(c, text);
	if (strstr(text, "Oops: int3") || splat_begins(text, "int3: "))
		c->int3 = true;
	if (splat_begins(text, "Code: "))
		take_code(c, text);
	if (kind) {
		take_head(c, kind, text);
	} else if (strstr(text, "-[ cut here ]-")) {
		c->cut = c->lines;
		c->cut_lines = 0;
		*c->cut_text = '\0';
	} else if (is_stack(text)) {
		take_stack(c, text);
	} else {
		take_cut(c, text);
	}
	take_rip(c, text);
}

/* "[   12.345678]" at s: its length, else 0. */
static size_t stamp_at(const char *s, double *uptime)
{
	size_t n = 1, blanks, whole;

	if (*s != '[')
		return 0;
	blanks = strspn(s + n, " ");
	whole = strspn(s + n + blanks, "0123456789");
	n += blanks + whole;
	if (!whole || whole > 9 || s[n] != '.' || strspn(s + n + 1, "0123456789") != 6 ||
	    s[n + 7] != ']')
		return 0;
	*uptime = strtod(s + 1 + blanks, NULL);
	return n + 8;
}

/* "[    T1]" or "[    C0]" of CONFIG_PRINTK_CALLER. */
static size_t caller_at(const char *s)
{
	size_t n = strspn(s, " ");
	size_t digits;

	if (s[n] != '[')
		return 0;
	n += 1 + strspn(s + n + 1, " ");
	if (s[n] != 'T' && s[n] != 'C')
		return 0;
	digits = strspn(s + n + 1, "0123456789");
	return digits && s[n + 1 + digits] == ']' ? n + 2 + digits : 0;
}

/*
 * One line may be several: what a program writes to the console has no end of
 * its own before the kernel's next message. Where messages have a time, what
 * has none is no kernel's.
 */
static void take_line(struct console *c, char *line)
{
	char *next = line, *text;
	double uptime = 0;
	size_t stamp, skip = 0;

	if (*line == '<' && isdigit((unsigned char)line[1]) && strchr(line, '>'))
		line = strchr(line, '>') + 1;
	stamp = stamp_at(line, &uptime);
	for (next = line + (stamp ? stamp : 1); *line && *next; next++)
		if (*next == '[' && stamp_at(next, &(double){ 0 }))
			break;
	if (*line && *next == '[') {
		char rest[CONSOLE_LINE_MAX + 1];

		strcpy(rest, next);
		*next = '\0';
		take_line(c, line);
		take_line(c, rest);
		return;
	}
	text = line + stamp;
	if (stamp) {
		c->stamps = true;
		c->uptime = uptime;
		skip = caller_at(text);
		text += skip;
		text += *text == ' ';
	} else if (c->stamps) {
		return;
	}
	take_message(c, text);
}

static void end_line(struct console *c)
{
	c->lines++;
	c->line[c->fill] = '\0';
	take_line(c, c->line);
	c->fill = 0;
}

void console_feed(struct console *c, const char *data, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		unsigned char b = data[i];

		if (b == '\n')
			end_line(c);
		else if (b != '\r' && c->fill < CONSOLE_LINE_MAX)
			c->line[c->fill++] = b == '\t' ? ' ' : b < ' ' || b > '~' ? '?' : b;
	}
}

void console_end(struct console *c)
{
	if (c->fill)
		end_line(c);
	if (c->cut && *c->cut_text)
		add_splat(c, SPLAT_UNKNOWN, c->cut_text);
	c->cut = 0;
	for (size_t i = 0; i < c->n && !c->marks; i++)
		c->splats[i].where = CONSOLE_ANYWHERE;
}

int console_parse_fd(int fd, struct console *c)
{
	char buf[65536];
	ssize_t n;
	int ret = 0;

	console_init(c);
	while (!ret && (n = read(fd, buf, sizeof(buf))) != 0) {
		if (n > 0)
			console_feed(c, buf, n);
		else if (errno != EINTR)
			ret = -errno;
	}
	console_end(c);
	return ret;
}
