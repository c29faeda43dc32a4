// SPDX-License-Identifier: GPL-2.0
/* The parser of the record stream: what it takes, what it refuses, and with what words. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <unistd.h>
#include <cmocka.h>

#include "host/base/files.h"
#include "host/guest/records.h"
#include "stream.h"

#define HELLO "hello\t1\t6.12.117\tinsn"
#define SAMPLE "sample\tpin_fast/anon/1\tpin\tinsn/page\t0\t151.2\t16\t0"
#define BEGIN "begin\tpin_fast/anon/1"

/* Lines, NULL at the end. */
static int parse(struct records *r, const char *const *lines)
{
	struct stream st = { 0 };
	int ret;

	for (; *lines; lines++)
		stream_add(&st, *lines);
	records_init(r);
	ret = records_feed(r, st.s, st.n);
	stream_free(&st);
	return ret;
}

static const char *const whole[] = {
	HELLO, "cap\tdriver\t1", BEGIN, "window\tpin_fast/anon/1\tpin\t7", SAMPLE,
	"sample\tpin_fast/anon/1\tpin\tinsn/page\t2\t-0.0001\t16\t1",
	"result\tpin_fast/anon/1\tPASS\t",
	"begin\tgetppid", "result\tgetppid\tSKIP\tneeds %s %n, #1",
	"end\t9", NULL
};

static void check_whole(const struct records *r)
{
	assert_true(r->hello && r->end && r->clock_insn);
	assert_string_equal(r->release, "6.12.117");
	assert_int_equal(r->n_rows, 2);
	assert_int_equal(r->n_samples, 2);
	assert_int_equal(r->samples[0].value, 1512000);
	assert_int_equal(r->samples[1].value, -1);
	assert_int_equal(r->samples[1].repeat, 2);
	assert_int_equal(r->samples[0].ops, 16);
	assert_false(r->samples[0].disturbed);
	assert_true(r->samples[1].disturbed);
	assert_int_equal(r->windows[0].id, 7);
	assert_string_equal(r->windows[0].metric, "pin");
	assert_string_equal(r->caps[0].value, "1");
	assert_int_equal(r->rows[0].verdict, VERDICT_PASS);
	assert_int_equal(r->rows[1].verdict, VERDICT_SKIP);
	assert_string_equal(r->rows[1].reason, "needs %s %n, #1");
	assert_int_equal(r->done, 2);
	assert_int_equal(r->current, -1);
}

static void test_whole(void **state)
{
	struct records r;

	(void)state;
	assert_int_equal(parse(&r, whole), 0);
	check_whole(&r);
	records_free(&r);
}

/* The runner reads a stream as it comes: the pieces must not matter. */
static void test_pieces(void **state)
{
	struct stream st = { 0 };
	struct records r;

	(void)state;
	for (size_t i = 0; whole[i]; i++)
		stream_add(&st, whole[i]);
	for (size_t piece = 1; piece < 70; piece += 7) {
		records_init(&r);
		for (size_t at = 0; at < st.n; at += piece)
			assert_int_equal(records_feed(&r, st.s + at, st.n - at < piece ?
						      st.n - at : piece), 0);
		check_whole(&r);
		assert_int_equal(r.offset, st.n);
		records_free(&r);
	}
	stream_free(&st);
}

static void test_progress(void **state)
{
	const char *const lines[] = { HELLO, BEGIN, SAMPLE, NULL };
	struct records r;

	(void)state;
	assert_int_equal(parse(&r, lines), 0);
	assert_int_equal(r.current, 0);
	assert_int_equal(r.done, 0);
	assert_false(r.end);
	records_free(&r);
}

