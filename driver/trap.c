// SPDX-License-Identifier: GPL-2.0
/*
 * A call that is stopped before one of its instructions.
 *
 * The trap flag is set, so that the CPU enters the debug handler behind each
 * instruction of the call, which counts them. At the one that is asked for the
 * handler puts a detour in the call's way: as if it had called a function of
 * ours just there. So what waits there waits in the call's own context, not in
 * the handler's: where the call has interrupts enabled, they are served, and
 * where it holds a lock or keeps interrupts off, others wait for it as they would
 * if this CPU were only slow. No probe is planted, no code is changed.
 */
#include <linux/kdebug.h>
#include <linux/objtool.h>
#include <linux/sched.h>
#include <linux/string.h>

#include "pinlab.h"

#ifdef CONFIG_X86_64
#include <asm/debugreg.h>
#include <asm/linkage.h>
#include <asm/processor-flags.h>
#include <asm/ptrace.h>

/* One at a time: order.c sees to that. */
static struct pinlab_trap *trap;

/* Reached by a return, with all registers as the call has them. */
void pinlab_trap_detour(void);
void pinlab_trap_stopped(void);
STACK_FRAME_NON_STANDARD(pinlab_trap_detour);

asm(".pushsection .text\n"
	".globl pinlab_trap_detour\n"
	".type pinlab_trap_detour, @function\n"
	"pinlab_trap_detour:\n"
	ANNOTATE_NOENDBR
	"	pushfq\n"
	"	pushq %rax\n"
	"	pushq %rcx\n"
	"	pushq %rdx\n"
	"	pushq %rsi\n"
	"	pushq %rdi\n"
	"	pushq %r8\n"
	"	pushq %r9\n"
	"	pushq %r10\n"
	"	pushq %r11\n"
	"	pushq %rbx\n"
	"	movq %rsp, %rbx\n"
	"	andq $-16, %rsp\n"
	"	call pinlab_trap_stopped\n"
	"	movq %rbx, %rsp\n"
	"	popq %rbx\n"
	"	popq %r11\n"
	"	popq %r10\n"
	"	popq %r9\n"
	"	popq %r8\n"
	"	popq %rdi\n"
	"	popq %rsi\n"
	"	popq %rdx\n"
	"	popq %rcx\n"
	"	popq %rax\n"
	"	popfq\n"
	"	" ASM_RET
	".size pinlab_trap_detour, .-pinlab_trap_detour\n"
	".popsection\n");

__visible void pinlab_trap_stopped(void)
{
	trap->stopped(trap->arg);
}

static void note(struct pinlab_trap *t, const struct pt_regs *regs)
{
	struct pinlab_order_point *p = &t->trace[t->steps - 1];

	p->ip = regs->ip;
	/* In the order in which instructions number them. */
	p->reg[0] = regs->ax;
	p->reg[1] = regs->cx;
	p->reg[2] = regs->dx;
	p->reg[3] = regs->bx;
	p->reg[4] = regs->sp;
	p->reg[5] = regs->bp;
	p->reg[6] = regs->si;
	p->reg[7] = regs->di;
	p->reg[8] = regs->r8;
	p->reg[9] = regs->r9;
	p->reg[10] = regs->r10;
	p->reg[11] = regs->r11;
	p->reg[12] = regs->r12;
	p->reg[13] = regs->r13;
	p->reg[14] = regs->r14;
	p->reg[15] = regs->r15;
	memcpy(p->code, (void *)regs->ip, sizeof(p->code));
}

static void detour(struct pinlab_trap *t, struct pt_regs *regs)
{
	t->hit = true;
	t->ip = regs->ip;
	/* The kernel has no red zone: what is below the stack pointer is free. */
	regs->sp -= sizeof(long);
	*(unsigned long *)regs->sp = regs->ip;
	regs->ip = (unsigned long)pinlab_trap_detour;
}

static int on_debug(struct notifier_block *nb, unsigned long val, void *data)
{
	struct die_args *a = data;
	unsigned long *dr6 = (unsigned long *)a->err;
	struct pinlab_trap *t = READ_ONCE(trap);

	if (val != DIE_DEBUG || !t || !(*dr6 & DR_STEP) || user_mode(a->regs))
		return NOTIFY_DONE;
	*dr6 &= ~DR_STEP;
	a->regs->flags &= ~X86_EFLAGS_TF;
	/* The call sleeps, and the flag has gone over to somebody else. */
	if (current != t->task) {
		t->slept = true;
		return NOTIFY_STOP;
	}
	if (t->over)
		return NOTIFY_STOP;
	t->steps++;
	if (t->steps <= t->room)
		note(t, a->regs);
	if (t->steps == t->stop)
		detour(t, a->regs);
	else
		a->regs->flags |= X86_EFLAGS_TF;
	return NOTIFY_STOP;
}

/* Behind all others that want to know. */
static struct notifier_block on_die = { .notifier_call = on_debug, .priority = INT_MIN };

int pinlab_trap_call(struct pinlab_trap *t, long (*fn)(void *arg), void *arg, long *ret)
{
	t->task = current;
	t->steps = 0;
	t->hit = false;
	t->slept = false;
	t->over = false;
	WRITE_ONCE(trap, t);
	if (t->stop || t->room)
		asm volatile("pushfq; orq $0x100, (%%rsp); popfq" : : : "memory", "cc");
	*ret = fn(arg);
	WRITE_ONCE(t->over, true);
	/* The flag goes behind the next instruction, if it was still there. */
	asm volatile("nop; nop" : : : "memory");
	WRITE_ONCE(trap, NULL);
	return 0;
}

int pinlab_trap_init(void)
{
	return register_die_notifier(&on_die);
}

void pinlab_trap_exit(void)
{
	unregister_die_notifier(&on_die);
}
#else
int pinlab_trap_call(struct pinlab_trap *t, long (*fn)(void *arg), void *arg, long *ret)
{
	return -EOPNOTSUPP;
}

int pinlab_trap_init(void)
{
	return 0;
}

void pinlab_trap_exit(void)
{
}
#endif
