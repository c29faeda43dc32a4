// SPDX-License-Identifier: GPL-2.0
/*
 * A module whose loading goes wrong in the way that what= names, for real
 * consoles to test the host's reader with; see tests/consoles/make.
 */
#include <linux/delay.h>
#include <linux/interrupt.h>
#include <linux/irq_work.h>
#include <linux/kthread.h>
#include <linux/list.h>
#include <linux/mm.h>
#include <linux/mman.h>
#include <linux/module.h>
#include <linux/netdevice.h>
#include <linux/refcount.h>
#include <linux/sched/task_stack.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/uaccess.h>
#include <linux/vmalloc.h>
#include <linux/workqueue.h>

static char *what = "";
module_param(what, charp, 0444);

static DEFINE_SPINLOCK(lock_a);
static DEFINE_SPINLOCK(lock_b);
static DEFINE_MUTEX(mutex_a);
static LIST_HEAD(list);
static noinline int eat_stack(int n);
static int (*volatile eat)(int n) = eat_stack;

static noinline int eat_stack(int n)
{
	char room[512];

	memset(room, n, sizeof(room));
	barrier_data(room);
	return eat(n + 1) + room[n & 511];
}

static void do_warn(void)
{
	WARN(1, "splat: asked for\n");
}

static void do_warn_twice(void)
{
	for (int i = 0; i < 2; i++)
		WARN_ON(1);
}

static void do_bug(void)
{
	BUG();
}

static void do_null(void)
{
	*(volatile int *)8 = 1;
}

static void do_fault(void)
{
	*(volatile int *)0xffffc90000000000ul = 1;
}

static void do_gpf(void)
{
	*(volatile long *)0xdead000000000100ul = 1;
}

static void do_divide(void)
{
	volatile int zero = 0;

	/* Not 1: gcc makes comparisons of that. */
	pr_info("%d\n", 7 / zero);
}

static void do_int3(void)
{
	asm volatile("int3");
}

static void do_exec(void)
{
	void (*fn)(void) = (void (*)(void))kmalloc(64, GFP_KERNEL);

	fn();
}

static void do_panic(void)
{
	panic("splat: asked for");
}

static void do_stack(void)
{
	pr_info("%d\n", eat(0));
}

static void do_refcount(void)
{
	refcount_t r = REFCOUNT_INIT(0);

	refcount_inc(&r);
}

static void do_list(void)
{
	struct list_head *e = kzalloc(sizeof(*e), GFP_KERNEL);

	list_add(e, &list);
	e->prev = e;
	list_del(e);
}

static void do_badpage(void)
{
	struct page *page = alloc_page(GFP_KERNEL);

	page->mapping = (void *)0x1234;
	put_page(page);
}

static void do_dumppage(void)
{
	struct page *page = alloc_page(GFP_KERNEL);

	dump_page(page, "splat asked for it");
}

static void do_slub(void)
{
	char *p = kmalloc(64, GFP_KERNEL);

	OPTIMIZER_HIDE_VAR(p);
	p[64] = 1;
	kfree(p);
}

static void do_use_after_free(void)
{
	volatile char *p = kmalloc(64, GFP_KERNEL);

	kfree((void *)p);
	p[3] = 1;
}

static void do_out_of_bounds(void)
{
	volatile char *p = kmalloc(64, GFP_KERNEL);
	size_t at = 64;

	OPTIMIZER_HIDE_VAR(at);
	p[at] = 1;
}

static void do_softlockup(void)
{
	preempt_disable();
	mdelay(60000);
	preempt_enable();
}

static int wait_for_readers(void *unused)
{
	synchronize_rcu();
	return 0;
}

/* Nothing stalls that nobody waits for. */
static void do_rcu(void)
{
	rcu_read_lock();
	kthread_run(wait_for_readers, NULL, "splat");
	for (int i = 0; i < 500; i++)
		mdelay(100);
	rcu_read_unlock();
}

static int spin_forever(void *unused)
{
	local_irq_disable();
	for (;;)
		cpu_relax();
	return 0;
}

static void do_wedge(void)
{
	for (int cpu = num_online_cpus() - 1; cpu >= 0; cpu--) {
		struct task_struct *t = kthread_create(spin_forever, NULL, "splat/%d", cpu);

		kthread_bind(t, cpu);
		wake_up_process(t);
	}
	msleep(60000);
}

static int hold_mutex(void *unused)
{
	mutex_lock(&mutex_a);
	for (;;)
		msleep(1000);
	return 0;
}

static void do_hungtask(void)
{
	kthread_run(hold_mutex, NULL, "splat");
	msleep(500);
	mutex_lock(&mutex_a);
}

static void do_atomic(void)
{
	preempt_disable();
	schedule();
	preempt_enable();
}

static void do_sleep(void)
{
	spin_lock(&lock_a);
	might_sleep();
	kfree(kmalloc(64, GFP_KERNEL));
	spin_unlock(&lock_a);
}

static void do_circular(void)
{
	spin_lock(&lock_a);
	spin_lock(&lock_b);
	spin_unlock(&lock_b);
	spin_unlock(&lock_a);
	spin_lock(&lock_b);
	spin_lock(&lock_a);
	spin_unlock(&lock_a);
	spin_unlock(&lock_b);
}

static void do_recursive(void)
{
	spin_lock(&lock_a);
	spin_lock(&lock_a);
}

