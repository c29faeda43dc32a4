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
#include <linux/miscdevice.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/timex.h>
#include <linux/uaccess.h>

#include "compat.h"
#include "pinlab.h"

static long do_caps(struct pinlab_file *pf, void *arg)
{
	struct pinlab_caps *caps = arg;
	u32 op;

	*caps = (struct pinlab_caps){
		.abi = PINLAB_ABI,
		.exclusive = PINLAB_HAS_EXCLUSIVE,
		.has_cycles = get_cycles() != 0,
		.memfd = PINLAB_HAS_MEMFD,
#define OFFER(name) [PINLAB_OFFER_##name] = OFFER_##name,
		.offers = { PINLAB_OFFERS(OFFER) },
#undef OFFER
	};
	for (op = 0; op < PINLAB_NR_OPS; op++)
		if (pinlab_has_op(op))
			caps->ops |= 1ull << op;
	return 0;
}

static long do_run(struct pinlab_file *pf, void *arg)
{
	const struct pinlab_run *run = arg;
	struct pinlab_step *steps;
	long err = 0;
	size_t size;
	u32 i;

	if (!run->nr || run->nr > PINLAB_MAX_STEPS)
		return -EINVAL;
	size = run->nr * sizeof(*steps);
	steps = memdup_user(u64_to_user_ptr(run->steps), size);
	if (IS_ERR(steps))
		return PTR_ERR(steps);
	for (i = 0; i < run->nr && !err; i++)
		err = pinlab_step(pf, &steps[i], run->clock);
	if (copy_to_user(u64_to_user_ptr(run->steps), steps, size) && !err)
		err = -EFAULT;
	kfree(steps);
	return err;
}

static long do_page_info(struct pinlab_file *pf, void *arg)
{
	return pinlab_page_info(pf, arg);
}

static long do_noise(struct pinlab_file *pf, void *arg)
{
	((struct pinlab_noise *)arg)->count = pinlab_noise();
	return 0;
}

static long do_race(struct pinlab_file *pf, void *arg)
{
	return pinlab_race(arg);
}

static long do_finding(struct pinlab_file *pf, void *arg)
{
	return pinlab_finding_take(arg);
}

static long do_audit(struct pinlab_file *pf, void *arg)
{
	return pinlab_audit(arg);
}

static long do_delays(struct pinlab_file *pf, void *arg)
{
	struct pinlab_delays *ds = arg;
	long err = pinlab_delays(ds);

	if (!err)
		pf->delays = ds->nr;
	return err;
}

static long do_weigh(struct pinlab_file *pf, void *arg)
{
	return pinlab_weigh(arg);
}

static long do_mass(struct pinlab_file *pf, void *arg)
{
	return pinlab_mass(pf, arg);
}

static long do_contend(struct pinlab_file *pf, void *arg)
{
	return pinlab_contend(arg);
}

static long do_owned(struct pinlab_file *pf, void *arg)
{
	return pinlab_owned(pf, arg);
}

static long do_order(struct pinlab_file *pf, void *arg)
{
	return pinlab_order(pf, arg);
}

static long do_order_b(struct pinlab_file *pf, void *arg)
{
	return pinlab_order_b(pf, arg);
}

/* By number. arg is the command's struct, in the kernel's memory; locked: by the file's lock. */
static const struct command {
	unsigned int cmd;
	long (*fn)(struct pinlab_file *pf, void *arg);
	bool locked;
} commands[] = {
	[_IOC_NR(PINLAB_IOC_CAPS)]	= { PINLAB_IOC_CAPS,		do_caps,	false },
	[_IOC_NR(PINLAB_IOC_RUN)]	= { PINLAB_IOC_RUN,		do_run,		true },
	[_IOC_NR(PINLAB_IOC_PAGE_INFO)]	= { PINLAB_IOC_PAGE_INFO,	do_page_info,	true },
	[_IOC_NR(PINLAB_IOC_NOISE)]	= { PINLAB_IOC_NOISE,		do_noise,	false },
	[_IOC_NR(PINLAB_IOC_RACE)]	= { PINLAB_IOC_RACE,		do_race,	false },
	[_IOC_NR(PINLAB_IOC_FINDING)]	= { PINLAB_IOC_FINDING,		do_finding,	false },
	[_IOC_NR(PINLAB_IOC_AUDIT)]	= { PINLAB_IOC_AUDIT,		do_audit,	false },
	[_IOC_NR(PINLAB_IOC_DELAYS)]	= { PINLAB_IOC_DELAYS,		do_delays,	false },
	[_IOC_NR(PINLAB_IOC_MASS)]	= { PINLAB_IOC_MASS,		do_mass,	true },
	[_IOC_NR(PINLAB_IOC_CONTEND)]	= { PINLAB_IOC_CONTEND,		do_contend,	false },
	[_IOC_NR(PINLAB_IOC_WEIGH)]	= { PINLAB_IOC_WEIGH,		do_weigh,	false },
	[_IOC_NR(PINLAB_IOC_OWNED)]	= { PINLAB_IOC_OWNED,		do_owned,	true },
	[_IOC_NR(PINLAB_IOC_ORDER)]	= { PINLAB_IOC_ORDER,		do_order,	false },
	[_IOC_NR(PINLAB_IOC_ORDER_B)]	= { PINLAB_IOC_ORDER_B,		do_order_b,	false },
};

static long carry_out(struct pinlab_file *pf, const struct command *c, void *arg,
		      void __user *from)
{
	size_t size = _IOC_SIZE(c->cmd);
	long err;

	if (_IOC_DIR(c->cmd) & _IOC_WRITE && copy_from_user(arg, from, size))
		return -EFAULT;
	if (c->locked)
		mutex_lock(&pf->lock);
	err = c->fn(pf, arg);
	if (c->locked)
		mutex_unlock(&pf->lock);
	/* After an error too: how far a race came stands there. */
	if (copy_to_user(from, arg, size) && !err)
		err = -EFAULT;
	return err;
}

static long pinlab_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	/* For most: without an allocation, which would be seen in what is measured. */
	u64 small[16] = { 0 };
	const struct command *c = &commands[_IOC_NR(cmd) % ARRAY_SIZE(commands)];
	void *buf = small;
	long err;

	if (c->cmd != cmd || !c->fn)
		return -ENOTTY;
	if (_IOC_SIZE(cmd) > sizeof(small))
		buf = kzalloc(_IOC_SIZE(cmd), GFP_KERNEL);
	if (!buf)
		return -ENOMEM;
	err = carry_out(file->private_data, c, buf, (void __user *)arg);
	if (buf != small)
		kfree(buf);
	return err;
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
	pinlab_order_end(pf);
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
	err = pinlab_trap_init();
	if (err)
		goto no_trap;
	err = misc_register(&pinlab_dev);
	if (err)
		goto no_device;
	return 0;
no_device:
	pinlab_trap_exit();
no_trap:
	pinlab_witness_exit();
	return err;
}

static void __exit pinlab_exit(void)
{
	misc_deregister(&pinlab_dev);
	pinlab_trap_exit();
	pinlab_witness_exit();
}

module_init(pinlab_init);
module_exit(pinlab_exit);

MODULE_DESCRIPTION("pinlab: pin user memory in every way, time it, look at the counts");
MODULE_LICENSE("GPL");
