// SPDX-License-Identifier: GPL-2.0
/*
 * QEMU TCG plugin: how many instructions ran at which address, inside the
 * windows that the guest frames with pinlab_mark() (pinlab_uapi.h).
 *
 *	-plugin insnprof.so,out=FILE
 *
 * FILE gets a line `<window> <address> <instructions>` for each translation
 * block that ran in a window; host/run/symbols.c makes functions of them. The
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

/* nopl MAGIC(%rax): 0f 1f 80 and the magic, little endian; see pinlab_mark(). */
static const unsigned char mark_begin[] = { 0x0f, 0x1f, 0x80, 0x31, 0x4e, 0x49, 0x50 };
static const unsigned char mark_end[] = { 0x0f, 0x1f, 0x80, 0x32, 0x4e, 0x49, 0x50 };

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

static bool is_mark(const struct qemu_plugin_insn *insn, const unsigned char *mark)
{
	return qemu_plugin_insn_size(insn) == sizeof(mark_begin) &&
	       !memcmp(qemu_plugin_insn_data(insn), mark, sizeof(mark_begin));
}

static bool has_mark(const struct qemu_plugin_tb *tb)
{
	for (size_t i = 0; i < qemu_plugin_tb_n_insns(tb); i++) {
		const struct qemu_plugin_insn *insn = qemu_plugin_tb_get_insn(tb, i);

		if (is_mark(insn, mark_begin) || is_mark(insn, mark_end))
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
		exec_cb cb = is_mark(insn, mark_begin) ? on_begin :
			     is_mark(insn, mark_end) ? on_end : on_run;

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

int qemu_plugin_install(qemu_plugin_id_t id, const qemu_info_t *info, int argc, char **argv)
{
	if (strcmp(info->target_name, "x86_64") || !info->system_emulation ||
	    info->system.max_vcpus != 1) {
		fprintf(stderr, "insnprof: one x86_64 CPU is what it can count\n");
		return -1;
	}
	if (argc != 1 || strncmp(argv[0], "out=", 4)) {
		fprintf(stderr, "insnprof: -plugin insnprof.so,out=FILE\n");
		return -1;
	}
	out = fopen(argv[0] + 4, "we");
	if (!out) {
		perror(argv[0] + 4);
		return -1;
	}
	qemu_plugin_register_vcpu_tb_trans_cb(id, on_trans);
	qemu_plugin_register_atexit_cb(id, on_exit_qemu, NULL);
	return 0;
}
