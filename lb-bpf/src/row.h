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

/* Reads the row of @hash in table @slot. 0, or why that cannot be. */
static __always_inline enum lb_verdict row_read(__u32 slot, __u64 hash, __u64 *row)
{
	void *table = bpf_map_lookup_elem(&lb_tables, &slot);
	__u32 number = hash & (LB_TABLE_ROWS - 1);
	const __u64 *entry;

	if (!table)
		return LB_DROP_NO_TABLE;
	entry = bpf_map_lookup_elem(table, &number);
	if (!entry)
		return LB_DROP_NO_TABLE;
	*row = *(const volatile __u64 *)entry;
	return LB_TX_FORWARDED;
}

/* One row of the first two hops of each: while the hash fields of a table migrate, connections that
 * either choice of fields has placed are found. A backend may be there twice. */
static __always_inline __u64 row_merge(__u64 row, __u64 alternative)
{
	const __u64 first_two = 0xffffffff;
	const int hops = row_hop(row, 1) ? 2 : 1; /* a table of one backend has no second */

	return (row & first_two) | (alternative & first_two) << 16 * hops;
}

/* @row with @backend in front, and no longer than it was: those that stood before @backend, or all
 * if it was not there, move back by one. In a global function, numbers in and a number out, the
 * verifier looks at it once. */
__noinline __u64 row_led_by(__u64 row, __u32 backend)
{
	__u64 before; /* all ones where hops stand that move */
	int place = 0;

	while (place < LB_MAX_HOPS - 1 && row_hop(row, place) != backend && row_hop(row, place + 1))
		place++;
	before = (1ULL << 16 * place) - 1;
	return (row & ~(before << 16 | 0xffff)) | (row & before) << 16 | (backend & 0xffff);
}

/* Looks up who the hops of @row are. 0, or why they cannot be used. */
static __always_inline enum lb_verdict row_hops(__u64 row, struct hops *hops)
{
	hops->count = 0;
	hops->primary = row_hop(row, 0);
	if (!hops->primary)
		return LB_DROP_NO_HOP;
#pragma unroll
	for (int hop = 0; hop < LB_MAX_HOPS; hop++) {
		__u32 index = row_hop(row, hop);

		if (!index)
			break;
		hops->backends[hop] = &lb_backends[index];
		if (!hops->backends[hop]->family)
			return LB_DROP_NO_BACKEND;
		hops->count = hop + 1;
	}
	hops->family = hops->backends[0]->family;
	return LB_TX_FORWARDED;
}

#endif
