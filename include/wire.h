/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The words of the wire: what the guest says to the host and the other way
 * round, each once. The guest writes them (guest/record.c, guest/keep.c), the host
 * reads them (host/guest/records.c, host/guest/keep.c), and the driver names the
 * promises. Macros alone, so that all three can include it.
 *
 * A word that changes its meaning changes WIRE_PROTOCOL; recorded runs are read
 * again years later.
 */
#ifndef PINLAB_WIRE_H
#define PINLAB_WIRE_H

#define WIRE_PROTOCOL		1

/* A number of this file as text. */
#define WIRE_TEXT(x)		WIRE_TEXT_OF(x)
#define WIRE_TEXT_OF(x)		#x

/* A record is one line of at most so many bytes, the newline not counted. */
#define WIRE_LINE		1024

/* Types of records, and their fields between sequence number and checksum. */
#define WIRE_HELLO		"hello"		/* protocol, kernel release, clock */
#define WIRE_CAP		"cap"		/* name, value */
#define WIRE_BEGIN		"begin"		/* row */
#define WIRE_SAMPLE		"sample"	/* row, metric, unit, repeat, value, ops, noisy */
#define WIRE_WINDOW		"window"	/* row, metric, number */
#define WIRE_FINDING		"finding"	/* row, promise, s in the row, uptime in s, text */
#define WIRE_DETAIL		"detail"	/* row, text: of the finding before it */
#define WIRE_FACT		"fact"		/* row, name, text */
#define WIRE_EXPECT		"expect"	/* row, how often, line of the log: was asked for */
#define WIRE_RESULT		"result"	/* row, verdict, reason */
#define WIRE_END		"end"		/* records before it */

/* hello: what time is counted in. */
#define WIRE_CLOCK_INSN		"insn"
#define WIRE_CLOCK_NS		"ns"

/* cap: what this kernel has. */
#define WIRE_CAP_DRIVER		"driver"
#define WIRE_CAP_EXCLUSIVE	"exclusive"
#define WIRE_CAP_KERNEL_ID	"kernel_id"	/* build ids, in hex: which kernel this is */
#define WIRE_CAP_DRIVER_ID	"driver_id"
#define WIRE_CAP_TAINTED	"tainted"	/* /proc/sys/kernel/tainted behind the last row */

/* result: the verdict. BROKEN is the host's alone: a row that never came to an end. */
#define WIRE_PASS		"PASS"
#define WIRE_SKIP		"SKIP"
#define WIRE_FAIL		"FAIL"
#define WIRE_BROKEN		"BROKEN"

/*
 * finding: the promise that was broken. tests/check-busted takes its list from
 * these lines.
 */
#define PROMISE_TWO_OWNERS	"two-owners"	/* two exclusive pins, or two owners of one folio */
#define PROMISE_BESIDE		"pin-beside-exclusive"	/* an ordinary pin and an exclusive one */
#define PROMISE_FLAG		"flag"		/* "pinned? exclusive?" answered wrongly */
#define PROMISE_TRACE		"refusal-trace"	/* a refusal left something behind */
#define PROMISE_RESULT		"result"	/* returned what the contract excludes */
#define PROMISE_COUNT		"count"		/* a count is not what the pins held make it */
#define PROMISE_CONTENT		"content"	/* pinned memory has lost its data or its place */
#define PROMISE_LEAK		"leak"		/* pins or memory did not come back */
#define PROMISE_LOG		"kernel-log"	/* WARN, BUG, KASAN, lockdep, RCU, bad page */
#define PROMISE_STUCK		"stuck"		/* something did not end */

/* Names of facts that the host looks for. */
#define WIRE_FACT_VERDICT	"verdict"	/* what a program of others ended in */
#define WIRE_FACT_PATH		"path"		/* way|role|summary|what closes it */
#define WIRE_FACT_EXPECTED	"expected"	/* crash mode: WIRE_KERNEL_DOWN or WIRE_KERNEL_UP */

