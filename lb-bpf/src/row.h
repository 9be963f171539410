/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * From a hash to the hops of its row: addresses, primary first. A row is read as one 64-bit load,
 * because its table may be exchanged under the reader; so what is read here is one row, whole.
 */
#ifndef LB_ROW_H
#define LB_ROW_H

#include "maps.h"

struct hops {
	const struct lb_backend *backends[LB_MAX_HOPS]; /* the first @count are set */
	__u32 count;					/* 1 to LB_MAX_HOPS */
	__u32 family;					/* LB_FAMILY_*, the same for all */
	__u32 primary;					/* index of the first in lb_backends */
};

static __always_inline __u32 row_hop(__u64 row, int hop)
{
	return row >> 16 * hop & 0xffff;
}

/* 0, or why the row of @hash in table @slot cannot be used. */
static __always_inline enum lb_verdict row_find(__u32 slot, __u64 hash, struct hops *hops)
{
	void *table = bpf_map_lookup_elem(&lb_tables, &slot);
	__u32 number = hash & (LB_TABLE_ROWS - 1);
	const __u64 *entry;
	__u64 row;

	if (!table)
		return LB_DROP_NO_TABLE;
	entry = bpf_map_lookup_elem(table, &number);
	if (!entry)
		return LB_DROP_NO_TABLE;
	row = *(const volatile __u64 *)entry;

	hops->count = 0;
	hops->primary = row_hop(row, 0);
	if (!hops->primary)
		return LB_DROP_NO_HOP;
#pragma unroll
	for (int hop = 0; hop < LB_MAX_HOPS; hop++) {
		__u32 index = row_hop(row, hop);
		const struct lb_backend *backend;

		if (!index)
			break;
		backend = bpf_map_lookup_elem(&lb_backends, &index);
		if (!backend || !backend->family)
			return LB_DROP_NO_BACKEND;
		hops->backends[hop] = backend;
		hops->count = hop + 1;
	}
	hops->family = hops->backends[0]->family;
	return LB_TX_FORWARDED;
}

#endif
