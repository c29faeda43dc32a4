// SPDX-License-Identifier: GPL-2.0
#include "host/guest/records.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

#include "host/base/util.h"
#include "host/guest/record_words.h"

struct fields {
	char *v[RECORDS_FIELDS_MAX];
	size_t n;			/* without number, type and checksum */
};

static int __attribute__((format(printf, 2, 3))) bad(struct records *r, const char *fmt, ...)
{
	va_list ap;
	int n;

	n = snprintf(r->error, sizeof(r->error), "line %" PRIu64 ": ", r->line + 1);
	va_start(ap, fmt);
	vsnprintf(r->error + n, sizeof(r->error) - n, fmt, ap);
	va_end(ap);
	return -EBADMSG;
}

void records_init(struct records *r)
{
	*r = (struct records){ .current = -1 };
}

void records_free(struct records *r)
{
	for (size_t i = 0; i < r->n_rows; i++) {
		free(r->rows[i].name);
		free(r->rows[i].reason);
	}
	for (size_t i = 0; i < r->n_metrics; i++) {
		free(r->metrics[i].name);
		free(r->metrics[i].unit);
	}
	for (size_t i = 0; i < r->n_caps; i++) {
		free(r->caps[i].name);
		free(r->caps[i].value);
	}
	for (size_t i = 0; i < r->n_windows; i++)
		free(r->windows[i].metric);
	for (size_t i = 0; i < r->n_findings; i++) {
		free(r->findings[i].promise);
		free(r->findings[i].text);
	}
	for (size_t i = 0; i < r->n_details; i++)
		free(r->details[i]);
	for (size_t i = 0; i < r->n_facts; i++) {
		free(r->facts[i].name);
		free(r->facts[i].text);
	}
	for (size_t i = 0; i < r->n_expects; i++)
		free(r->expects[i].text);
	index_free(&r->row_index);
	free(r->expects);
	free(r->findings);
	free(r->details);
	free(r->facts);
	free(r->rows);
	free(r->metrics);
	free(r->caps);
	free(r->samples);
	free(r->windows);
	records_init(r);
}

static bool is_current(const struct records *r, const char *name)
{
	return r->current >= 0 && !strcmp(r->rows[r->current].name, name);
}

static int want_current(struct records *r, const char *what, const char *name)
{
	if (is_current(r, name))
		return 0;
	if (r->current < 0)
		return bad(r, "%s of '%.96s' outside of a row", what, name);
	return bad(r, "%s of '%.96s' while the row is '%s'", what, name,
		   r->rows[r->current].name);
}

static int on_hello(struct records *r, struct fields *f)
{
	uint64_t protocol;

	if (r->line)
		return bad(r, "a second hello");
	if (!record_is_count(f->v[0], UINT32_MAX, &protocol))
		return bad(r, "hello: '%.32s' is no protocol number", f->v[0]);
	if (protocol != WIRE_PROTOCOL)
		return bad(r, "protocol %" PRIu64 ", this program reads %d: the guest program is of another version",
			   protocol, WIRE_PROTOCOL);
	if (!record_is_name(f->v[1]))
		return bad(r, "hello: bad kernel release");
	r->clock_insn = !strcmp(f->v[2], WIRE_CLOCK_INSN);
	if (!r->clock_insn && strcmp(f->v[2], WIRE_CLOCK_NS))
		return bad(r, "hello: clock is '%.32s', neither insn nor ns", f->v[2]);
	strcpy(r->release, f->v[1]);
	r->hello = true;
	return 0;
}

static int on_cap(struct records *r, struct fields *f)
{
	if (!record_is_name(f->v[0]))
		return bad(r, "cap: bad name");
	if (r->n_caps == RECORDS_CAPS_MAX)
		return bad(r, "more than %d caps", RECORDS_CAPS_MAX);
	r->caps = xgrow(r->caps, r->n_caps, sizeof(*r->caps));
	r->caps[r->n_caps++] = (struct rec_cap){ xstrdup(f->v[0]), xstrdup(f->v[1]) };
	return 0;
}

