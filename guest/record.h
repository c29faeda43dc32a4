/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The stream of records from the programs that measure to the runner. One
 * record is one line: sequence number, type, fields, CRC-32 of all that
 * stands before the last tab. host/guest/records.c is the reader.
 */
#ifndef PINLAB_GUEST_RECORD_H
#define PINLAB_GUEST_RECORD_H

/*
 * to: "port:0x402" writes to QEMU's debug console, which takes a byte at the
 * very instruction that sends it, so that it neither loses what was sent
 * before a crash nor disturbs a run that counts instructions; anything else
 * is a file that is appended to. 0 or -errno.
 */
int record_open(const char *to);

/* Send one record. Tabs, newlines and what is not ASCII in a field come out as '?'. */
#define record(type, ...) record_fields(type, __VA_ARGS__, (const char *)0)
void record_fields(const char *type, ...) __attribute__((sentinel));
/* Send bytes that are no record; for the tests of the reader. */
void record_raw(const char *bytes, unsigned long n);
/* A printf-like field for record(); one of eight static buffers. */
const char *field(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
/* Records sent so far, by this process and its children. */
unsigned long record_count(void);

#endif
