// SPDX-License-Identifier: GPL-2.0
#include "host/judge/complaint.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "host/base/ktap.h"
#include "include/wire.h"

/* Bits of /proc/sys/kernel/tainted: bad page, died, warned, soft lockup. */
#define TAINT_COMPLAINTS (1ul << 5 | 1ul << 7 | 1ul << 9 | 1ul << 14)

static unsigned long times_said(const struct console *c, const char *title)
{
	unsigned long n = 0;

	for (size_t i = 0; i < c->n; i++)
		if (c->splats[i].kind == SPLAT_WARNING && !strcmp(c->splats[i].title, title))
			n += c->splats[i].count;
	return n;
}

/* How often the guest has asked for which warnings, by their titles. */
struct asked {
	struct index titles;
	unsigned long *times;
	char (*title)[CONSOLE_TEXT_MAX];
	size_t n;
};

static void asked_read(const struct records *r, struct asked *a)
{
	*a = (struct asked){ .n = 0 };
	for (size_t i = 0; i < r->n_expects; i++) {
		const char *text = r->expects[i].text;
		char title[CONSOLE_TEXT_MAX];
		size_t at;

		console_title(splat_kind_of(text), text, title);
		at = index_need(&a->titles, a->n, "%s", title);
		if (at == a->n) {
			a->times = xgrow(a->times, at, sizeof(*a->times));
			a->title = xgrow(a->title, at, sizeof(*a->title));
			a->times[a->n] = 0;
			strcpy(a->title[a->n++], title);
		}
		a->times[at] += r->expects[i].count;
	}
}

static void asked_free(struct asked *a)
{
	index_free(&a->titles);
	free(a->times);
	free(a->title);
}

static unsigned long times_asked(const struct asked *a, const char *title)
{
	long at = index_find(&a->titles, "%s", title);

	return at < 0 ? 0 : a->times[at];
}

/* A guest of before said nothing of the warnings that its scenarios ask for. */
static bool is_old(const struct run *run)
{
	return !json_integer_value(json_object_get(run->plan, "console"));
}

static bool is_asked_for(const struct run *run, const struct boot *b, const struct asked *a,
			 const struct splat *s)
{
	/* The page is really hidden: the complaint is the result. */
	if (b->role == ROLE_CRASH)
		return true;
	if (s->kind != SPLAT_WARNING)
		return false;
	if (is_old(run))
		return !strcmp(plan_text(run, "verb"), "torture");
	return times_said(&b->console, s->title) <= times_asked(a, s->title);
}

static void lose(struct boot *b, const char *why, const char *what)
{
	b->lost = (struct splat){ .kind = SPLAT_LOST, .count = 1, .first = b->console.lines };
	snprintf(b->lost.text, sizeof(b->lost.text), "%s%.120s", why, what);
	snprintf(b->lost.title, sizeof(b->lost.title), "%s", b->lost.text);
	b->complaint = &b->lost;
}

/* What the guest has seen of its own log has to stand on the console too. */
static void check_whole(const struct run *run, struct boot *b, const struct asked *a)
{
	unsigned long tainted = 0;

	if (is_old(run) || b->role == ROLE_CRASH || !b->ok)
		return;
	if (!b->console.kernel) {
		lose(b, "its console is empty", "");
		return;
	}
	if (json_integer_value(json_object_get(run->plan, "console")) > 1 && !b->console.done) {
		lose(b, "its console ends before the guest's last line", "");
		return;
	}
	for (size_t i = 0; i < a->n && !b->complaint; i++)
		if (times_said(&b->console, a->title[i]) < a->times[i])
			lose(b, "its console lacks lines that the guest has seen: ", a->title[i]);
	for (size_t i = 0; i < b->rec.n_caps; i++)
		if (!strcmp(b->rec.caps[i].name, WIRE_CAP_TAINTED))
			tainted = strtoul(b->rec.caps[i].value, NULL, 10);
	if (tainted & TAINT_COMPLAINTS && !b->console.n && !b->complaint)
		lose(b, "the kernel is tainted, and its console does not say by what", "");
}