static int on_begin(struct records *r, struct fields *f)
{
	if (!record_is_name(f->v[0]))
		return bad(r, "begin: bad row name");
	if (r->current >= 0)
		return bad(r, "begin of '%s' while the row is '%s'", f->v[0],
			   r->rows[r->current].name);
	if (index_need(&r->row_index, r->n_rows, "%s", f->v[0]) < r->n_rows)
		return bad(r, "row '%s' begins a second time", f->v[0]);
	if (r->n_rows == RECORDS_ROWS_MAX)
		return bad(r, "more than %d rows", RECORDS_ROWS_MAX);
	r->rows = xgrow(r->rows, r->n_rows, sizeof(*r->rows));
	r->rows[r->n_rows] = (struct rec_row){ xstrdup(f->v[0]), xstrdup(""), VERDICT_NONE };
	r->current = r->n_rows++;
	for (size_t i = 0; i < RECORDS_METRICS_MAX; i++)
		r->repeats[i] = -1;
	return 0;
}

static int find_metric(const struct records *r, const char *name, const char *unit)
{
	for (size_t i = 0; i < r->n_metrics; i++)
		if (!strcmp(r->metrics[i].name, name) && !strcmp(r->metrics[i].unit, unit))
			return i;
	return -1;
}

/* A metric of the row that is being read, under another unit than this one? */
static bool other_unit(const struct records *r, int metric)
{
	for (size_t i = 0; i < r->n_metrics; i++)
		if ((int)i != metric && r->repeats[i] >= 0 &&
		    !strcmp(r->metrics[i].name, r->metrics[metric].name))
			return true;
	return false;
}

static int need_metric(struct records *r, const char *name, const char *unit)
{
	int m = find_metric(r, name, unit);

	if (m >= 0)
		return m;
	if (!record_is_name(name) || !record_is_name(unit))
		return bad(r, "sample: bad metric or unit");
	if (r->n_metrics == RECORDS_METRICS_MAX)
		return bad(r, "more than %d metrics", RECORDS_METRICS_MAX);
	r->metrics = xgrow(r->metrics, r->n_metrics, sizeof(*r->metrics));
	r->metrics[r->n_metrics] = (struct rec_metric){ xstrdup(name), xstrdup(unit) };
	return r->n_metrics++;
}

static int on_sample(struct records *r, struct fields *f)
{
	struct rec_sample s = { .row = r->current };
	uint64_t repeat, disturbed;
	int m, ret = want_current(r, "sample", f->v[0]);

	if (ret)
		return ret;
	m = need_metric(r, f->v[1], f->v[2]);
	if (m < 0)
		return m;
	if (other_unit(r, m))
		return bad(r, "sample: metric '%s' has two units in one row", f->v[1]);
	if (!record_is_count(f->v[3], UINT32_MAX, &repeat))
		return bad(r, "sample: bad repeat '%.32s'", f->v[3]);
	if ((int64_t)repeat <= r->repeats[m])
		return bad(r, "sample: repeat %" PRIu64 " of '%s' after repeat %" PRId64,
			   repeat, f->v[1], r->repeats[m]);
	if (!record_is_value(f->v[4], &s.value))
		return bad(r, "sample: bad value '%.32s'", f->v[4]);
	if (!record_is_count(f->v[5], INT64_MAX, &s.ops) || !s.ops)
		return bad(r, "sample: bad number of operations '%.32s'", f->v[5]);
	if (!record_is_count(f->v[6], 1, &disturbed))
		return bad(r, "sample: disturbed is '%.32s', neither 0 nor 1", f->v[6]);
	if (r->n_samples == RECORDS_SAMPLES_MAX)
		return bad(r, "more than %d samples", RECORDS_SAMPLES_MAX);
	s.metric = m;
	s.repeat = repeat;
	s.disturbed = disturbed;
	r->repeats[m] = repeat;
	r->samples = xgrow(r->samples, r->n_samples, sizeof(*r->samples));
	r->samples[r->n_samples++] = s;
	return 0;
}

static int on_window(struct records *r, struct fields *f)
{
	int ret = want_current(r, "window", f->v[0]);
	struct rec_window w = { .row = r->current };
	uint64_t id;

	if (ret)
		return ret;
	if (!record_is_name(f->v[1]))
		return bad(r, "window: bad metric");
	if (!record_is_count(f->v[2], UINT32_MAX, &id))
		return bad(r, "window: bad id '%.32s'", f->v[2]);
	if (r->n_windows == RECORDS_SAMPLES_MAX)
		return bad(r, "more than %d windows", RECORDS_SAMPLES_MAX);
	w.metric = xstrdup(f->v[1]);
	w.id = id;
	r->windows = xgrow(r->windows, r->n_windows, sizeof(*r->windows));
	r->windows[r->n_windows++] = w;
	return 0;
}

