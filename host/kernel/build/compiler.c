// SPDX-License-Identifier: GPL-2.0
#include "host/kernel/build/compiler.h"

#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>

#include "host/base/process.h"

const char *cross_prefix(const struct arch *a)
{
	static struct utsname u;

	uname(&u);
	return strcmp(u.machine, a->name) ? a->cross : "";
}

char *build_compiler(const struct arch *a)
{
	char *gcc = xasprintf("%sgcc", cross_prefix(a)), *ld = xasprintf("%sld", cross_prefix(a));
	char *gcc_is = program_line((char *[]){ gcc, "--version", NULL });
	char *ld_is = program_line((char *[]){ ld, "--version", NULL });
	char *both = NULL;

	if (gcc_is && ld_is)
		both = xasprintf("%s; %s", gcc_is, ld_is);
	else if (!interrupted)
		err("%s does not run; install the packages that scripts/packages build names",
		    gcc_is ? ld : gcc);
	free(gcc);
	free(ld);
	free(gcc_is);
	free(ld_is);
	return both;
}