/* paths: the answers of a cell. A skipped one says WIRE_SKIP. */
#define WIRE_READ		"READ"
#define WIRE_WRITTEN		"WRITTEN"
#define WIRE_REFERENCED		"REFERENCED"
#define WIRE_REFUSED		"REFUSED"
#define WIRE_NOT_REACHED	"NOT REACHED"
#define WIRE_USER_KILLED	"USER KILLED"
#define WIRE_STUCK		"STUCK"
#define WIRE_KERNEL_DOWN	"KERNEL DOWN"
#define WIRE_KERNEL_UP		"UP"

/* Rows of the suite's own tests: never listed, and run only by such a name. */
#define WIRE_TEST		"test/"

/* What a row needs, as lists of rows name it. */
#define WIRE_NEEDS_DRIVER	"driver"
#define WIRE_NEEDS_EXCLUSIVE	"exclusive"
#define WIRE_NEEDS_SHARE	"exclusive-share"
#define WIRE_NEEDS_EXC_DIRTY	"exclusive-dirty"
#define WIRE_NEEDS_QUERY	"exclusive-query"
#define WIRE_NEEDS_URING	"io_uring"
#define WIRE_NEEDS_RAMDISK	"ramdisk"
#define WIRE_NEEDS_SMP		"smp"
#define WIRE_NEEDS_TOOLS	"tools"
#define WIRE_NEEDS_MEMORY	"memory"

/*
 * result: a SKIP for want of what a kernel may offer or not says "needs X (NAME is
 * ...)", with one of these for X and a name of include/pinlab_uapi.h.
 */
#define WIRE_LACKS		"needs "
#define WIRE_LACKS_EXCLUSIVE	"exclusive pins"
#define WIRE_LACKS_SHARE	"exclusivity that can be dropped and retaken"
#define WIRE_LACKS_EXC_DIRTY	"exclusive pins that can be released dirty"
#define WIRE_LACKS_QUERY	"a query for exclusive pins"

/* The kernel's command line: what the host asks for. */
#define WIRE_ARG_RECORDS	"pinlab.records="	/* where to: WIRE_PORT and a number */
#define WIRE_ARG_FILES		"pinlab.files="		/* the same, for WIRE_FILE */
#define WIRE_ARG_CLOCK		"pinlab.clock="		/* WIRE_CLOCK_* */
#define WIRE_ARG_BENCH		"pinlab.bench="		/* globs of rows */
#define WIRE_ARG_REPEATS	"pinlab.repeats="
#define WIRE_ARG_PROFILE	"pinlab.profile="
#define WIRE_ARG_SKEW		"pinlab.skew="
#define WIRE_ARG_TORTURE	"pinlab.torture="	/* globs of scenarios */
#define WIRE_ARG_SEED		"pinlab.seed="
#define WIRE_ARG_SECONDS	"pinlab.seconds="
#define WIRE_ARG_STOP		"pinlab.stop="		/* 1: at the first that fails */
#define WIRE_ARG_PATHS		"pinlab.paths="		/* globs of paths */
#define WIRE_ARG_CELL		"pinlab.cell="
#define WIRE_ARG_CRASH		"pinlab.crash="
#define WIRE_ARG_SHELL		"pinlab.shell="		/* runs last, on the console */

/* "port:0x402": a port of the machine that takes bytes, not a file. */
#define WIRE_PORT		"port:"

/* Before each file that is sent: "file NAME BYTES\n". More bytes than this are cut off. */
#define WIRE_FILE		"file "
#define WIRE_FILE_BYTES		(16ul << 20)

/* "Done": what the guest writes to QEMU's isa-debug-exit, and what QEMU then exits with. */
#define WIRE_EXIT_PORT		0xf4
#define WIRE_EXIT_DONE		0x31
#define WIRE_EXIT_STATUS	(WIRE_EXIT_DONE << 1 | 1)
/* The same of a shell that ended in another way than well. */
#define WIRE_EXIT_FAILED	0x32
#define WIRE_EXIT_FAILED_STATUS	(WIRE_EXIT_FAILED << 1 | 1)

/* fact: the log ran over; on a machine without a console these lines are lost. */
#define WIRE_FACT_LOST		"log-lost"

/* Lines of the guest's in the kernel's log, for the reader of the console: name of the row. */
#define WIRE_MARK_BEGIN		"pinlab: begin "
#define WIRE_MARK_END		"pinlab: end "

#endif
