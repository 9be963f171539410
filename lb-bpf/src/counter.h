/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Counting one packet in a per-CPU array. Programs of XDP and of TC are not interrupted by another
 * of their kind on their CPU, so plain additions do.
 */
#ifndef LB_COUNTER_H
#define LB_COUNTER_H

#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
#include "lb_abi.h"

/* Adds one packet of @bytes to entry @index of @counters; an index beyond its end counts nowhere.
 */
static __always_inline void counter_add(void *counters, __u32 index, __u32 bytes)
{
	struct lb_counter *counter = bpf_map_lookup_elem(counters, &index);

	if (!counter)
		return;
	counter->packets++;
	counter->bytes += bytes;
}

#endif