static int on_finding(struct records *r, struct fields *f)
{
	int ret = want_current(r, "finding", f->v[0]);
	struct rec_finding n = { .row = r->current, .details = r->n_details };

	if (ret)
		return ret;
	if (!record_is_name(f->v[1]))
		return bad(r, "finding: bad name of a promise");
	if (!record_is_value(f->v[2], &n.after) || !record_is_value(f->v[3], &n.uptime))
		return bad(r, "finding: bad time '%.32s' or '%.32s'", f->v[2], f->v[3]);
	if (r->n_findings == RECORDS_FINDINGS_MAX)
		return bad(r, "more than %d findings", RECORDS_FINDINGS_MAX);
	n.promise = xstrdup(f->v[1]);
	n.text = xstrdup(f->v[4]);
	r->findings = xgrow(r->findings, r->n_findings, sizeof(*r->findings));
	r->findings[r->n_findings++] = n;
	return 0;
}

/* Belongs to the finding before it. */
static int on_detail(struct records *r, struct fields *f)
{
	int ret = want_current(r, "detail", f->v[0]);

	if (ret)
		return ret;
	if (!r->n_findings || r->findings[r->n_findings - 1].row != (uint32_t)r->current)
		return bad(r, "detail of '%.96s' without a finding", f->v[0]);
	if (r->n_details == RECORDS_DETAILS_MAX)
		return bad(r, "more than %d details", RECORDS_DETAILS_MAX);
	r->details = xgrow(r->details, r->n_details, sizeof(*r->details));
	r->details[r->n_details++] = xstrdup(f->v[1]);
	r->findings[r->n_findings - 1].n_details++;
	return 0;
}

static int on_fact(struct records *r, struct fields *f)
{
	int ret = want_current(r, "fact", f->v[0]);

	if (ret)
		return ret;
	if (!record_is_name(f->v[1]))
		return bad(r, "fact: bad name");
	if (r->n_facts == RECORDS_FACTS_MAX)
		return bad(r, "more than %d facts", RECORDS_FACTS_MAX);
	r->facts = xgrow(r->facts, r->n_facts, sizeof(*r->facts));
	r->facts[r->n_facts++] = (struct rec_fact){ xstrdup(f->v[1]), xstrdup(f->v[2]),
						    r->current };
	return 0;
}

static int on_expect(struct records *r, struct fields *f)
{
	int ret = want_current(r, WIRE_EXPECT, f->v[0]);
	uint64_t count;

	if (ret)
		return ret;
	if (!record_is_count(f->v[1], UINT32_MAX, &count))
		return bad(r, "expect: bad number '%.32s'", f->v[1]);
	if (r->n_expects == RECORDS_EXPECTS_MAX)
		return bad(r, "more than %d expected complaints", RECORDS_EXPECTS_MAX);
	r->expects = xgrow(r->expects, r->n_expects, sizeof(*r->expects));
	r->expects[r->n_expects++] = (struct rec_expect){ xstrdup(f->v[2]), count, r->current };
	return 0;
}

const char *verdict_name(enum verdict v)
{
	static const char *const names[] = {
		[VERDICT_NONE] = "unfinished",
		[VERDICT_PASS] = WIRE_PASS,
		[VERDICT_SKIP] = WIRE_SKIP,
		[VERDICT_FAIL] = WIRE_FAIL,
		[VERDICT_BROKEN] = WIRE_BROKEN,
	};

	return names[v];
}

static int on_result(struct records *r, struct fields *f)
{
	int ret = want_current(r, "result", f->v[0]);
	struct rec_row *row;
	enum verdict v;

	if (ret)
		return ret;
	for (v = VERDICT_PASS; v <= VERDICT_BROKEN; v++)
		if (!strcmp(f->v[1], verdict_name(v)))
			break;
	if (v > VERDICT_BROKEN)
		return bad(r, "result: '%.32s' is no verdict", f->v[1]);
	row = &r->rows[r->current];
	row->verdict = v;
	free(row->reason);
	row->reason = xstrdup(f->v[2]);
	r->current = -1;
	r->done++;
	return 0;
}

