/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What boots owe, put into plan.json before the first of them:
 *
 *   "expect": { "format": 1, "repeats": 5,
 *               "rows": { NAME: { "needs": "driver", "metrics": "pin,unpin",
 *                                 "once": true, "cells": "none/anon,..." } } }
 *
 * All rows that the guest program lists; a boot owes those that its globs
 * choose. metrics, once (one repeat) and repeats are of benchmarks, cells of
 * paths in content mode. host/judge/judge.h holds what came against it.
 */
#ifndef PINLAB_HOST_RUN_EXPECT_H
#define PINLAB_HOST_RUN_EXPECT_H

#include <jansson.h>
#include <stdbool.h>

void expect_benchmarks(json_t *plan, bool exact);
void expect_scenarios(json_t *plan);
void expect_paths(json_t *plan);

#endif
