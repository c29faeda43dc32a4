/* SPDX-License-Identifier: GPL-2.0 */
#ifndef PINLAB_HOST_REPORT_DERIVE_H
#define PINLAB_HOST_REPORT_DERIVE_H

/*
 * Write the reports of a run anew, each by rename; which ones there are is its
 * verb's. PINLAB_OK; PINLAB_FAIL if a verdict is FAIL; PINLAB_BROKE if the run is
 * not whole, if nothing was found out, if a file cannot be written, or if a
 * boot's file is not the one that manifest.json lists (then nothing is written).
 */
int report_derive(const char *run_dir);

#endif