static const struct refusal {
	const char *const lines[6];
	const char *why;
} refusals[] = {
	{ { "begin\tx" }, "line 1: the first record is begin, not hello" },
	{ { HELLO, HELLO }, "line 2: a second hello" },
	{ { "hello\t2\t6.12\tinsn" }, "line 1: protocol 2, this program reads 1" },
	{ { "hello\tone\t6.12\tinsn" }, "'one' is no protocol number" },
	{ { "hello\t1\t6.12\tsundial" }, "clock is 'sundial'" },
	{ { "hello\t1\t6 12\tinsn" }, "bad kernel release" },
	{ { "hello\t1\t6.12" }, "hello has 2 fields, 3 are wanted" },
	{ { HELLO, "verdict\tx" }, "line 2: unknown record 'verdict'" },
	{ { HELLO, BEGIN, BEGIN }, "while the row is 'pin_fast/anon/1'" },
	{ { HELLO, BEGIN, "result\tpin_fast/anon/1\tPASS\t", BEGIN }, "begins a second time" },
	{ { HELLO, "begin\tpin fast" }, "bad row name" },
	{ { HELLO, "begin\t" }, "bad row name" },
	{ { HELLO, SAMPLE }, "sample of 'pin_fast/anon/1' outside of a row" },
	{ { HELLO, "begin\tgetppid", SAMPLE }, "while the row is 'getppid'" },
	{ { HELLO, BEGIN, SAMPLE, SAMPLE }, "repeat 0 of 'pin' after repeat 0" },
	{ { HELLO, BEGIN, SAMPLE, "sample\tpin_fast/anon/1\tpin\tns/page\t1\t1\t1\t0" },
	  "'pin' has two units" },
	{ { HELLO, BEGIN, "sample\tpin_fast/anon/1\tpin\tinsn/page\t0\t1.23456\t1\t0" },
	  "bad value '1.23456'" },
	{ { HELLO, BEGIN, "sample\tpin_fast/anon/1\tpin\tinsn/page\t0\t1.\t1\t0" },
	  "bad value '1.'" },
	{ { HELLO, BEGIN, "sample\tpin_fast/anon/1\tpin\tinsn/page\t0\tnan\t1\t0" },
	  "bad value 'nan'" },
	{ { HELLO, BEGIN, "sample\tpin_fast/anon/1\tpin\tinsn/page\t0\t1e9\t1\t0" },
	  "bad value '1e9'" },
	{ { HELLO, BEGIN, "sample\tpin_fast/anon/1\tpin\tinsn/page\t0\t1234567890123\t1\t0" },
	  "bad value" },
	{ { HELLO, BEGIN, "sample\tpin_fast/anon/1\tpin\tinsn/page\t0\t1\t0\t0" },
	  "bad number of operations '0'" },
	{ { HELLO, BEGIN, "sample\tpin_fast/anon/1\tpin\tinsn/page\t0\t1\t1\t2" },
	  "disturbed is '2'" },
	{ { HELLO, BEGIN, "sample\tpin_fast/anon/1\tpin\tinsn/page\t-1\t1\t1\t0" },
	  "bad repeat '-1'" },
	{ { HELLO, BEGIN, "sample\tpin_fast/anon/1\tp in\tinsn/page\t0\t1\t1\t0" },
	  "bad metric or unit" },
	{ { HELLO, BEGIN, "window\tpin_fast/anon/1\tpin\tx" }, "bad id 'x'" },
	{ { HELLO, "window\tpin_fast/anon/1\tpin\t1" }, "window of 'pin_fast/anon/1' outside" },
	{ { HELLO, BEGIN, "result\tpin_fast/anon/1\tGOOD\t" }, "'GOOD' is no verdict" },
	{ { HELLO, "result\tpin_fast/anon/1\tPASS\t" }, "outside of a row" },
	{ { HELLO, "end\t2" }, "end counts '2' records, there were 1" },
	{ { HELLO, BEGIN, "end\t2" }, "end while the row is 'pin_fast/anon/1'" },
	{ { HELLO, "end\t1", "cap\tdriver\t1" }, "line 3: something after the end" },
	{ { HELLO, "cap\ta b\t1" }, "cap: bad name" },
	{ { HELLO, "cap\ta\tb\tc\td\te\tf\tg\th\ti\tj\tk\tl\tm\tn" }, "more than 16 fields" },
};

static void test_refusals(void **state)
{
	struct records r;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(refusals); i++) {
		assert_int_equal(parse(&r, refusals[i].lines), -EBADMSG);
		if (!strstr(r.error, refusals[i].why))
			fail_msg("'%s' does not say '%s'", r.error, refusals[i].why);
		/* Once refused, refused for good. */
		assert_int_equal(records_feed(&r, "", 0), -EBADMSG);
		records_free(&r);
	}
}

static void refuse_bytes(const char *s, size_t n, const char *why)
{
	struct records r;

	records_init(&r);
	assert_int_equal(records_feed(&r, s, n), -EBADMSG);
	if (!strstr(r.error, why))
		fail_msg("'%s' does not say '%s'", r.error, why);
	records_free(&r);
}

