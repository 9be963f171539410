/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The one way out of the backend program: counts what became of a packet, in all and for its VIP.
 */
#ifndef LB_OUTCOME_H
#define LB_OUTCOME_H

#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
#include "address.h"
#include "counter.h"
#include "lb_abi.h"

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, LB_MAX_COUNTERS);
	__type(key, __u32);
	__type(value, struct lb_counter);
} lb_outcomes SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, LB_MAX_VIPS_SEEN);
	__type(key, struct lb_address);
	__type(value, struct lb_vip_outcomes);
} lb_vip_seen SEC(".maps");

static const struct lb_vip_outcomes outcome_none;

/* The entry of @vip, made if it is the first packet for it; NULL if no entry is left. */
static __always_inline struct lb_vip_outcomes *outcome_of_vip(const union address *vip)
{
	struct lb_vip_outcomes *seen = bpf_map_lookup_elem(&lb_vip_seen, &vip->key);

	if (seen)
		return seen;
	/* Another CPU may be faster; then its entry is as good. */
	bpf_map_update_elem(&lb_vip_seen, &vip->key, &outcome_none, BPF_NOEXIST);
	return bpf_map_lookup_elem(&lb_vip_seen, &vip->key);
}

static __always_inline int outcome_action(enum lb_outcome what)
{
	switch (what) {
	case LB_OUTCOME_FORWARDED:
	case LB_OUTCOME_CONTROL:
		return XDP_TX;
	case LB_OUTCOME_UNDECIDED:
	case LB_OUTCOME_MALFORMED:
	case LB_OUTCOME_REFUSED_SOURCE:
	case LB_OUTCOME_REFUSED_VIP:
	case LB_OUTCOME_REFUSED_ECN:
		return XDP_DROP;
	default:
		return XDP_PASS;
	}
}

/* Counts a packet of @length bytes as received, and says what the driver shall do with it. @vip is
 * NULL for what is not ours, and all zero for what was dropped before its VIP was known or because
 * of it: whoever makes up VIPs must not use up the entries. */
static __always_inline int outcome(enum lb_outcome what, const union address *vip, __u32 length)
{
	struct lb_vip_outcomes *seen;

	counter_add(&lb_outcomes, what, length);
	if (vip && what < LB_OUTCOMES) {
		seen = outcome_of_vip(vip);
		if (seen) {
			__sync_fetch_and_add(&seen->outcomes[what].packets, 1);
			__sync_fetch_and_add(&seen->outcomes[what].bytes, length);
		}
	}
	return outcome_action(what);
}

#endif
