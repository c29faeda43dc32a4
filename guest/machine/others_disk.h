/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Programs of others, on the disk that scripts/mktools makes: /bin/fio,
 * /bin/perf, /bin/stress-ng, and the kernel's own tests: /selftests/gup_test,
 * /selftests/gup_longterm, /selftests/cow, those that the base has.
 */
#ifndef PINLAB_GUEST_MACHINE_OTHERS_DISK_H
#define PINLAB_GUEST_MACHINE_OTHERS_DISK_H

/*
 * Mount that disk on /tools, with what programs look for; once is enough for
 * all rows. 0, or -errno and the name of what is missing in *why.
 */
int tools_mount(const char **why);

/*
 * Run argv (ends in NULL, argv[0] is a path as above) with /tools as its root,
 * /tmp, which is the guest's, as its folder, and no input. What it prints is
 * in out_path afterwards. It and all that it started is gone when this
 * returns, and soon after the caller's own end as well.
 *
 * This forks: of memory that the caller has pinned the child gets copies.
 *
 * 0 and a status as waitpid() gives it; -ETIMEDOUT if it was killed after
 * `seconds`; -EBUSY if something is left that SIGKILL does not end; else
 * -errno: it could not be started.
 */
int tools_run(const char *const argv[], unsigned int seconds, const char *out_path, int *status);

#endif
