// SPDX-License-Identifier: GPL-2.0
#include "host/run/rest.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "host/guest/console.h"
#include "host/run/folder.h"

static unsigned long announced(const struct records *rec)
{
	for (size_t i = 0; i < rec->n_caps; i++)
		if (!strcmp(rec->caps[i].name, WIRE_CAP_ROWS))
			return strtoul(rec->caps[i].value, NULL, 10);
	return 0;
}

static bool is_down(const char *outcome)
{
	static const char *const words[] = { "panic", "hang", "truncated", "garbled" };

	for (size_t i = 0; i < ARRAY_SIZE(words); i++)
		if (!strcmp(outcome, words[i]))
			return true;
	return false;
}

/* Said that it is done after a row that failed, with rows left: the guest gave up. */
static bool gave_up(const struct rest_end *e)
{
	return !strcmp(e->outcome, "ok") && e->rec->n_rows &&
	       e->rec->rows[e->rec->n_rows - 1].verdict == VERDICT_FAIL;
}

void rest_add(struct rest *r, const struct rest_end *e, double limit)
{
	/* A name of a record: one word for a command line, whoever has said it. */
	const char *last = e->rec->n_rows ? e->rec->rows[e->rec->n_rows - 1].name : "";
	bool again = !strcmp(e->outcome, "hang") && e->rec->current >= 0 && !e->stalled &&
		     strcmp(last, r->hung);

	r->ended++;
	r->seconds += e->seconds;
	r->more = false;
	if (!(is_down(e->outcome) || gave_up(e)) || !*last)
		return;
	r->more = r->ended <= REST_MAX && r->seconds < limit &&
		  (again || announced(e->rec) > e->rec->n_rows);
	if (again) {
		strcpy(r->hung, last);
		return;
	}
	r->rows += e->rec->n_rows;
	strcpy(r->after, last);
}

char *rest_id(const char *id, unsigned int number)
{
	return number ? xasprintf("%s/rest-%u", id, number) : xstrdup(id);
}

static bool has_stalled(const struct place *boot)
{
	struct console c;
	int fd = place_fd(boot, "console.log");
	bool said;

	if (fd < 0)
		return false;
	console_parse_fd(fd, &c);
	close(fd);
	said = console_find(&c, SPLAT_STALL);
	console_free(&c);
	return said;
}

static bool read_one(struct rest *r, const struct place *boot, double limit)
{
	json_error_t e;
	json_t *j = place_json(boot, "outcome.json", &e);
	const char *outcome = json_string_value(json_object_get(j, "outcome"));
	int fd = outcome && !run_was_host(outcome) ? place_fd(boot, "records") : -1;
	struct records rec;

	if (fd >= 0) {
		records_parse_fd(fd, &rec);
		close(fd);
		rest_add(r, &(struct rest_end){
				.outcome = outcome, .rec = &rec, .stalled = has_stalled(boot),
				.seconds = json_number_value(json_object_get(j, "seconds")),
			 }, limit);
		records_free(&rec);
	}
	json_decref(j);
	return fd >= 0;
}

void rest_read(struct rest *r, const struct place *run, const char *id, double limit)
{
	bool read = true;

	*r = (struct rest){ .more = true };
	while (read && r->more) {
		char *name = rest_id(id, r->ended), *below = xasprintf("boots/%s", name);
		struct place boot;

		place_below(&boot, run, below);
		read = read_one(r, &boot, limit);
		place_close(&boot);
		free(below);
		free(name);
	}
}