static void test_bytes(void **state)
{
	char longer[WIRE_LINE + 2];
	struct stream st = { 0 };
	char *copy;

	(void)state;
	memset(longer, 'a', sizeof(longer));
	refuse_bytes(longer, sizeof(longer), "line 1: longer than 1024 bytes");
	refuse_bytes("0\t\001", 3, "byte 0x01 at offset 2 is not printable ASCII");
	refuse_bytes("0\t\377", 3, "byte 0xff at offset 2");
	refuse_bytes("0\t\0", 3, "byte 0x00 at offset 2");
	refuse_bytes("\n", 1, "no checksum");
	refuse_bytes("0\thello\n", 8, "no checksum");
	refuse_bytes("0\thello\t1\t6.12\tinsn\t00000000\n", 30, "checksum is '00000000', must be");
	stream_add(&st, HELLO);
	copy = xstrdup(st.s);
	stream_add(&st, "cap\tdriver\t1");
	/* The first line twice: the number is wrong then. */
	st.s = xrealloc(st.s, st.n + strlen(copy) + 1);
	strcpy(st.s + st.n, copy);
	refuse_bytes(st.s, st.n + strlen(copy), "line 3: record 0, 2 must follow");
	free(copy);
	stream_free(&st);
}

/* The longest line there may be, and one byte more under a right checksum. */
static void test_longest(void **state)
{
	char body[WIRE_LINE + 1] = "cap\tdriver\t";
	size_t room = WIRE_LINE - strlen("1\t") - strlen("\t01234567");

	(void)state;
	for (size_t more = 0; more < 2; more++) {
		struct stream st = { 0 };
		struct records r;

		memset(body + strlen(body), 'v', room + more - strlen(body));
		stream_add(&st, HELLO);
		stream_add(&st, body);
		records_init(&r);
		assert_int_equal(records_feed(&r, st.s, st.n), more ? -EBADMSG : 0);
		records_free(&r);
		stream_free(&st);
	}
}

static void test_limits(void **state)
{
	struct stream st = { 0 };
	struct records r;
	char body[128];

	(void)state;
	stream_add(&st, HELLO);
	for (int i = 0; i <= RECORDS_METRICS_MAX; i++) {
		if (!i)
			stream_add(&st, BEGIN);
		snprintf(body, sizeof(body), "sample\tpin_fast/anon/1\tm%d\tu\t0\t1\t1\t0", i);
		stream_add(&st, body);
	}
	refuse_bytes(st.s, st.n, "more than 256 metrics");
	stream_free(&st);
	records_init(&r);
	r.hello = true;
	r.line = 1;
	r.n_rows = RECORDS_ROWS_MAX;
	r.rows = xcalloc(RECORDS_ROWS_MAX, sizeof(*r.rows));
	for (size_t i = 0; i < RECORDS_ROWS_MAX; i++)
		r.rows[i] = (struct rec_row){ xstrdup("x"), xstrdup(""), VERDICT_PASS };
	st.seq = 1;
	stream_add(&st, BEGIN);
	assert_int_equal(records_feed(&r, st.s, st.n), -EBADMSG);
	assert_non_null(strstr(r.error, "more than 10000 rows"));
	records_free(&r);
	stream_free(&st);
}

static void test_file(void **state)
{
	char path[] = "/tmp/pinlab-records-XXXXXX";
	struct stream st = { 0 };
	struct records r;
	int fd = mkstemp(path);

	(void)state;
	for (size_t i = 0; whole[i]; i++)
		stream_add(&st, whole[i]);
	/* Cut in the middle of its last line: no error, and no end. */
	assert_int_equal(write(fd, st.s, st.n - 3), st.n - 3);
	assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
	assert_int_equal(records_parse_fd(fd, &r), 0);
	assert_false(r.end);
	records_free(&r);
	assert_int_equal(write(fd, st.s + st.n - 3, 3), 3);
	assert_int_equal(write(fd, "9", 1), 1);
	assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
	assert_int_equal(records_parse_fd(fd, &r), -EBADMSG);
	assert_non_null(strstr(r.error, "after the end"));
	records_free(&r);
	close(fd);
	unlink(path);
	assert_int_equal(records_parse_fd(fd, &r), -EBADF);
	records_free(&r);
	stream_free(&st);
}

