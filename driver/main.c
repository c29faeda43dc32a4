// SPDX-License-Identifier: GPL-2.0
/*
 * /dev/pinlab: lets a guest program pin its own memory in every way there is,
 * time it, and look at the counts. All that a file holds is released when it
 * is closed, so a killed process leaves nothing.
 *
 * It is made for guests that are thrown away afterwards: whoever opens the
 * device can pin memory without any limit, so the device is root's.
 */
#include <linux/fs.h>
#include <linux/hardirq.h>
#include <linux/kernel_stat.h>
#include <linux/miscdevice.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/timex.h>
#include <linux/uaccess.h>

#include "compat.h"
#include "pinlab.h"

/*
 * kstat counts what goes through the generic interrupt code; on x86 the local
 * APIC's timer does not, and is counted in irq_stat. The reader runs on the
 * CPU that it asks about: with more than one CPU a migration in between shows
 * as a context switch.
 */
u64 pinlab_noise(void)
{
	u64 n = current->nvcsw + current->nivcsw + this_cpu_read(kstat.irqs_sum);

#ifdef CONFIG_X86_LOCAL_APIC
	n += this_cpu_read(irq_stat.apic_timer_irqs);
#ifdef CONFIG_SMP
	n += this_cpu_read(irq_stat.irq_resched_count);
	n += this_cpu_read(irq_stat.irq_call_count);
#endif
#endif
	return n;
}

static int run_steps(struct pinlab_file *pf, const struct pinlab_run *run,
		     struct pinlab_step *steps)
{
	int err = 0;
	u32 i;

	mutex_lock(&pf->lock);
	for (i = 0; i < run->nr && !err; i++)
		err = pinlab_step(pf, &steps[i], run->clock);
	mutex_unlock(&pf->lock);
	return err;
}

static long ioc_run(struct pinlab_file *pf, void __user *arg)
{
	struct pinlab_step *steps;
	struct pinlab_run run;
	size_t size;
	long err;

	if (copy_from_user(&run, arg, sizeof(run)))
		return -EFAULT;
	if (!run.nr || run.nr > PINLAB_MAX_STEPS)
		return -EINVAL;
	size = run.nr * sizeof(*steps);
	steps = memdup_user(u64_to_user_ptr(run.steps), size);
	if (IS_ERR(steps))
		return PTR_ERR(steps);
	err = run_steps(pf, &run, steps);
	if (copy_to_user(u64_to_user_ptr(run.steps), steps, size) && !err)
		err = -EFAULT;
	kfree(steps);
	return err;
}

static long ioc_page_info(struct pinlab_file *pf, void __user *arg)
{
	struct pinlab_page_info info;
	int err;

	if (copy_from_user(&info, arg, sizeof(info)))
		return -EFAULT;
	mutex_lock(&pf->lock);
	err = pinlab_page_info(pf, &info);
	mutex_unlock(&pf->lock);
	if (!err && copy_to_user(arg, &info, sizeof(info)))
		err = -EFAULT;
	return err;
}

static long ioc_caps(void __user *arg)
{
	struct pinlab_caps caps = {
		.abi = PINLAB_ABI,
		.exclusive = PINLAB_HAS_EXCLUSIVE,
		.has_cycles = get_cycles() != 0,
		.memfd = PINLAB_HAS_MEMFD,
	};

	return copy_to_user(arg, &caps, sizeof(caps)) ? -EFAULT : 0;
}

static long ioc_noise(void __user *arg)
{
	struct pinlab_noise noise = { .count = pinlab_noise() };

	return copy_to_user(arg, &noise, sizeof(noise)) ? -EFAULT : 0;
}

static long ioc_race(void __user *arg)
{
	struct pinlab_race *r = memdup_user(arg, sizeof(*r));
	long err;

	if (IS_ERR(r))
		return PTR_ERR(r);
	err = pinlab_race(r);
	if (copy_to_user(arg, r, sizeof(*r)) && !err)
		err = -EFAULT;
	kfree(r);
	return err;
}

static long ioc_finding(void __user *arg)
{
	struct pinlab_finding *f = kmalloc(sizeof(*f), GFP_KERNEL);
	long err = f ? pinlab_finding_take(f) : -ENOMEM;

	if (!err && copy_to_user(arg, f, sizeof(*f)))
		err = -EFAULT;
	kfree(f);
	return err;
}

static long ioc_audit(void __user *arg)
{
	struct pinlab_audit a;
	long err;

	if (copy_from_user(&a, arg, sizeof(a)))
		return -EFAULT;
	err = pinlab_audit(&a);
	if (!err && copy_to_user(arg, &a, sizeof(a)))
		err = -EFAULT;
	return err;
}

