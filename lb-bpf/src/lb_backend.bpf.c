// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The backend: takes the outer headers off a packet that a director sent here, and hands the inner
 * packet, for a VIP on the loopback, to the kernel. Needs no kernel module and no daemon.
 */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
#include "counter.h"
#include "cursor.h"
#include "decap.h"

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, LB_MAX_COUNTERS);
	__type(key, __u32);
	__type(value, struct lb_counter);
} lb_outcomes SEC(".maps");

/* Counts a packet that came in with @length bytes, and says what the driver shall do with it. */
static __always_inline int outcome(enum lb_outcome what, __u32 length)
{
	counter_add(&lb_outcomes, what, length);
	return what == LB_OUTCOME_MALFORMED ? XDP_DROP : XDP_PASS;
}

SEC("xdp")
int lb_backend(struct xdp_md *ctx)
{
	const __u32 length = frame_length(ctx);
	struct tunnel tunnel = {};
	enum lb_outcome what;

	what = tunnel_parse(ctx, &tunnel);
	if (what != LB_OUTCOME_ACCEPTED)
		return outcome(what, length);

	/* Second chance goes here: a TCP packet of a flow that no socket here knows is for the next
	 * hop, while tunnel.next_hop < tunnel.hop_count. This build accepts every packet. */

	return outcome(decap_strip(ctx, &tunnel), length);
}

/* Keeps in BTF what no map definition names, so that AbiLayoutTest finds it there. */
const struct lb_abi_types {
	struct lb_gue gue;
	enum lb_outcome outcome;
} *const lb_abi_types = NULL;

char _license[] SEC("license") = "Dual BSD/GPL";