static void do_unbalanced(void)
{
	spin_lock(&lock_a);
	spin_unlock(&lock_a);
	spin_unlock(&lock_a);
}

static void do_heldfreed(void)
{
	spinlock_t *lock = kmalloc(sizeof(*lock), GFP_KERNEL);

	spin_lock_init(lock);
	spin_lock(lock);
	kfree(lock);
}

static void do_irqstate(void)
{
	unsigned long flags;

	spin_lock_irqsave(&lock_a, flags);
	lockdep_softirq_enter();
	lockdep_softirq_exit();
	spin_unlock_irqrestore(&lock_a, flags);
}

static void do_rcuusage(void)
{
	static void __rcu *p;

	pr_info("%p\n", rcu_dereference(p));
}

static void do_smpid(void)
{
	pr_info("%d\n", smp_processor_id());
}

static void do_returnlocked(void)
{
	mutex_lock(&mutex_a);
}

static void do_oom(void)
{
	for (;;)
		if (!alloc_page(GFP_KERNEL | __GFP_RETRY_MAYFAIL))
			break;
}

static void do_allocfail(void)
{
	alloc_pages(GFP_KERNEL, MAX_PAGE_ORDER);
	for (;;)
		if (!alloc_pages(GFP_KERNEL | __GFP_NORETRY, 9))
			break;
}

static void do_dumpstack(void)
{
	dump_stack();
}

static void do_unknownwords(void)
{
	pr_crit("------------[ cut here ]------------\n");
	pr_crit("splat: this form is in no list\n");
	dump_stack();
	pr_crit("---[ end trace 0000000000000000 ]---\n");
}

static void do_vmbug(void)
{
	struct page *page = alloc_page(GFP_KERNEL);

	__free_page(page);
	get_page(page);
}

static void do_underflow(void)
{
	refcount_t r = REFCOUNT_INIT(1);

	pr_info("%d\n", refcount_sub_and_test(2, &r));
}

static void do_warn_once(void)
{
	for (int i = 0; i < 3; i++)
		WARN_ON_ONCE(1);
}

static void do_doublefault(void)
{
	asm volatile("mov $0x1000, %rsp; push %rax");
}

static void do_ud2(void)
{
	asm volatile("ud2");
}

static void do_smep(void)
{
	char __user *user = (void __user *)vm_mmap(NULL, 0, PAGE_SIZE,
						   PROT_READ | PROT_WRITE | PROT_EXEC,
						   MAP_PRIVATE | MAP_ANONYMOUS, 0);

	put_user(0xc3, user);
	((void (*)(void))(unsigned long)user)();
}

static void do_sysfs(void)
{
	kobject_create_and_add("splat", kernel_kobj);
	kobject_create_and_add("splat", kernel_kobj);
}

static void do_kobject(void)
{
	struct kobject *k = kobject_create_and_add("splat", kernel_kobj);

	kobject_init(k, get_ktype(k));
}

static void do_timeout(void)
{
	set_current_state(TASK_INTERRUPTIBLE);
	schedule_timeout(-1);
}

static noinline void do_canary(void)
{
	char room[64];

	OPTIMIZER_HIDE_VAR(room[0]);
	memset(room, 0x41, 64 + 16);
	barrier_data(room);
}

static void unbalanced_tasklet(struct tasklet_struct *unused)
{
	preempt_disable();
}

static DECLARE_TASKLET(tasklet, unbalanced_tasklet);

static void do_softirq_leak(void)
{
	tasklet_schedule(&tasklet);
	msleep(100);
}

static void unbalanced_work(struct work_struct *unused)
{
	preempt_disable();
}

static DECLARE_WORK(work, unbalanced_work);

static void do_work_leak(void)
{
	schedule_work(&work);
	msleep(100);
}

static void null_work(struct irq_work *unused)
{
	do_null();
}

static DEFINE_IRQ_WORK(irq_null, null_work);

static void do_interrupt(void)
{
	irq_work_queue(&irq_null);
	msleep(100);
}

static void do_initcall(void)
{
	preempt_disable();
}

static void do_words(void)
{
	pr_info("splat: says 'BUG: nothing', WARNING: and Kernel panic in a sentence\n");
}

static const struct {
	const char *name;
	void (*fn)(void);
} faults[] = {
#define F(name) { #name, do_##name }
	F(warn), F(warn_twice), F(bug), F(null), F(fault), F(gpf), F(divide), F(int3), F(exec),
	F(panic), F(stack), F(refcount), F(list), F(badpage), F(dumppage), F(slub),
	F(use_after_free), F(out_of_bounds), F(softlockup), F(rcu), F(wedge), F(hungtask),
	F(atomic), F(sleep), F(circular), F(recursive), F(unbalanced), F(heldfreed), F(irqstate),
	F(rcuusage), F(smpid), F(returnlocked), F(oom), F(allocfail), F(dumpstack),
	F(unknownwords), F(vmbug), F(words), F(underflow), F(warn_once), F(doublefault), F(ud2),
	F(smep), F(sysfs), F(kobject), F(timeout), F(canary), F(softirq_leak),
	F(work_leak), F(interrupt), F(initcall),
};

static int __init splat_init(void)
{
	for (int i = 0; i < ARRAY_SIZE(faults); i++)
		if (!strcmp(faults[i].name, what))
			faults[i].fn();
	return 0;
}
module_init(splat_init);
MODULE_DESCRIPTION("Goes wrong on demand");
MODULE_LICENSE("GPL");
