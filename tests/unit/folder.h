/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A folder for a test. In memory where there is one: files of a run and of the
 * cache are synced to the disk, which is what a test waits for most of its time.
 */
#ifndef PINLAB_TESTS_UNIT_FOLDER_H
#define PINLAB_TESTS_UNIT_FOLDER_H

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define TEST_FOLDER 32

/* Makes it; its path in `dir`, and NULL where that failed. */
static inline char *test_folder(char dir[TEST_FOLDER])
{
	snprintf(dir, TEST_FOLDER, "%s/pinlab-test-XXXXXX",
		 access("/dev/shm", W_OK | X_OK) ? "/tmp" : "/dev/shm");
	return mkdtemp(dir);
}

#endif
