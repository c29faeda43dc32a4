/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The record stream: what a guest says about itself. The guest runs the
 * kernel under test, so nothing in the stream is trusted: every line carries
 * its number and a checksum, every size has a limit, and the first thing that
 * is wrong ends the reading with its line and byte.
 */
#ifndef PINLAB_HOST_GUEST_RECORDS_H
#define PINLAB_HOST_GUEST_RECORDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "host/base/index.h"
#include "include/wire.h"

#define RECORDS_FIELDS_MAX 16		/* with number, type and checksum */
#define RECORDS_NAME_MAX 96
#define RECORDS_ROWS_MAX 10000
#define RECORDS_SAMPLES_MAX 1000000
#define RECORDS_METRICS_MAX 256
#define RECORDS_CAPS_MAX 256
#define RECORDS_FINDINGS_MAX 1000
#define RECORDS_DETAILS_MAX 20000
#define RECORDS_FACTS_MAX 2000
#define RECORDS_EXPECTS_MAX 100000

/* Values are fixed point, so that "exact" stays exact on the way to the report. */
#define VALUE_ONE 10000

enum verdict {
	VERDICT_NONE,			/* begun, no result yet */
	VERDICT_PASS,
	VERDICT_SKIP,
	VERDICT_FAIL,
	VERDICT_BROKEN,
};

struct rec_row {
	char *name;
	char *reason;			/* never NULL, may be empty */
	enum verdict verdict;
};

struct rec_metric {
	char *name;
	char *unit;
};

struct rec_sample {
	int64_t value;			/* in 1/VALUE_ONE of the unit */
	uint64_t ops;
	uint32_t repeat;
	uint16_t metric;		/* index in metrics[] */
	uint16_t row;			/* index in rows[] */
	bool disturbed;
};

/* Comes before the row's samples: the metric has only its name yet. */
struct rec_window {
	char *metric;
	uint32_t id;
	uint16_t row;
};

struct rec_cap {
	char *name;
	char *value;
};

/* A broken promise that a torture scenario has seen. */
struct rec_finding {
	char *promise;			/* PROMISE_* of include/wire.h */
	char *text;
	int64_t after;			/* since the row began, seconds in 1/VALUE_ONE */
	int64_t uptime;			/* since the guest's kernel started, the same */
	uint32_t row;
	uint32_t details;		/* the first of them in details[] */
	uint32_t n_details;
};

/* Something that a scenario found out, in words: "refuses at 524288 pins". */
struct rec_fact {
	char *name;
	char *text;
	uint32_t row;
};

/* A complaint of the kernel's that a scenario has asked for. */
struct rec_expect {
	char *text;			/* the line of the log that it begins with */
	uint64_t count;
	uint32_t row;
};

struct records {
	bool hello, end;
	bool clock_insn;		/* hello: clock is `insn`, not `ns` */
	char release[RECORDS_NAME_MAX + 1];
	struct rec_row *rows;
	struct rec_metric *metrics;
	struct rec_sample *samples;
	struct rec_window *windows;
	struct rec_cap *caps;
	struct rec_finding *findings;
	char **details;			/* of findings, in order */
	struct rec_fact *facts;
	struct rec_expect *expects;
	size_t n_rows, n_metrics, n_samples, n_windows, n_caps;
	size_t n_findings, n_details, n_facts, n_expects;
	int current;			/* row between begin and result, else -1 */
	size_t done;			/* rows with a result */
	uint64_t line;			/* whole lines read */
	uint64_t offset;		/* bytes read */
	char error[256];		/* the reason for -EBADMSG, else empty */
	/* the rows by name, the line that is not whole yet, and the last repeat of each metric */
	struct index row_index;
	char buf[WIRE_LINE + 1];
	size_t fill;
	int64_t repeats[RECORDS_METRICS_MAX];
};

void records_init(struct records *r);
void records_free(struct records *r);

/*
 * Take in n more bytes, cut anywhere. 0, or -EBADMSG with r->error set; after
 * an error nothing more is taken in, what was read before it stays.
 */
int records_feed(struct records *r, const char *data, size_t n);

/*
 * A whole file: init, feed and, at the end, the check that nothing is left
 * over. 0, -EBADMSG, or -errno if the file cannot be read. A stream that only
 * lacks its `end` is not an error here: see r->end. The caller frees r in
 * every case.
 */
int records_parse_fd(int fd, struct records *r);

/* PASS, SKIP, ... */
const char *verdict_name(enum verdict v);

#endif