void complaint_load(const struct run *run, struct boot *b)
{
	bool is_native = !strcmp(plan_text(run, "engine"), "native");
	int fd = place_fd(&b->place, "console.log");
	int ret = fd < 0 ? fd : place_note(&b->place, "console.log",
					   console_parse_fd(fd, &b->console));
	const struct splat *lost;
	struct asked asked;

	if (fd >= 0)
		close(fd);
	asked_read(&b->rec, &asked);
	b->complaint = NULL;
	for (size_t i = 0; i < b->console.n && !b->complaint; i++)
		if (b->console.splats[i].kind != SPLAT_LOST &&
		    !is_asked_for(run, b, &asked, &b->console.splats[i]))
			b->complaint = &b->console.splats[i];
	lost = console_find(&b->console, SPLAT_LOST);
	if (!b->complaint && lost && b->role != ROLE_CRASH)
		lose(b, "lines of its console are lost: ", lost->text);
	if (!b->complaint && b->console.more && b->role != ROLE_CRASH)
		lose(b, "its kernel has more different complaints than are told apart", "");
	for (size_t i = 0; is_native && i < b->rec.n_facts && !b->complaint; i++)
		if (!strcmp(b->rec.facts[i].name, WIRE_FACT_LOST))
			lose(b, b->rec.facts[i].text, "");
	if (!is_native && !b->complaint && b->there && (!ret || !is_old(run)))
		check_whole(run, b, &asked);
	asked_free(&asked);
	if (b->complaint != &b->lost)
		return;
	if (b->ok)
		boot_set_outcome(b, "lost-lines", b->lost.text, "");
	b->complaint = NULL;
}

static bool has_hung(const struct boot *b)
{
	return !strcmp(b->outcome, "hang") || !strcmp(b->outcome, "timeout");
}

/* Another boot of the kernel stopped in the same row: once may be the host's fault. */
static bool hung_again(const struct run *run, const struct boot *b)
{
	const char *row = boot_last_row(b);

	for (size_t i = 0; row && i < run->n_boots; i++) {
		const struct boot *other = &run->boots[i];

		if (other != b && other->kernel == b->kernel && has_hung(other) &&
		    boot_last_row(other) && !strcmp(boot_last_row(other), row))
			return true;
	}
	return false;
}

bool boot_crashed(const struct run *run, const struct boot *b)
{
	if (!strcmp(b->outcome, "panic"))
		return b->console.panic || is_old(run);
	if (!has_hung(b))
		return false;
	return console_find(&b->console, SPLAT_STALL) || b->hung_again || hung_again(run, b);
}

const struct splat *complaint_fatal(const struct boot *b)
{
	static const enum splat_kind kinds[] = {
		SPLAT_OOPS, SPLAT_BUG, SPLAT_SANITIZER, SPLAT_CORRUPTION, SPLAT_SLUB,
		SPLAT_BAD_PAGE,
	};
	const struct splat *first = console_find(&b->console, SPLAT_PANIC);

	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++) {
		const struct splat *s = console_find(&b->console, kinds[i]);

		if (s && (!first || s->first < first->first))
			first = s;
	}
	return first ? first : console_find(&b->console, SPLAT_STALL);
}

const char *complaint_first(const struct run *run, size_t kernel)
{
	for (const struct boot *b = run->kernels[kernel].boots; b; b = b->next)
		if (b->complaint)
			return b->complaint->text;
	return NULL;
}

/* Of a seeded bug it is what was to be found; in a row's finding it stands already. */
static bool is_news(const struct run *run, const struct boot *b)
{
	if (!b->complaint || strstr(run->kernels[b->kernel].name, "+busted:"))
		return false;
	for (size_t i = 0; i < b->rec.n_findings; i++)
		if (!strcmp(b->rec.findings[i].promise, PROMISE_LOG))
			return false;
	return true;
}

static char *line_of(const struct boot *b)
{
	char *place = console_place(b->complaint);
	char *line = xasprintf("boot %s, %s: %s", b->id, place, b->complaint->text);

	free(place);
	return line;
}

void complaint_ktap(const struct run *run, size_t kernel, struct text *t)
{
	for (const struct boot *b = run->kernels[kernel].boots; b; b = b->next) {
		char *line;

		if (!is_news(run, b))
			continue;
		line = line_of(b);
		ktap_note(t, 0, "%s", line);
		free(line);
	}
}

void complaint_text(const struct run *run, struct text *t)
{
	size_t n = 0;

	for (size_t i = 0; i < run->n_boots; i++)
		n += is_news(run, &run->boots[i]);
	if (!n)
		return;
	text_line(t, "%s", "");
	text_wrap(t, 0, "The kernel COMPLAINS about itself in the log of %zu boot%s, and nothing that ran asked for it:",
		  n, n == 1 ? "" : "s");
	for (size_t i = 0; i < run->n_boots; i++) {
		char *line;

		if (!is_news(run, &run->boots[i]))
			continue;
		line = line_of(&run->boots[i]);
		text_wrap(t, 4, "  %s", line);
		free(line);
	}
}
