// SPDX-License-Identifier: GPL-2.0
#include "host/base/trouble.h"

#include <errno.h>
#include <string.h>

#include "host/base/place.h"

const char *place_error(int error)
{
	switch (error < 0 ? -error : error) {
	case ENOTPLAIN:
		return "is not a regular file";
	case ELOOP:
		return "is a symbolic link";
	case EXDEV:
		return "its name leads out of the folder";
	}
	return strerror(error < 0 ? -error : error);
}

/* Errors that tell how a file is, or who may read it; all others are the machine's. */
static bool is_of_file(int error)
{
	static const int of_file[] = {
		0, ENOENT, ENOTDIR, EISDIR, ELOOP, EXDEV, EFBIG, ENXIO, EEXIST, EACCES, EPERM,
		ENAMETOOLONG, EBADMSG, ENOTPLAIN,
	};

	for (size_t i = 0; i < ARRAY_SIZE(of_file); i++)
		if (error == of_file[i])
			return true;
	return false;
}

int place_note(const struct place *p, const char *name, int ret)
{
	if (!p->trouble || p->trouble->error || ret >= 0 || is_of_file(-ret))
		return ret;
	p->trouble->error = ret;
	snprintf(p->trouble->name, sizeof(p->trouble->name), "%s%s", p->below ? p->below : "",
		 name);
	return ret;
}

int place_failed(const struct place *p)
{
	return p->trouble ? p->trouble->error : 0;
}

int place_trouble(const struct place *p)
{
	if (!place_failed(p))
		return 0;
	err("%s: %s cannot be read: %s; nothing is made of it, try again when it can be", p->path,
	    *p->trouble->name ? p->trouble->name : "the folder", place_error(p->trouble->error));
	return p->trouble->error;
}
