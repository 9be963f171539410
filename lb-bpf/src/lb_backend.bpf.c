// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The backend: takes packets that a director sent here, keeps those that are this machine's, and
 * passes the others on to the next hop. Kept packets lose their outer headers and go to the kernel,
 * for a VIP on the loopback. Needs no kernel module and no daemon.
 *
 * This file is the table of contents; each step is the header of its name.
 */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
#include "address.h"
#include "allow.h"
#include "chance.h"
#include "control.h"
#include "cursor.h"
#include "decap.h"
#include "hop.h"
#include "inner.h"
#include "outcome.h"
#include "tunnel.h"

SEC("xdp")
int lb_backend(struct xdp_md *ctx)
{
	const __u32 length = frame_length(ctx);
	const union address unknown = {};
	struct cursor cursor = cursor_of(ctx);
	struct tunnel tunnel = {};
	struct inner inner = {};
	union address next;
	enum lb_outcome what;

	what = tunnel_parse_outer(&cursor, length, &tunnel);
	if (what == LB_OUTCOME_PASSED)
		return outcome(what, NULL, length);
	if (what)
		return outcome(what, &unknown, length);
	if (!allow_source(&tunnel.source))
		return outcome(LB_OUTCOME_REFUSED_SOURCE, &unknown, length);

	what = tunnel_parse_gue(&cursor, &tunnel);
	if (what)
		return outcome(what, &unknown, length);
	if (tunnel.is_control)
		return outcome(control_answer(ctx, &tunnel), &unknown, length);
	what = inner_parse(&cursor, (void *)(long)ctx->data, tunnel.inner_protocol, &inner);
	if (what)
		return outcome(what, &unknown, length);
	if (!allow_vip(&inner.vip))
		return outcome(LB_OUTCOME_REFUSED_VIP, &unknown, length); /* takes no entry */

	what = chance_decide(ctx, &tunnel, &inner, &next);
	if (what == LB_OUTCOME_FORWARDED)
		what = hop_forward(ctx, &tunnel, &next);
	else if (decap_ecn_is_lost(&tunnel, &inner))
		what = LB_OUTCOME_REFUSED_ECN;
	else
		what = decap_strip(ctx, &tunnel, &inner, what);
	return outcome(what, &inner.vip, length);
}

/* Keeps in BTF what no map definition names, so that AbiLayoutTest finds it there. */
const struct lb_abi_types {
	struct lb_gue gue;
	struct lb_control control;
	struct lb_control_counter control_counter;
	enum lb_outcome outcome;
} *const lb_abi_types = NULL;

char _license[] SEC("license") = "Dual BSD/GPL";
