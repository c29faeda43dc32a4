// SPDX-License-Identifier: GPL-2.0
#include "guest/kmsg.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "include/wire.h"

static int fd = -1;

static const char *const complaints[] = { WIRE_CRASHES, WIRE_COMPLAINTS };

static bool is_complaint(const char *text)
{
	for (size_t i = 0; i < sizeof(complaints) / sizeof(*complaints); i++)
		if (strstr(text, complaints[i]))
			return true;
	return false;
}

int kmsg_start(void)
{
	if (fd < 0)
		fd = open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	return lseek(fd, 0, SEEK_END) < 0 ? -errno : 0;
}

/* "6,339,5140900,-;text\n KEY=value\n": only the text, printable. */
static char *text_of(char *record)
{
	char *text = strchr(record, ';');

	if (!text)
		return NULL;
	text++;
	text[strcspn(text, "\n")] = '\0';
	for (char *c = text; *c; c++)
		if (*c < ' ' || *c > '~')
			*c = '?';
	return text;
}

static void take(struct complaint *c, const char *text)
{
	bool first = !c->warnings && !c->others;

	if (!is_complaint(text)) {
		if (!first && c->n < COMPLAINT_LINES)
			snprintf(c->line[c->n++], COMPLAINT_LINE, "%s", text);
		return;
	}
	if (first)
		snprintf(c->text, sizeof(c->text), "%s", text);
	else if (c->n < COMPLAINT_LINES)
		snprintf(c->line[c->n++], COMPLAINT_LINE, "%s", text);
	if (strstr(text, WIRE_WARNING))
		c->warnings++;
	else
		c->others++;
}

void kmsg_read(struct complaint *c)
{
	char buf[2048];
	ssize_t n;

	*c = (struct complaint){ .n = 0 };
	/* -EPIPE: the ring has run over what was not read; reading goes on behind it. */
	while ((n = read(fd, buf, sizeof(buf) - 1)) > 0 || (n < 0 && errno == EPIPE)) {
		char *text;

		if (n < 0)
			continue;
		buf[n] = '\0';
		text = text_of(buf);
		if (text)
			take(c, text);
	}
}

void kmsg_rearm(void)
{
	int f = open("/sys/kernel/debug/clear_warn_once", O_WRONLY | O_CLOEXEC);

	if (f < 0)
		return;
	if (write(f, "1", 1) != 1)
		perror("clear_warn_once");
	close(f);
}
