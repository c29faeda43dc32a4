// SPDX-License-Identifier: GPL-2.0
#include "guest/machine/knob.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int knob_write(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC), err = 0;

	if (fd < 0)
		return -errno;
	if (write(fd, text, strlen(text)) < 0)
		err = -errno;
	close(fd);
	return err;
}

int knob_write_number(const char *path, long long value)
{
	char text[32];

	snprintf(text, sizeof(text), "%lld", value);
	return knob_write(path, text);
}

int knob_read(const char *path, char *text, size_t size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC), err = 0;
	ssize_t n;

	if (fd < 0)
		return -errno;
	n = read(fd, text, size - 1);
	if (n < 0)
		err = -errno;
	text[n > 0 ? n : 0] = '\0';
	text[strcspn(text, "\n")] = '\0';
	close(fd);
	return err;
}

long long knob_read_number(const char *path)
{
	char text[64], *end;
	long long n;

	if (knob_read(path, text, sizeof(text)))
		return -1;
	n = strtoll(text, &end, 0);
	return end == text ? -1 : n;
}

bool knob_is_there(const char *path)
{
	return !access(path, F_OK);
}
