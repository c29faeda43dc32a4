// SPDX-License-Identifier: GPL-2.0
#include "limits_user.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "child.h"

#define NOBODY		65534
#define GONE_TRIES	100	/* of 50 ms: what a killed process held goes with its workers */

void loot_stop(struct loot *l, int err, const char *fmt, ...)
{
	va_list ap;

	l->err = -err;
	va_start(ap, fmt);
	vsnprintf(l->stop, sizeof(l->stop), fmt, ap);
	va_end(ap);
}

long read_number(const char *path)
{
	FILE *f = fopen(path, "re");
	long n = -1;

	if (f && fscanf(f, "%ld", &n) != 1)
		n = -1;
	if (f)
		fclose(f);
	return n;
}

static void be_nobody(void)
{
	const struct rlimit files = { USER_FILES, USER_FILES };
	const struct rlimit locked = { USER_MEMLOCK, USER_MEMLOCK };

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (setrlimit(RLIMIT_NOFILE, &files) || setrlimit(RLIMIT_MEMLOCK, &locked) ||
	    setgroups(0, NULL) || setgid(NOBODY) || setuid(NOBODY))
		_exit(1);
	/* The change of user has cleared it. */
	prctl(PR_SET_PDEATHSIG, SIGKILL);
}

int user_start(struct row *r, struct user *u, void (*take)(struct loot *l), const struct loot *l,
	       bool wait)
{
	char b = 'n';

	*u = (struct user){ .pid = -1 };
	/* Its children, which go when it does, are waited for here. */
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	u->loot = mmap(NULL, sizeof(*l), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
		       -1, 0);
	if (u->loot == MAP_FAILED || pipe2(u->done, O_CLOEXEC))
		return row_fail(r, "a process of nobody: %s", strerror(errno));
	*u->loot = *l;
	u->pid = child_fork();
	if (!u->pid) {
		be_nobody();
		take(u->loot);
		if (write(u->done[1], "y", 1) != 1)
			_exit(1);
		for (;;)
			pause();
	}
	close(u->done[1]);
	if (u->pid < 0)
		return row_fail(r, "fork: %s", strerror(errno));
	if (!wait || (read(u->done[0], &b, 1) == 1 && b == 'y'))
		return 0;
	waitpid(u->pid, NULL, 0);
	u->pid = -1;
	return row_fail(r, "the process of nobody ended, having taken %ld", u->loot->taken);
}

void user_kill(struct user *u)
{
	if (u->pid > 0) {
		kill(u->pid, SIGKILL);
		while (waitpid(-1, NULL, 0) > 0)
			;
	}
	close(u->done[0]);
	munmap(u->loot, sizeof(*u->loot));
	u->pid = -1;
}

static void fact(struct row *r, const struct attack *a, const char *what, const char *text)
{
	torture_fact(r, limits_text("%s/%s", a->name, what), "%s", text);
}

/* What the page has more of than in the beginning. */
static long risen(const struct mass *m, bool pins)
{
	if (!pins)
		return mass_refs(m) - (uint32_t)m->start.refcount;
	if (m->info.pincount >= 0)
		return m->info.pincount - m->start.pincount;
	return (mass_refs(m) - (uint32_t)m->start.refcount) / 1024;
}

static int say_taken(struct mass *m, const struct attack *a, const struct loot *l)
{
	const char *what = a->pins ? "pins" : "references";

	torture_drain();
	if (mass_set(m, 0, false))
		return -1;
	fact(m->r, a, "taken", limits_text("%s %s, which are %s %s; %s", count_text(l->taken),
					   a->unit, count_text(risen(m, a->pins)), what,
					   *l->stop ? limits_text("stopped by %s", l->stop) :
					   "as many as it was told to"));
	torture_figure(m->r, limits_text("%s/taken", a->name), what, risen(m, a->pins));
	return 0;
}

/* A page that was shared with the host: the owner has a pin, and wants it for itself again. */
static int retake_answer(struct mass *m, int *answer)
{
	if (mass_take(m, PINLAB_PIN_LT_FAST, 1, 1) != 1) {
		*answer = m->err;
		return 0;
	}
	*answer = ask_retake(m);
	return mass_give(m, PINLAB_PIN_LT_FAST, 1, 1);
}

