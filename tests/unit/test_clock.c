// SPDX-License-Identifier: GPL-2.0
/* What wall-clock figures are timed by: is it a clock, and is a sample one? */
#include "host/base/tsc.h"
#include "host/guest/guest_clock.h"
#include "host/report/derive.h"
#include "rundir.h"

#define FLAGS "flags\t\t: fpu tsc rdtscp constant_tsc nonstop_tsc avx2\nbogomips\t: 4890.81\n"

static void test_stable(void **state)
{
	(void)state;
	assert_true(tsc_is_stable(FLAGS, "tsc kvm-clock acpi_pm"));
	assert_true(tsc_is_stable(FLAGS, "kvm-clock tsc\n"));
	/* the kernel has seen it go wrong */
	assert_false(tsc_is_stable(FLAGS, "hpet acpi_pm"));
	assert_false(tsc_is_stable(FLAGS, "tsc-early hpet"));
	assert_false(tsc_is_stable("flags\t: tsc constant_tsc\n", "tsc\n"));
	assert_false(tsc_is_stable("flags\t: tsc nonstop_tsc\n", "tsc\n"));
	assert_false(tsc_is_stable("flags\t: xconstant_tsc nonstop_tscx\n", "tsc\n"));
}

struct told {
	const char *name, *ns, *step, *span, *fault;
};

static void add_cap(struct stream *st, const char *name, const char *value)
{
	char *line = xasprintf("cap\t%s\t%s", name, value);

	if (value)
		stream_add(st, line);
	free(line);
}

/* The records of a boot with this clock and so many samples of a call of 100 ns. */
static char *records(const struct told *t, const char *value, const char *ops)
{
	struct stream st = { 0 };
	char *end;

	stream_add(&st, "hello\t1\t6.12.117\tns");
	add_cap(&st, "clock", t->name);
	add_cap(&st, "clock-ns", t->ns);
	add_cap(&st, "clock-step-ns", t->step);
	add_cap(&st, "clock-fault", t->fault);
	stream_add(&st, "begin\tgetppid");
	for (int i = 0; i < 3; i++) {
		char *line = xasprintf("sample\tgetppid\tcall\tns/call\t%d\t%s\t%s\t0", i, value,
				       ops);

		stream_add(&st, line);
		free(line);
	}
	stream_add(&st, "result\tgetppid\tPASS\t");
	add_cap(&st, "clock-span-s", t->span);
	end = xasprintf("end\t%lu", st.seq);
	stream_add(&st, end);
	free(end);
	return st.s;
}

static const struct told good = { "tsc, 2445.406 MHz by CPUID 0x40000010", "20.0", "0.4", "9.3" };

