// SPDX-License-Identifier: GPL-2.0
/*
 * Wider windows: probes inside of kernel functions that spin for a moment at
 * some of the hits. Which hits, and for how long, comes from a seed and the
 * number of the hit.
 */
#include <linux/delay.h>
#include <linux/kprobes.h>

#include "pinlab.h"

#define MAX_NS		100000	/* interrupts may be off where a probe spins */
#define MAX_INSN	15	/* bytes of one x86 instruction */

#ifdef CONFIG_KPROBES
struct probe {
	struct kprobe kp;
	char symbol[64];
	atomic64_t hits;
	u64 seed;
	u32 max_ns, odds;
};

static struct probe probes[PINLAB_DELAYS];
static u32 nr_probes;
static DEFINE_MUTEX(probes_lock);

static int on_hit(struct kprobe *kp, struct pt_regs *regs)
{
	struct probe *p = container_of(kp, struct probe, kp);
	u64 state = p->seed + atomic64_inc_return(&p->hits);
	u64 x = pinlab_random(&state);

	if (in_task() && !(x % p->odds))
		ndelay(pinlab_random(&state) % p->max_ns);
	return 0;
}

/* At `offset` or at the first instruction behind it. */
static int plant(struct probe *p, struct pinlab_delay *d, u64 seed)
{
	int err = -EILSEQ, i;

	for (i = 0; i < MAX_INSN && err == -EILSEQ; i++, d->offset += err == -EILSEQ) {
		memset(p, 0, sizeof(*p));
		strscpy(p->symbol, d->symbol, sizeof(p->symbol));
		p->seed = seed;
		p->max_ns = d->max_ns;
		p->odds = d->odds;
		p->kp.symbol_name = p->symbol;
		p->kp.offset = d->offset;
		p->kp.pre_handler = on_hit;
		err = register_kprobe(&p->kp);
	}
	return err;
}

static void uproot(struct pinlab_delays *ds)
{
	u32 i;

	for (i = 0; i < nr_probes; i++)
		unregister_kprobe(&probes[i].kp);
	for (i = 0; ds && i < PINLAB_DELAYS; i++)
		ds->d[i].hits = i < nr_probes ? atomic64_read(&probes[i].hits) : 0;
	nr_probes = 0;
}

int pinlab_delays(struct pinlab_delays *ds)
{
	u32 i;

	if (ds->nr > PINLAB_DELAYS)
		return -EINVAL;
	for (i = 0; i < ds->nr; i++) {
		struct pinlab_delay *d = &ds->d[i];

		d->symbol[sizeof(d->symbol) - 1] = '\0';
		if (!d->odds || !d->max_ns || d->max_ns > MAX_NS)
			return -EINVAL;
	}
	mutex_lock(&probes_lock);
	uproot(ds);
	for (i = 0; i < ds->nr; i++) {
		struct pinlab_delay *d = &ds->d[i];

		d->err = plant(&probes[nr_probes], d, ds->seed + ((u64)i << 40));
		nr_probes += !d->err;
	}
	mutex_unlock(&probes_lock);
	return 0;
}

void pinlab_delays_end(void)
{
	mutex_lock(&probes_lock);
	uproot(NULL);
	mutex_unlock(&probes_lock);
}
#else
int pinlab_delays(struct pinlab_delays *ds)
{
	return ds->nr ? -EOPNOTSUPP : 0;
}

void pinlab_delays_end(void)
{
}
#endif
