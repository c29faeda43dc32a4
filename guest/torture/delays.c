// SPDX-License-Identifier: GPL-2.0
#include "guest/torture/delays.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "guest/device.h"

#define MAX_FUNCTIONS	64
#define SET		3	/* probes at once: each hit costs a trap */

/* Beginnings of names: where pins are given, refused, judged and taken back. */
static const char *const wanted[] = {
	"try_grab_folio", "try_grab_page", "try_get_folio", "gup_put_folio", "gup_pin_exclusive",
	"gup_unpin_exclusive", "gup_refuse_pin", "gup_sub_pincount", "gup_put_exclusive",
	"gup_fast_pte_range", "gup_pte_range", "gup_fast_pmd_leaf", "gup_huge_pmd",
	"gup_fast_extend_exclusive", "gup_resume_exclusive", "follow_page_pte",
	"follow_page_mask", "unexc_user_page", "reexc_user_page", "unpin_exc_pages_dirty_lock",
	"unpin_user_pages", "unpin_user_pages_dirty_lock", "memfd_pin_folios",
	"folio_try_add_pin", "gup_fast_fallback", "internal_get_user_pages_fast",
	"lockless_pages_from_mm", "gup_fast",
};

struct function {
	char name[64];
	unsigned long addr, size;
};

static struct function functions[MAX_FUNCTIONS];
static unsigned int nr_functions;

static bool is_wanted(const char *name)
{
	size_t n = strcspn(name, ".");

	/* GCC's clones keep the name in front of a dot; .cold parts are never probed. */
	if (strstr(name, ".cold"))
		return false;
	for (size_t i = 0; i < sizeof(wanted) / sizeof(*wanted); i++)
		if (strlen(wanted[i]) == n && !strncmp(name, wanted[i], n))
			return true;
	return false;
}

/* A symbol at `addr`: does the function end there at the latest? */
static void bound(struct function *fn, unsigned long addr)
{
	if (addr > fn->addr && (!fn->size || addr - fn->addr < fn->size))
		fn->size = addr - fn->addr;
}

/* /proc/kallsyms is in the order of addresses only within a section: take the next above. */
static void read_functions(void)
{
	FILE *f = fopen("/proc/kallsyms", "re");
	unsigned long addr;
	char line[256], name[64], type;

	while (f && fgets(line, sizeof(line), f)) {
		if (sscanf(line, "%lx %c %63s", &addr, &type, name) != 3 ||
		    (type != 't' && type != 'T') || strchr(line, '['))
			continue;
		for (unsigned int i = 0; i < nr_functions; i++)
			bound(&functions[i], addr);
		if (is_wanted(name) && nr_functions < MAX_FUNCTIONS) {
			struct function *fn = &functions[nr_functions++];

			fn->addr = addr;
			fn->size = 0;
			snprintf(fn->name, sizeof(fn->name), "%s", name);
		}
	}
	if (f)
		fclose(f);
}

void delays_change(struct delays *d, int drv, uint64_t seed, bool on)
{
	struct rng g = { seed };

	d->seed = seed;
	memset(&d->set, 0, sizeof(d->set));
	if (!nr_functions)
		read_functions();
	if (on && nr_functions) {
		d->set.nr = SET;
		d->set.seed = rng_next(&g);
	}
	for (unsigned int i = 0; i < d->set.nr; i++) {
		const struct function *fn = &functions[rng_below(&g, nr_functions)];
		struct pinlab_delay *p = &d->set.d[i];

		snprintf(p->symbol, sizeof(p->symbol), "%s", fn->name);
		p->offset = rng_below(&g, fn->size > 16 ? fn->size - 8 : 1);
		p->max_ns = 1000 << rng_below(&g, 6);
		p->odds = 1 << rng_below(&g, 5);
	}
	d->on = !dev_delays(drv, &d->set) && d->set.nr;
}

void delays_clear(struct delays *d, int drv)
{
	d->on = false;
	memset(&d->set, 0, sizeof(d->set));
	dev_delays(drv, &d->set);
}

void delays_tell(const struct delays *d, struct row *r)
{
	if (!d->on) {
		torture_detail(r, "no delays were injected");
		return;
	}
	torture_detail(r, "delays of seed %#llx:", (unsigned long long)d->seed);
	for (unsigned int i = 0; i < d->set.nr; i++) {
		const struct pinlab_delay *p = &d->set.d[i];

		if (!p->err)
			torture_detail(r, "  %s+%#x: up to %u ns at one of %u hits", p->symbol,
				       p->offset, p->max_ns, p->odds);
	}
}
