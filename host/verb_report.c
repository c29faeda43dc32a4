// SPDX-License-Identifier: GPL-2.0
#include <stdlib.h>
#include <string.h>

#include "host/base/files.h"
#include "host/report/report.h"
#include "host/run/runs.h"
#include "host/verb.h"

int verb_report(struct options *o)
{
	char *dir, *path, *text;
	int ret;

	if (o->args.n) {
		err("report %s: the run is named with --run; see ./pinlab report --help",
		    o->args.v[0]);
		return PINLAB_USAGE;
	}
	dir = o->run ? runs_find(o->run) : runs_newest();
	if (!dir)
		return PINLAB_USAGE;
	ret = report_derive(dir);
	path = xasprintf("%s/report.txt", dir);
	text = read_file(path, NULL);
	if (text)
		fputs(text, stdout);
	note("report: %s", path);
	free(text);
	free(path);
	free(dir);
	return ret;
}
