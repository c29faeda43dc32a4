// SPDX-License-Identifier: GPL-2.0
#include "guest/torture/limits_user.h"

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

#include "guest/child.h"
#include "guest/device.h"
#include "guest/torture/leaks.h"

#define NOBODY		65534
#define REST_TRIES	100	/* of 100 ms */
#define GONE_TRIES	100	/* of 50 ms: what a killed process held goes with its workers */

void loot_stop(struct loot *l, int err, const char *fmt, ...)
{
	va_list ap;

	l->err = -err;
	va_start(ap, fmt);
	vsnprintf(l->stop, sizeof(l->stop), fmt, ap);
	va_end(ap);
}

void loot_wait(const long *what, long n)
{
	const struct timespec nap = { .tv_nsec = 10000000 };

	while (__atomic_load_n(what, __ATOMIC_SEQ_CST) < n)
		nanosleep(&nap, NULL);
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

int user_start(struct row *r, struct user *u, void (*take)(struct loot *l), const struct loot *l)
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
	if (read(u->done[0], &b, 1) == 1 && b == 'y')
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

static void fact(struct row *r, const struct grab *a, const char *what, const char *text)
{
	torture_fact(r, limits_text("%s/%s", a->name, what), "%s", text);
}

/* What there is more of than before the process began. */
struct risen {
	long refs, pins;	/* of the page; in the whole machine */
};

/* When it has come to rest: who waits in the kernel says so to nobody. */
static int look(struct mass *m, struct risen *now)
{
	const struct timespec nap = { .tv_nsec = 100000000 };
	long before = -1;

	for (int i = 0; i < REST_TRIES; i++) {
		torture_drain();
		if (mass_set(m, 0, false))
			return -1;
		if (mass_refs(m) == before)
			break;
		before = mass_refs(m);
		nanosleep(&nap, NULL);
	}
	now->refs = mass_refs(m);
	now->pins = torture_pins_balance();
	return 0;
}

/* A pin of a small folio is 1,024 references, one of a large folio one. */
static void say_taken(struct mass *m, const struct grab *a, const struct loot *l,
		      const struct risen *before, const struct risen *now)
{
	long pins = now->pins - before->pins;
	long refs = now->refs - before->refs - pins * (m->info.pincount < 0 ? 1024 : 1);
	const char *warned = torture_take_warnings(m->r) ? ", with a warning" : "";
	char what[100] = "";

	if (pins)
		snprintf(what, sizeof(what), "%s pins", count_text(pins));
	if (refs)
		snprintf(what + strlen(what), sizeof(what) - strlen(what), "%s%s reference%s",
			 pins ? " and " : "", count_text(refs), refs == 1 ? "" : "s");
	fact(m->r, a, "taken", limits_text("%s by %s%s%s%s", what, a->by,
					   *l->stop ? "; stopped by " : "", l->stop, warned));
	torture_figure(m->r, limits_text("%s/taken", a->name), pins ? "pins" : "references",
		       pins ? pins : refs);
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

static int say_given(struct mass *m, const struct grab *a)
{
	const char *pin = answer_text(ask_pin(m)), *get = answer_text(ask_get(m));
	const char *warned = torture_take_warnings(m->r) ? ", with warnings" : "";
	int exclusive, retake;

	if (!dev_has_exclusive()) {
		fact(m->r, a, "meanwhile", limits_text("pin %s, get %s%s", pin, get, warned));
		return mass_check(m);
	}
	exclusive = ask_exclusive(m);
	if (retake_answer(m, &retake))
		return -1;
	fact(m->r, a, "meanwhile",
	     limits_text("pin %s, get %s%s; the owner's exclusive pin %s, retake %s", pin, get,
			 warned, answer_text(exclusive), answer_text(retake)));
	return mass_check(m);
}

/* Does it all come back, and is the page its owner's again? */
static int say_gone(struct mass *m, const struct grab *a)
{
	const struct timespec nap = { .tv_nsec = 50000000 };
	bool exclusive = dev_has_exclusive();
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
		return torture_finding(m->r, PROMISE_LEAK,
				       "%s: the process is gone, and the page has refcount %#x, not %#x, pin count %d; a pin is %s",
				       a->name, m->info.refcount, m->start.refcount,
				       m->info.pincount, answer_text(answer));
	fact(m->r, a, "when-it-is-killed",
	     exclusive ? "all is gone, exclusive pin given" : "all is gone");
	return 0;
}

/* Takes, and keeps it; what root does before has an end in user_end(). */
static int begin(struct row *r, const struct grab *a, struct user *u, const struct loot *l)
{
	int ret = a->before ? a->before(r) : 0;

	if (ret)
		return ret;
	ret = user_start(r, u, a->take, l);
	if (ret && a->after)
		a->after();
	return ret;
}

static void end(const struct grab *a, struct user *u)
{
	if (a->after)
		a->after();
	user_kill(u);
}

/* The owner was first. */
static int say_beside_exclusive(struct mass *m, const struct grab *a, const struct loot *l)
{
	struct loot some = *l;
	struct risen before, now;
	struct user u;
	int ret;

	if (!dev_has_exclusive()) {
		fact(m->r, a, "beside-an-exclusive-pin", NO_EXCLUSIVE);
		return 0;
	}
	if (mass_take(m, PINLAB_EXC_FAST, 1, 1) != 1)
		return torture_finding(m->r, PROMISE_RESULT,
				       "the exclusive pin of a free page was %s",
				       answer_text(m->err));
	some.most = a->beside ? a->beside : some.most;
	if (look(m, &before) || begin(m->r, a, &u, &some))
		return -1;
	ret = look(m, &now);
	if (!ret && (!m->info.exclusive || now.pins != before.pins))
		ret = torture_finding(m->r, PROMISE_BESIDE,
				      "%s: %ld pins by %s beside the exclusive pin, which is %s",
				      a->name, now.pins - before.pins, a->by,
				      m->info.exclusive ? "there" : "gone");
	if (u.loot->taken)
		fact(m->r, a, "beside-an-exclusive-pin",
		     limits_text("given, %s references; the exclusive pin stays",
				 count_text(now.refs - before.refs)));
	else
		fact(m->r, a, "beside-an-exclusive-pin", answer_text(u.loot->err));
	end(a, &u);
	if (!ret)
		ret = mass_give(m, PINLAB_EXC_FAST, 1, 1);
	if (!ret && m->err)
		ret = torture_finding(m->r, PROMISE_RESULT,
				      "%s: the exclusive pin could not be released",
				      a->name);
	return ret;
}

static int attack(struct mass *m, const struct grab *a, const struct loot *l)
{
	struct risen before, now;
	struct user u;
	int ret;

	if (look(m, &before))
		return -1;
	torture_take_warnings(m->r);
	ret = begin(m->r, a, &u, l);
	if (ret)
		return ret;
	if (!u.loot->taken)
		ret = row_fail(m->r, "%s: nothing could be taken: %s", a->name, u.loot->stop);
	if (!ret)
		ret = look(m, &now);
	if (!ret) {
		say_taken(m, a, u.loot, &before, &now);
		ret = say_given(m, a);
	}
	end(a, &u);
	if (!ret)
		ret = say_gone(m, a);
	return ret ? ret : say_beside_exclusive(m, a, l);
}

int grab_run(struct row *r, const struct grab *a)
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
	m.others = a->ends;
	if (!err)
		err = attack(&m, a, &l);
	if (!err)
		err = mass_end(&m);
	mem_free(&r->mem);
	return err;
}