static int on_end(struct records *r, struct fields *f)
{
	uint64_t n;

	if (r->current >= 0)
		return bad(r, "end while the row is '%s'", r->rows[r->current].name);
	if (!record_is_count(f->v[0], UINT64_MAX, &n) || n != r->line)
		return bad(r, "end counts '%.32s' records, there were %" PRIu64, f->v[0], r->line);
	r->end = true;
	return 0;
}

static const struct {
	const char *name;
	size_t fields;
	int (*take)(struct records *r, struct fields *f);
} types[] = {
	{ WIRE_HELLO, 3, on_hello },
	{ WIRE_CAP, 2, on_cap },
	{ WIRE_BEGIN, 1, on_begin },
	{ WIRE_SAMPLE, 7, on_sample },
	{ WIRE_WINDOW, 3, on_window },
	{ WIRE_FINDING, 5, on_finding },
	{ WIRE_DETAIL, 2, on_detail },
	{ WIRE_FACT, 3, on_fact },
	{ WIRE_EXPECT, 3, on_expect },
	{ WIRE_RESULT, 3, on_result },
	{ WIRE_END, 1, on_end },
};

static int dispatch(struct records *r, const char *type, struct fields *f)
{
	for (size_t i = 0; i < ARRAY_SIZE(types); i++) {
		if (strcmp(type, types[i].name))
			continue;
		if (f->n != types[i].fields)
			return bad(r, "%s has %zu fields, %zu are wanted", type, f->n,
				   types[i].fields);
		if (!r->hello && types[i].take != on_hello)
			return bad(r, "the first record is %s, not hello", type);
		return types[i].take(r, f);
	}
	return bad(r, "unknown record '%.32s'", type);
}

/* Cuts the checksum off and compares it. */
static int check_crc(struct records *r, char *line, size_t len)
{
	char want[9];

	if (len < 10 || line[len - 9] != '\t')
		return bad(r, "no checksum at its end");
	len -= 9;
	snprintf(want, sizeof(want), "%08lx",
		 crc32(0, (const unsigned char *)line, (unsigned int)len) & 0xffffffff);
	if (strcmp(line + len + 1, want))
		return bad(r, "checksum is '%s', must be '%s'", line + len + 1, want);
	line[len] = '\0';
	return 0;
}

static int take_line(struct records *r, char *line, size_t len)
{
	struct fields f = { .n = 0 };
	char *number, *type;
	uint64_t seq;
	int ret;

	if (r->end)
		return bad(r, "something after the end record");
	ret = check_crc(r, line, len);
	if (ret)
		return ret;
	number = strsep(&line, "\t");
	type = strsep(&line, "\t");
	while (line) {
		if (f.n == RECORDS_FIELDS_MAX - 3)
			return bad(r, "more than %d fields", RECORDS_FIELDS_MAX);
		f.v[f.n++] = strsep(&line, "\t");
	}
	if (!type || !record_is_count(number, UINT64_MAX, &seq))
		return bad(r, "does not start with a number and a type");
	if (seq != r->line)
		return bad(r, "record %" PRIu64 ", %" PRIu64 " must follow", seq, r->line);
	return dispatch(r, type, &f);
}

int records_feed(struct records *r, const char *data, size_t n)
{
	for (size_t i = 0; i < n && !*r->error; i++, r->offset++) {
		unsigned char c = data[i];

		if (c == '\n') {
			r->buf[r->fill] = '\0';
			if (take_line(r, r->buf, r->fill))
				break;
			r->line++;
			r->fill = 0;
		} else if (c != '\t' && (c < 0x20 || c > 0x7e)) {
			bad(r, "byte 0x%02x at offset %" PRIu64 " is not printable ASCII", c,
			    r->offset);
		} else if (r->fill == WIRE_LINE) {
			bad(r, "longer than %d bytes", WIRE_LINE);
		} else {
			r->buf[r->fill++] = c;
		}
	}
	return *r->error ? -EBADMSG : 0;
}

int records_parse_fd(int fd, struct records *r)
{
	char buf[65536];
	int ret = 0;
	ssize_t n;

	records_init(r);
	while (!ret && (n = read(fd, buf, sizeof(buf))) != 0) {
		if (n > 0)
			ret = records_feed(r, buf, n);
		else if (errno != EINTR)
			ret = -errno;
	}
	if (!ret && r->end && r->fill)
		ret = bad(r, "something after the end record");
	return ret;
}