static int say_refused(struct mass *m, const struct attack *a)
{
	int retake;

	fact(m->r, a, "pin-by-others", answer_text(ask_pin(m)));
	if (!limits_exclusive(m->r)) {
		fact(m->r, a, "owner-exclusive-pin", NO_EXCLUSIVE);
		fact(m->r, a, "owner-retake", NO_EXCLUSIVE);
		return 0;
	}
	fact(m->r, a, "owner-exclusive-pin", answer_text(ask_exclusive(m)));
	if (retake_answer(m, &retake))
		return -1;
	fact(m->r, a, "owner-retake", answer_text(retake));
	return mass_check(m);
}

/* Does it all come back, and is the page its owner's again? */
static int say_gone(struct mass *m, const struct attack *a)
{
	const struct timespec nap = { .tv_nsec = 50000000 };
	bool exclusive = limits_exclusive(m->r);
	int answer = 0;

	for (int i = 0; i < GONE_TRIES; i++) {
		torture_drain();
		if (mass_set(m, 0, false))
			return -1;
		if (m->info.refcount <= m->start.refcount)
			break;
		nanosleep(&nap, NULL);
	}
	answer = exclusive ? ask_exclusive(m) : ask_pin(m);
	if (answer || m->info.refcount > m->start.refcount)
		return torture_finding(m->r, "leak",
				       "%s: the process is gone, and the page has refcount %#x, not %#x, pin count %d; a pin is %s",
				       a->name, m->info.refcount, m->start.refcount,
				       m->info.pincount, answer_text(answer));
	fact(m->r, a, "when-it-is-killed",
	     exclusive ? "all is gone, exclusive pin given" : "all is gone");
	return 0;
}

/* The owner was first. */
static int say_beside_exclusive(struct mass *m, const struct attack *a, const struct loot *l)
{
	struct loot some = *l;
	struct user u;
	int ret;

	if (!limits_exclusive(m->r)) {
		fact(m->r, a, "beside-an-exclusive-pin", NO_EXCLUSIVE);
		return 0;
	}
	if (mass_take(m, PINLAB_EXC_FAST, 1, 1) != 1)
		return torture_finding(m->r, "result", "the exclusive pin of a free page was %s",
				       answer_text(m->err));
	some.most = some.most < 1100 ? some.most : 1100;
	ret = user_start(m->r, &u, a->take, &some, true);
	if (!ret && !mass_set(m, 0, false)) {
		if (!m->info.exclusive || (a->pins && u.loot->taken))
			ret = torture_finding(m->r, "pin-beside-exclusive",
					      "%s: %ld %s taken beside the exclusive pin, which is %s",
					      a->name, u.loot->taken, a->unit,
					      m->info.exclusive ? "there" : "gone");
		fact(m->r, a, "beside-an-exclusive-pin",
		     limits_text("%ld %s given%s%s; the exclusive pin stays", u.loot->taken, a->unit,
				 u.loot->taken ? "" : ", the first ",
				 u.loot->taken ? "" : answer_text(u.loot->err)));
	}
	user_kill(&u);
	if (!ret)
		ret = mass_give(m, PINLAB_EXC_FAST, 1, 1);
	if (!ret && m->err)
		ret = torture_finding(m->r, "result", "%s: the exclusive pin could not be released",
				      a->name);
	return ret;
}

static int attack(struct mass *m, const struct attack *a, const struct loot *l)
{
	struct user u;
	int ret = user_start(m->r, &u, a->take, l, true);

	if (!ret)
		ret = say_taken(m, a, u.loot);
	if (!ret)
		ret = say_refused(m, a);
	user_kill(&u);
	if (!ret)
		ret = say_gone(m, a);
	return ret ? ret : say_beside_exclusive(m, a, l);
}

int attack_run(struct row *r, const struct attack *a)
{
	struct loot l = { .most = a->most };
	const char *why = "";
	struct mass m;
	int err = mem_alloc(&r->mem, a->kind, PAGE_BYTES, &why);

	if (err)
		return row_skip(r, "needs %s: %s", why, strerror(-err));
	l.addr = r->mem.addr;
	l.fd = r->mem.fd;
	err = mass_begin(r, &m, r->mem.addr, r->mem.fd);
	if (!err)
		err = attack(&m, a, &l);
	if (!err)
		err = mass_end(&m);
	mem_free(&r->mem);
	return err;
}