static long ioc_delays(struct pinlab_file *pf, void __user *arg)
{
	struct pinlab_delays *ds = memdup_user(arg, sizeof(*ds));
	long err;

	if (IS_ERR(ds))
		return PTR_ERR(ds);
	err = pinlab_delays(ds);
	if (!err)
		pf->delays = ds->nr;
	if (!err && copy_to_user(arg, ds, sizeof(*ds)))
		err = -EFAULT;
	kfree(ds);
	return err;
}

static long ioc_mass(struct pinlab_file *pf, void __user *arg)
{
	struct pinlab_mass m;
	long err;

	if (copy_from_user(&m, arg, sizeof(m)))
		return -EFAULT;
	mutex_lock(&pf->lock);
	err = pinlab_mass(pf, &m);
	mutex_unlock(&pf->lock);
	if (!err && copy_to_user(arg, &m, sizeof(m)))
		err = -EFAULT;
	return err;
}

static long ioc_contend(void __user *arg)
{
	struct pinlab_contend c;
	long err;

	if (copy_from_user(&c, arg, sizeof(c)))
		return -EFAULT;
	err = pinlab_contend(&c);
	if (!err && copy_to_user(arg, &c, sizeof(c)))
		err = -EFAULT;
	return err;
}

static long ioc_owned(struct pinlab_file *pf, void __user *arg)
{
	struct pinlab_owned *q = memdup_user(arg, sizeof(*q));
	long err;

	if (IS_ERR(q))
		return PTR_ERR(q);
	mutex_lock(&pf->lock);
	err = pinlab_owned(pf, q);
	mutex_unlock(&pf->lock);
	if (!err && copy_to_user(arg, q, sizeof(*q)))
		err = -EFAULT;
	kfree(q);
	return err;
}

static long pinlab_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	struct pinlab_file *pf = file->private_data;
	void __user *uarg = (void __user *)arg;

	switch (cmd) {
	case PINLAB_IOC_CAPS:
		return ioc_caps(uarg);
	case PINLAB_IOC_RUN:
		return ioc_run(pf, uarg);
	case PINLAB_IOC_PAGE_INFO:
		return ioc_page_info(pf, uarg);
	case PINLAB_IOC_NOISE:
		return ioc_noise(uarg);
	case PINLAB_IOC_RACE:
		return ioc_race(uarg);
	case PINLAB_IOC_FINDING:
		return ioc_finding(uarg);
	case PINLAB_IOC_AUDIT:
		return ioc_audit(uarg);
	case PINLAB_IOC_DELAYS:
		return ioc_delays(pf, uarg);
	case PINLAB_IOC_MASS:
		return ioc_mass(pf, uarg);
	case PINLAB_IOC_CONTEND:
		return ioc_contend(uarg);
	case PINLAB_IOC_OWNED:
		return ioc_owned(pf, uarg);
	default:
		return -ENOTTY;
	}
}

static int pinlab_open(struct inode *inode, struct file *file)
{
	struct pinlab_file *pf = kzalloc(sizeof(*pf), GFP_KERNEL);

	if (!pf)
		return -ENOMEM;
	mutex_init(&pf->lock);
	file->private_data = pf;
	return 0;
}

static int pinlab_release(struct inode *inode, struct file *file)
{
	struct pinlab_file *pf = file->private_data;
	int i;

	if (pf->delays)
		pinlab_delays_end();
	pinlab_owned_end(pf);
	pinlab_mass_end(pf);
	for (i = 0; i < PINLAB_SLOTS; i++) {
		pinlab_slot_release(&pf->slot[i]);
		kvfree(pf->slot[i].pages);
	}
	kfree(pf);
	return 0;
}

static const struct file_operations pinlab_fops = {
	.owner		= THIS_MODULE,
	.open		= pinlab_open,
	.release	= pinlab_release,
	.unlocked_ioctl	= pinlab_ioctl,
};

static struct miscdevice pinlab_dev = {
	.minor	= MISC_DYNAMIC_MINOR,
	.name	= "pinlab",
	.fops	= &pinlab_fops,
	.mode	= 0600,
};

static int __init pinlab_init(void)
{
	int err = pinlab_witness_init();

	if (err)
		return err;
	err = misc_register(&pinlab_dev);
	if (err)
		pinlab_witness_exit();
	return err;
}

static void __exit pinlab_exit(void)
{
	misc_deregister(&pinlab_dev);
	pinlab_witness_exit();
}

module_init(pinlab_init);
module_exit(pinlab_exit);

MODULE_DESCRIPTION("pinlab: pin user memory in every way, time it, look at the counts");
MODULE_LICENSE("GPL");
