// SPDX-License-Identifier: GPL-2.0
#include "guest/machine/kmsg.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "include/splat.h"

static int fd = -1;

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

/* Process and CPU differ from one to the next: "WARNING: CPU: 1 PID: 104 at mm/gup.c:2620 ...". */
static const char *place_of(const char *text)
{
	const char *at = strstr(text, " at ");

	return at ? at : text;
}

static void take_warning(struct complaint *c, const char *text)
{
	unsigned int i = 0;

	c->warnings++;
	while (i < c->n_kinds && strcmp(place_of(c->kind[i]), place_of(text)))
		i++;
	/* What has no room is not asked for: the host will say so. */
	if (i == COMPLAINT_KINDS)
		return;
	if (i == c->n_kinds) {
		snprintf(c->kind[i], COMPLAINT_LINE, "%s", text);
		c->times[i] = 0;
		c->n_kinds++;
	}
	c->times[i]++;
}

static void take(struct complaint *c, const char *text)
{
	bool first = !c->warnings && !c->others;
	enum splat_kind kind = splat_kind_of(text);

	if (kind && first)
		snprintf(c->text, sizeof(c->text), "%s", text);
	else if (!first && c->n < COMPLAINT_LINES)
		snprintf(c->line[c->n++], COMPLAINT_LINE, "%s", text);
	if (kind == SPLAT_WARNING)
		take_warning(c, text);
	else if (kind)
		c->others++;
}

void kmsg_take(struct complaint *c, char *record)
{
	char *text = text_of(record);

	if (text)
		take(c, text);
}

void kmsg_read(struct complaint *c)
{
	char buf[2048];
	ssize_t n;

	*c = (struct complaint){ .n = 0 };
	while ((n = read(fd, buf, sizeof(buf) - 1)) > 0 || (n < 0 && errno == EPIPE)) {
		/* The ring has run over what was not read; the console has it. */
		if (n < 0) {
			c->lost++;
			continue;
		}
		buf[n] = '\0';
		kmsg_take(c, buf);
	}
}

void kmsg_mark(const char *mark, const char *row)
{
	char text[160];
	int out, n = snprintf(text, sizeof(text), "<6>%s%s\n", mark, row);

	/* Not into the log of a machine that is somebody's. */
	if (getpid() != 1)
		return;
	out = open("/dev/kmsg", O_WRONLY | O_CLOEXEC);
	if (out >= 0 && write(out, text, n) != n)
		perror("/dev/kmsg");
	if (out >= 0)
		close(out);
}

void kmsg_unlimit(void)
{
	int out = getpid() != 1 ? -1 :
		  open("/proc/sys/kernel/printk_devkmsg", O_WRONLY | O_CLOEXEC);

	if (out < 0)
		return;
	if (write(out, "on\n", 3) != 3)
		perror("printk_devkmsg");
	close(out);
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
