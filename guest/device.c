// SPDX-License-Identifier: GPL-2.0
#include "guest/device.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "guest/clock.h"

static int call(int dev, unsigned long cmd, void *arg)
{
	return ioctl(dev, cmd, arg) ? -errno : 0;
}

int dev_open(void)
{
	int dev = open("/dev/pinlab", O_RDWR | O_CLOEXEC);

	return dev < 0 ? -errno : dev;
}

const struct pinlab_caps *dev_caps(void)
{
	static struct pinlab_caps caps;
	static bool asked;
	int dev;

	if (asked)
		return &caps;
	dev = dev_open();
	if (dev >= 0) {
		/* A driver of another tree is none. */
		if (call(dev, PINLAB_IOC_CAPS, &caps) || caps.abi != PINLAB_ABI)
			caps = (struct pinlab_caps){ 0 };
		close(dev);
	}
	asked = true;
	return &caps;
}

static int run(int dev, struct pinlab_step *steps, unsigned int n, enum pinlab_clock clock)
{
	struct pinlab_run all = { (uintptr_t)steps, n, clock };

	return call(dev, PINLAB_IOC_RUN, &all);
}

int dev_run(int dev, struct pinlab_step *steps, unsigned int n)
{
	return run(dev, steps, n, clock_kind);
}

int dev_step(int dev, struct pinlab_step *s)
{
	return run(dev, s, 1, PINLAB_CLOCK_NS);
}

int dev_page(int dev, const void *addr, struct pinlab_page_info *info)
{
	*info = (struct pinlab_page_info){ .addr = (uintptr_t)addr };
	return call(dev, PINLAB_IOC_PAGE_INFO, info);
}

int dev_held(int dev, unsigned int slot, unsigned int index, struct pinlab_page_info *info)
{
	*info = (struct pinlab_page_info){ .slot = slot, .index = index };
	return call(dev, PINLAB_IOC_PAGE_INFO, info);
}

uint64_t dev_noise(int dev)
{
	struct pinlab_noise n = { 0 };

	if (dev >= 0)
		call(dev, PINLAB_IOC_NOISE, &n);
	return n.count;
}

int dev_weigh(int dev, struct pinlab_weigh *w)
{
	return call(dev, PINLAB_IOC_WEIGH, w);
}

int dev_race(int dev, struct pinlab_race *r)
{
	return call(dev, PINLAB_IOC_RACE, r);
}

int dev_finding(int dev, struct pinlab_finding *f)
{
	return call(dev, PINLAB_IOC_FINDING, f);
}

int dev_audit(int dev, struct pinlab_audit *a)
{
	return call(dev, PINLAB_IOC_AUDIT, a);
}

int dev_delays(int dev, struct pinlab_delays *d)
{
	return call(dev, PINLAB_IOC_DELAYS, d);
}

int dev_mass(int dev, struct pinlab_mass *m)
{
	return call(dev, PINLAB_IOC_MASS, m);
}

int dev_contend(int dev, struct pinlab_contend *c)
{
	return call(dev, PINLAB_IOC_CONTEND, c);
}

int dev_owned(int dev, struct pinlab_owned *q)
{
	return call(dev, PINLAB_IOC_OWNED, q);
}

int dev_order(int dev, struct pinlab_order *o)
{
	return call(dev, PINLAB_IOC_ORDER, o);
}

int dev_order_b(int dev, struct pinlab_order_b *b)
{
	return call(dev, PINLAB_IOC_ORDER_B, b);
}