static uint32_t random_next(uint32_t *s)
{
	*s ^= *s << 13;
	*s ^= *s >> 17;
	*s ^= *s << 5;
	return *s;
}

static void mutate(char *s, size_t n, uint32_t *seed)
{
	static const char nasty[] = "\t\n0123456789abcdef%-. \377";

	for (uint32_t k = random_next(seed) % 6; k > 0; k--)
		s[random_next(seed) % n] = nasty[random_next(seed) % (sizeof(nasty) - 1)];
}

/*
 * Mutated bodies under right checksums, so that the inner parsers are
 * reached, then mutated bytes. Whatever comes: 0 or -EBADMSG with a reason,
 * and nothing beyond the limits. PINLAB_FUZZ_SECONDS makes it longer.
 */
static void test_nonsense(void **state)
{
	const char *env = getenv("PINLAB_FUZZ_SECONDS");
	double until = now_seconds() + (env ? atof(env) : 0.5);
	uint32_t seed = 1;
	unsigned long runs = 0, refused = 0;

	(void)state;
	do {
		struct stream st = { 0 };
		struct records r;
		int ret;

		for (size_t i = 0; whole[i]; i++) {
			char *body = xstrdup(whole[i]);

			if (random_next(&seed) % 8 == 0)
				mutate(body, strlen(body), &seed);
			stream_add(&st, body);
			free(body);
		}
		if (random_next(&seed) % 4 == 0)
			mutate(st.s, st.n, &seed);
		records_init(&r);
		ret = records_feed(&r, st.s, random_next(&seed) % (st.n + 1));
		assert_true(ret == 0 || (ret == -EBADMSG && *r.error));
		refused += ret != 0;
		records_free(&r);
		stream_free(&st);
		runs++;
	} while (now_seconds() < until);
	assert_true(refused > 0 && refused < runs);
	print_message("%lu streams, %lu of them refused\n", runs, refused);
}

static void test_findings(void **state)
{
	static const char *const lines[] = {
		HELLO, "begin\trace/a", "fact\trace/a\tlimit/small\trefuses at 524288 (2^19)",
		"finding\trace/a\ttwo-owners\t0.5\t2.25\ttwo requests own pfn 0x1",
		"detail\trace/a\t  cpu 1", "detail\trace/a\t",
		"result\trace/a\tFAIL\ttwo-owners", "end\t7", NULL
	};
	struct records r;

	(void)state;
	assert_int_equal(parse(&r, lines), 0);
	assert_int_equal(r.n_findings, 1);
	assert_string_equal(r.findings[0].promise, "two-owners");
	assert_int_equal(r.findings[0].after, 5000);
	assert_int_equal(r.findings[0].uptime, 22500);
	assert_int_equal(r.findings[0].n_details, 2);
	assert_string_equal(r.details[r.findings[0].details], "  cpu 1");
	assert_int_equal(r.n_facts, 1);
	assert_string_equal(r.facts[0].text, "refuses at 524288 (2^19)");
	records_free(&r);
}

static void test_bad_findings(void **state)
{
	static const struct {
		const char *line, *why;
	} cases[] = {
		{ "finding\trace/a\ttwo owners\t0\t0\tx", "bad name of a promise" },
		{ "finding\trace/a\tcount\tsoon\t0\tx", "bad time" },
		{ "finding\trace/b\tcount\t0\t0\tx", "while the row is" },
		{ "detail\trace/a\tx", "without a finding" },
		{ "fact\trace/a\ta b\tx", "bad name" },
		{ "finding\trace/a\tcount\t0\t0", "4 fields" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		const char *lines[] = { HELLO, "begin\trace/a", cases[i].line, NULL };
		struct records r;

		assert_int_equal(parse(&r, lines), -EBADMSG);
		if (!strstr(r.error, cases[i].why))
			fail_msg("\"%s\" lacks \"%s\"", r.error, cases[i].why);
		records_free(&r);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_whole),
		cmocka_unit_test(test_pieces),
		cmocka_unit_test(test_progress),
		cmocka_unit_test(test_refusals),
		cmocka_unit_test(test_bytes),
		cmocka_unit_test(test_longest),
		cmocka_unit_test(test_limits),
		cmocka_unit_test(test_file),
		cmocka_unit_test(test_nonsense),
		cmocka_unit_test(test_findings),
		cmocka_unit_test(test_bad_findings),
	};

	return cmocka_run_group_tests_name("records", tests, NULL, NULL);
}
