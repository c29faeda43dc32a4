// SPDX-License-Identifier: GPL-2.0
/*
 * A page that somebody owns: found, watched for accesses of the kernel, taken
 * out of the linear map and put back.
 *
 * Taking a page out of the linear map is what a hypervisor's protection looks
 * like to its host: the next access of the kernel there faults. Watching is a
 * hardware breakpoint on the page's first word in the linear map: it says who
 * has touched it, and nothing crashes. The driver itself looks through a
 * mapping of its own, which neither of the two sees.
 */
#include <linux/file.h>
#include <linux/hw_breakpoint.h>
#include <linux/pagemap.h>
#include <linux/perf_event.h>
#include <linux/slab.h>
#include <linux/stacktrace.h>
#include <linux/uaccess.h>
#include <linux/vmalloc.h>

#include "compat.h"
#include "pinlab.h"

/* Frames of the exception itself stand before those of who has caused it. */
#define STACK_DEPTH	(PINLAB_OWNED_FRAMES + 16)

struct pinlab_owned_page {
	struct page *page;
	bool kept;		/* by a reference of ours */
	bool hidden;
	void *copy;		/* taken early: what the page was freed to must not be it */
	struct perf_event * __percpu *watch;
};

/* One breakpoint at a time, whose handler has nothing but this. */
static struct {
	spinlock_t lock;	/* of what follows */
	u32 hits;
	unsigned int n;
	unsigned long ip, stack[STACK_DEPTH];
} seen = { .lock = __SPIN_LOCK_UNLOCKED(seen.lock) };
static DEFINE_MUTEX(watch_lock);
static struct pinlab_owned_page *watcher;

static void on_access(struct perf_event *bp, struct perf_sample_data *data, struct pt_regs *regs)
{
	unsigned long flags;

	/* The trap can come while the lock is held only where the holder touches the page. */
	if (!spin_trylock_irqsave(&seen.lock, flags))
		return;
	if (!seen.hits++) {
		seen.ip = instruction_pointer(regs);
		seen.n = stack_trace_save(seen.stack, STACK_DEPTH, 0);
	}
	spin_unlock_irqrestore(&seen.lock, flags);
}

static void watch_end(struct pinlab_owned_page *o)
{
	mutex_lock(&watch_lock);
	if (o->watch) {
		unregister_wide_hw_breakpoint(o->watch);
		o->watch = NULL;
		watcher = NULL;
	}
	mutex_unlock(&watch_lock);
}

static int watch_begin(struct pinlab_owned_page *o)
{
	struct perf_event_attr attr;
	struct perf_event * __percpu *watch;
	int err = 0;

	mutex_lock(&watch_lock);
	if (watcher) {
		err = -EBUSY;
		goto out;
	}
	seen.hits = 0;
	seen.n = 0;
	hw_breakpoint_init(&attr);
	attr.bp_addr = (unsigned long)page_address(o->page);
	attr.bp_len = HW_BREAKPOINT_LEN_8;
	attr.bp_type = HW_BREAKPOINT_RW;
	watch = register_wide_hw_breakpoint(&attr, on_access, NULL);
	if (IS_ERR((void __force *)watch)) {
		err = PTR_ERR((void __force *)watch);
		goto out;
	}
	o->watch = watch;
	watcher = o;
out:
	mutex_unlock(&watch_lock);
	return err;
}

static int set_there(struct pinlab_owned_page *o, bool there)
{
	int err = pinlab_linear_set(o->page, 1, there);

	if (err)
		return err;
	o->hidden = !there;
	pinlab_linear_flush();
	return 0;
}

static struct page *find_in_file(int fd, loff_t offset)
{
	struct fd f = fdget(fd);
	struct page *page = NULL;

	if (compat_fd_file(f))
		page = find_get_page(compat_fd_file(f)->f_mapping, offset >> PAGE_SHIFT);
	fdput(f);
	return page;
}

static void forget(struct pinlab_owned_page *o)
{
	watch_end(o);
	if (o->hidden)
		set_there(o, true);
	if (o->kept)
		put_page(o->page);
	*o = (struct pinlab_owned_page){ .copy = o->copy };
}

