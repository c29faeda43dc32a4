// SPDX-License-Identifier: GPL-2.0
/* The rule: what each class of paths can do to memory under each scheme. */
#include "guest/paths/expect.h"

#include <stdlib.h>
#include <sys/utsname.h>

#include "guest/paths/path.h"

unsigned int kernel_version(void)
{
	struct utsname u;
	char *end;
	unsigned long major;

	uname(&u);
	major = strtoul(u.release, &end, 10);
	return KERNEL(major, *end == '.' ? strtoul(end + 1, NULL, 10) : 0);
}

static bool version_fits(unsigned int since, unsigned int before)
{
	unsigned int v = kernel_version();

	return v >= since && (!before || v < before);
}

enum way path_way(const struct path *p)
{
	return kernel_version() < p->way_since ? p->way_before : p->way;
}

static const struct expect *exception(const struct path *p, enum scheme s, enum mem_kind k)
{
	for (const struct expect *e = p->except; e && e->answer; e++)
		if ((!e->schemes || e->schemes & 1u << s) && (!e->kinds || e->kinds & KIND(k)) &&
		    version_fits(e->since, e->before))
			return e;
	return NULL;
}

/* doc/contract.md: a correct exclusive pin stops those who pin, and only those. */
static enum answer rule(const struct path *p, enum scheme s)
{
	enum way way = path_way(p);

	switch (s) {
	case SCHEME_NONE:
	case SCHEME_LONGTERM:
		return p->reach;
	case SCHEME_EXCLUSIVE:
		return way == WAY_PIN || way == WAY_LONGTERM ? ANSWER_REFUSED : p->reach;
	case SCHEME_GUEST_MEMFD:
		/* It has no mapping to begin from, and no read() or write(). */
		return ANSWER_REFUSED;
	case SCHEME_MEMFD_SECRET:
		/* GUP refuses it whatever the flags are; the user's mapping is there. */
		return way == WAY_GET || way == WAY_PIN || way == WAY_LONGTERM ?
			ANSWER_REFUSED : p->reach;
	default:
		return ANSWER_NONE;
	}
}

enum answer path_expect(const struct path *p, enum scheme s, enum mem_kind k, bool exclusive,
			const char **why)
{
	const struct expect *e = exception(p, s, k);

	*why = e && e->why ? e->why : "";
	if (s == SCHEME_EXCLUSIVE && !exclusive)
		return ANSWER_SKIP;
	return e ? e->answer : rule(p, s);
}

bool path_expect_down(const struct path *p, enum scheme s, enum mem_kind k, bool exclusive)
{
	const struct expect *e = exception(p, s, k);
	const char *why;
	enum answer a = path_expect(p, s, k, exclusive, &why);

	if (a != ANSWER_READ && a != ANSWER_WRITTEN)
		return false;
	if (e && e->linear)
		return true;
	if (p->elsewhere || path_way(p) == WAY_USER)
		return false;
	return !p->survives || !version_fits(p->survives_since, p->survives_before);
}