static void test_wrong(void **state)
{
	static const struct {
		struct told t;
		const char *says;	/* NULL: nothing is wrong with it */
	} cases[] = {
		{ { "tsc, 2445.406 MHz by CPUID 0x40000010", "20.0", "0.4", "9.3" }, NULL },
		{ { NULL, "20.0", "0.4", "9.3" }, "has not said what it times by" },
		{ { "tsc", NULL, "0.4", "9.3" }, "how fine its clock is" },
		{ { "tsc", "0.0000", "0.4", "9.3" }, "how fine its clock is" },
		{ { "tsc", "-20", "0.4", "9.3" }, "how fine its clock is" },
		{ { "tsc", "20x", "0.4", "9.3" }, "how fine its clock is" },
		{ { "tsc", "nan", "0.4", "9.3" }, "how fine its clock is" },
		{ { "tsc", "20", "0", "9.3" }, "how fine its clock is" },
		{ { "tsc", "20", "0.4", NULL }, "what time has passed" },
		{ { "jiffies", "10000000", "10000000", "9.3", "steps of 10000000 ns" },
		  "cannot time anything: steps of 10000000 ns" },
		/* another frequency than the guest thinks */
		{ { "tsc", "20", "0.4", "18.6" }, "do not agree: 18.6 s and 9.5 s" },
		{ { "tsc", "20", "0.4", "4.7" }, "do not agree: 4.7 s and 9.5 s" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		char *text = records(&cases[i].t, "100.0", "1000"), *why;
		const char *says = cases[i].says;
		struct records r;

		records_init(&r);
		assert_int_equal(records_feed(&r, text, strlen(text)), 0);
		why = guest_clock_wrong(&r, 9.5);
		if (!why != !says || (why && !strstr(why, says)))
			fail_msg("case %zu is answered with %s", i, why);
		free(why);
		records_free(&r);
		free(text);
	}
}

/* A golden wall-clock run whose guests tell their clock; the report. */
static char *run_with(const struct told *base, const struct told *others, const char *value,
		      const char *ops)
{
	char *dir = fresh("run-kvm"), *text, *boots = xasprintf("%s/boots", dir);
	struct strlist names = { 0 };

	edit(dir, "plan.json", "\"delta_percent\"", "\"clocks\": true, \"delta_percent\"");
	assert_int_equal(list_dir(boots, &names), 0);
	for (size_t i = 0; i < names.n; i++) {
		char *file = xasprintf("%s/records", names.v[i]);

		text = records(i ? others : base, value, ops);
		put(boots, file, text);
		free(text);
		free(file);
		file = xasprintf("%s/outcome.json", names.v[i]);
		put(boots, file, "{\"outcome\": \"ok\", \"detail\": \"\", \"seconds\": 10.0, "
		    "\"first_record_seconds\": 0.5}");
		free(file);
	}
	assert_true(names.n > 20);
	report_derive(dir);
	text = in(dir, "report.txt");
	for (char *s = text; *s; s++)
		*s = *s == '\n' ? ' ' : *s;
	strlist_free(&names);
	free(boots);
	free(dir);
	return text;
}

static void check_report(const struct told *base, const struct told *others, const char *value,
			 const char *ops, const char *has, const char *has_not)
{
	char *text = run_with(base, others, value, ops), *s, *to;

	for (s = to = text; *s; s++)
		if (*s != ' ' || to == text || to[-1] != ' ')
			*to++ = *s;
	*to = '\0';
	if (has && !strstr(text, has))
		fail_msg("it does not say '%s': %s", has, text);
	if (has_not && strstr(text, has_not))
		fail_msg("it says '%s': %s", has_not, text);
	free(text);
}

static void test_run(void **state)
{
	static const struct told ticks = { "jiffies", "10000000", "10000000", "9.3",
					   "steps of 10000000 ns" };
	static const struct told hpet = { "hpet (no tsc)", "900", "70", "9.3" };
	static const struct told fast = { "tsc, 2445.406 MHz by CPUID 0x40000010", "20.0", "0.4",
					  "18.6" };

	(void)state;
	check_report(&good, &good, "100.0", "1000",
		     "clock tsc, 2445.406 MHz by CPUID 0x40000010; two readings are 20 ns apart",
		     "impossible");
	/* at 20 times the resolution, and below it; what is nothing, and what is a tick */
	check_report(&good, &good, "100.0", "4", NULL, "impossible");
	check_report(&good, &good, "100.0", "3", "impossible value: 100 ns/call, over 3 op", NULL);
	check_report(&good, &good, "0.0000", "256", "an impossible value: 0 ns/call", NULL);
	check_report(&ticks, &ticks, "39062.5", "256", "no-clock", NULL);
	check_report(&ticks, &ticks, "39062.5", "256", "steps of 10000000 ns", NULL);
	check_report(&fast, &good, "100.0", "1000", "no-clock", NULL);
	check_report(&hpet, &good, "100.0", "1000", "by another clock", NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_stable),
		cmocka_unit_test(test_wrong),
		cmocka_unit_test(test_run),
	};

	return cmocka_run_group_tests_name("clock", tests, make_top, remove_top);
}
