// SPDX-License-Identifier: GPL-2.0
/*
 * QEMU TCG plugin: how many instructions ran at which address, inside the
 * windows that the guest frames with pinlab_mark() (pinlab_uapi.h).
 *
 *	-plugin insnprof.so,out=FILE,target=ARCH,begin=HEX,end=HEX
 *
 * begin and end are the instructions that mark a window, see host/base/arch.c.
 * FILE gets a line `<window> <address> <instructions>` for each translation
 * block that ran in a window; host/guest/symbols.c makes functions of them. The
 * guest's own count of instructions is not changed by one.
 *
 * A block that an exception leaves half-way counts whole. Blocks that hold a
 * mark are counted instruction by instruction.
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/*
 * Debian packages no qemu-plugin.h. These are the parts of plugin API version
 * 1 (QEMU 4.2 to 8.1 and, as the minimum that they still take, some later)
 * that are used here, from the documentation of the interface.
 */
typedef uint64_t qemu_plugin_id_t;
struct qemu_plugin_tb;
struct qemu_plugin_insn;

typedef struct qemu_info_t {
	const char *target_name;
	struct {
		int min;
		int cur;
	} version;
	bool system_emulation;
	union {
		struct {
			int smp_vcpus;
			int max_vcpus;
		} system;
	};
} qemu_info_t;

enum qemu_plugin_cb_flags {
	QEMU_PLUGIN_CB_NO_REGS,
};

typedef void (*tb_trans_cb)(qemu_plugin_id_t id, struct qemu_plugin_tb *tb);
typedef void (*exec_cb)(unsigned int vcpu, void *userdata);

void qemu_plugin_register_vcpu_tb_trans_cb(qemu_plugin_id_t id, tb_trans_cb cb);
void qemu_plugin_register_vcpu_tb_exec_cb(struct qemu_plugin_tb *tb, exec_cb cb,
					  enum qemu_plugin_cb_flags flags, void *userdata);
void qemu_plugin_register_vcpu_insn_exec_cb(struct qemu_plugin_insn *insn, exec_cb cb,
					    enum qemu_plugin_cb_flags flags, void *userdata);
size_t qemu_plugin_tb_n_insns(const struct qemu_plugin_tb *tb);
uint64_t qemu_plugin_tb_vaddr(const struct qemu_plugin_tb *tb);
struct qemu_plugin_insn *qemu_plugin_tb_get_insn(const struct qemu_plugin_tb *tb, size_t idx);
const void *qemu_plugin_insn_data(const struct qemu_plugin_insn *insn);
size_t qemu_plugin_insn_size(const struct qemu_plugin_insn *insn);
uint64_t qemu_plugin_insn_vaddr(const struct qemu_plugin_insn *insn);
void qemu_plugin_register_atexit_cb(qemu_plugin_id_t id,
				    void (*cb)(qemu_plugin_id_t id, void *p), void *userdata);

#define EXPORT __attribute__((visibility("default")))

EXPORT int qemu_plugin_version = 1;
EXPORT int qemu_plugin_install(qemu_plugin_id_t id, const qemu_info_t *info, int argc,
			       char **argv);

/* The instruction that begins or ends a window. */
struct mark {
	unsigned char bytes[16];
	size_t n;
};

static struct mark mark_begin, mark_end;

/* Code that runs as one: a translation block, or an instruction of one with a mark. */
struct piece {
	uint64_t addr;
	uint64_t insns;
	uint64_t runs;		/* in the open window */
};

static FILE *out;
static bool open_window;
static unsigned long window;
static struct piece **ran;	/* pieces with runs != 0 */
static size_t n_ran, max_ran;

static void on_run(unsigned int vcpu, void *userdata)
{
	struct piece *p = userdata;

	(void)vcpu;
	if (!open_window)
		return;
	if (p->runs++)
		return;
	if (n_ran == max_ran) {
		max_ran = max_ran ? 2 * max_ran : 1024;
		ran = realloc(ran, max_ran * sizeof(*ran));
		if (!ran)
			abort();
	}
	ran[n_ran++] = p;
}

static void on_begin(unsigned int vcpu, void *userdata)
{
	(void)vcpu;
	(void)userdata;
	open_window = true;
}