static int find(struct pinlab_owned_page *o, const struct pinlab_owned *q)
{
	struct page *page;

	forget(o);
	if (q->fd >= 0)
		page = find_in_file(q->fd, q->addr);
	else if (get_user_pages_fast(q->addr, 1, 0, &page) != 1)
		page = NULL;
	if (!page)
		return -EFAULT;
	/* Nothing was seen of this one yet. */
	mutex_lock(&watch_lock);
	if (!watcher) {
		seen.hits = 0;
		seen.n = 0;
	}
	mutex_unlock(&watch_lock);
	o->page = page;
	o->kept = q->keep;
	if (!o->kept)
		put_page(page);
	return 0;
}

/* Its content, to or from user space, by no mapping that is watched or hidden. */
static int move_content(struct pinlab_owned_page *o, u64 buf, bool in)
{
	void *copy = o->copy, *at = vmap(&o->page, 1, VM_MAP, PAGE_KERNEL);
	int err = at ? 0 : -ENOMEM;

	if (at && in && copy_from_user(copy, u64_to_user_ptr(buf), PAGE_SIZE))
		err = -EFAULT;
	if (at && !err)
		memcpy(in ? at : copy, in ? copy : at, PAGE_SIZE);
	if (at && !in && copy_to_user(u64_to_user_ptr(buf), copy, PAGE_SIZE))
		err = -EFAULT;
	if (at)
		vunmap(at);
	return err;
}

static void name_frames(struct pinlab_owned *q)
{
	unsigned int i = 0, k = 0;

	/* Up to the frame that was interrupted it is the exception's own. */
	while (i < seen.n && seen.stack[i] != seen.ip)
		i++;
	if (i == seen.n)
		i = 0;
	for (; i < seen.n && k < PINLAB_OWNED_FRAMES; i++, k++)
		snprintf(q->frame[k], sizeof(q->frame[k]), "%ps", (void *)seen.stack[i]);
	if (!k && seen.hits)
		snprintf(q->frame[k++], sizeof(q->frame[0]), "%ps", (void *)seen.ip);
	q->frames = k;
}

static void look(const struct pinlab_owned_page *o, struct pinlab_owned *q)
{
	struct folio *folio = page_folio(o->page);

	q->pfn = page_to_pfn(o->page);
	q->refcount = pinlab_unmarked_refs(folio) - o->kept;
	q->pincount = pinlab_unmarked_pins(folio);
	q->order = folio_order(folio);
	q->maybe_pinned = q->refcount > 0 && folio_maybe_dma_pinned(folio);
	q->exclusive = q->refcount > 0 && pinlab_is_exclusive(folio);
	q->poisoned = PageHWPoison(o->page);
	q->hits = seen.hits;
	name_frames(q);
}

int pinlab_owned(struct pinlab_file *pf, struct pinlab_owned *q)
{
	struct pinlab_owned_page *o = pf->owned;

	if (!o) {
		o = kzalloc(sizeof(*o), GFP_KERNEL);
		if (!o)
			return -ENOMEM;
		o->copy = (void *)get_zeroed_page(GFP_KERNEL);
		if (!o->copy) {
			kfree(o);
			return -ENOMEM;
		}
		pf->owned = o;
	}
	if (q->what == PINLAB_OWNED_FIND)
		return find(o, q);
	if (!o->page)
		return -ENODATA;
	switch (q->what) {
	case PINLAB_OWNED_WATCH:
		return watch_begin(o);
	case PINLAB_OWNED_UNWATCH:
		watch_end(o);
		return 0;
	case PINLAB_OWNED_HIDE:
		return set_there(o, false);
	case PINLAB_OWNED_SHOW:
		return set_there(o, true);
	case PINLAB_OWNED_LOOK:
		look(o, q);
		return 0;
	case PINLAB_OWNED_PEEK:
	case PINLAB_OWNED_POKE:
		return move_content(o, q->buf, q->what == PINLAB_OWNED_POKE);
	default:
		return -EINVAL;
	}
}

void pinlab_owned_end(struct pinlab_file *pf)
{
	if (!pf->owned)
		return;
	forget(pf->owned);
	free_page((unsigned long)pf->owned->copy);
	kfree(pf->owned);
	pf->owned = NULL;
}