static void on_end(unsigned int vcpu, void *userdata)
{
	(void)vcpu;
	(void)userdata;
	open_window = false;
	for (size_t i = 0; i < n_ran; i++) {
		fprintf(out, "%lu %llx %llu\n", window, (unsigned long long)ran[i]->addr,
			(unsigned long long)(ran[i]->runs * ran[i]->insns));
		ran[i]->runs = 0;
	}
	n_ran = 0;
	window++;
}

static struct piece *new_piece(uint64_t addr, uint64_t insns)
{
	struct piece *p = calloc(1, sizeof(*p));

	/* Never freed: a block that QEMU drops may be in the open window. */
	if (!p)
		abort();
	p->addr = addr;
	p->insns = insns;
	return p;
}

static bool is_mark(const struct qemu_plugin_insn *insn, const struct mark *mark)
{
	return qemu_plugin_insn_size(insn) == mark->n &&
	       !memcmp(qemu_plugin_insn_data(insn), mark->bytes, mark->n);
}

static bool has_mark(const struct qemu_plugin_tb *tb)
{
	for (size_t i = 0; i < qemu_plugin_tb_n_insns(tb); i++) {
		const struct qemu_plugin_insn *insn = qemu_plugin_tb_get_insn(tb, i);

		if (is_mark(insn, &mark_begin) || is_mark(insn, &mark_end))
			return true;
	}
	return false;
}

static void on_trans(qemu_plugin_id_t id, struct qemu_plugin_tb *tb)
{
	size_t n = qemu_plugin_tb_n_insns(tb);
	struct piece *p;

	(void)id;
	if (!has_mark(tb)) {
		p = new_piece(qemu_plugin_tb_vaddr(tb), n);
		qemu_plugin_register_vcpu_tb_exec_cb(tb, on_run, QEMU_PLUGIN_CB_NO_REGS, p);
		return;
	}
	for (size_t i = 0; i < n; i++) {
		struct qemu_plugin_insn *insn = qemu_plugin_tb_get_insn(tb, i);
		exec_cb cb = is_mark(insn, &mark_begin) ? on_begin :
			     is_mark(insn, &mark_end) ? on_end : on_run;

		p = new_piece(qemu_plugin_insn_vaddr(insn), 1);
		qemu_plugin_register_vcpu_insn_exec_cb(insn, cb, QEMU_PLUGIN_CB_NO_REGS, p);
	}
}

static void on_exit_qemu(qemu_plugin_id_t id, void *p)
{
	(void)id;
	(void)p;
	fclose(out);
}

/* "0f1f80..." */
static bool read_mark(const char *hex, struct mark *m)
{
	unsigned int byte;

	for (m->n = 0; m->n < sizeof(m->bytes) && sscanf(hex, "%2x", &byte) == 1; hex += 2) {
		m->bytes[m->n++] = byte;
		if (!hex[1])
			return false;
	}
	return m->n && !*hex;
}

/* The value of "name=value" among the arguments; "" if it is not there. */
static const char *value(const char *name, int argc, char **argv)
{
	size_t n = strlen(name);

	for (int i = 0; i < argc; i++)
		if (!strncmp(argv[i], name, n) && argv[i][n] == '=')
			return argv[i] + n + 1;
	return "";
}

int qemu_plugin_install(qemu_plugin_id_t id, const qemu_info_t *info, int argc, char **argv)
{
	const char *file = value("out", argc, argv), *target = value("target", argc, argv);

	if (argc != 4 || !*file || !*target ||
	    !read_mark(value("begin", argc, argv), &mark_begin) ||
	    !read_mark(value("end", argc, argv), &mark_end)) {
		fprintf(stderr, "insnprof: -plugin insnprof.so,out=FILE,target=ARCH,begin=HEX,end=HEX\n");
		return -1;
	}
	if (strcmp(info->target_name, target) || !info->system_emulation ||
	    info->system.max_vcpus != 1) {
		fprintf(stderr, "insnprof: it can count only one CPU of %s\n", target);
		return -1;
	}
	out = fopen(file, "we");
	if (!out) {
		perror(file);
		return -1;
	}
	qemu_plugin_register_vcpu_tb_trans_cb(id, on_trans);
	qemu_plugin_register_atexit_cb(id, on_exit_qemu, NULL);
	return 0;
}
