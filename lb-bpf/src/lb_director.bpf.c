// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The director: takes a packet that came for a VIP, picks the row of its flow, wraps it in GUE for
 * the row's hops, or in IP for the first, and sends it out again. Keeps no state of flows, but for
 * the ports of fragments.
 *
 * This file is the table of contents; each step is the header of its name.
 */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
#include "answer.h"
#include "bind.h"
#include "encap.h"
#include "fragment.h"
#include "generation.h"
#include "hash.h"
#include "maps.h"
#include "mss.h"
#include "parse.h"
#include "plain.h"
#include "row.h"
#include "underlay.h"
#include "verdict.h"

static __always_inline int is_echo(const struct packet *packet)
{
	return packet->protocol == IPPROTO_ICMP || packet->protocol == IPPROTO_ICMPV6;
}

static __always_inline enum lb_verdict
find_hops(const struct lb_vip *vip, const struct packet *packet, __u64 hash, struct hops *hops)
{
	enum lb_verdict reason;
	__u64 alternative;
	__u64 row;

	reason = row_read(vip->table, hash, &row);
	if (reason)
		return reason;
	if (vip->alt_hash_fields) {
		reason = row_read(vip->table, hash_alternative(vip, packet), &alternative);
		if (reason)
			return reason;
		row = row_merge(row, alternative);
	}
	return row_hops(row, hops);
}

/* The way of every packet that has a bind: row, hops, outer headers. @flags: those of @vip, a
 * constant where they are known, so that the plain way is as short as can be. */
static __always_inline int forward(struct xdp_md *ctx, const struct generation *generation,
				   const struct lb_vip *vip, const struct packet *packet,
				   __u16 flags, __u32 length)
{
	const int is_ipip = flags & LB_VIP_IPIP;
	const __u64 hash = hash_flow(vip, packet);
	const struct lb_port *port;
	enum lb_verdict reason;
	struct hops hops;
	__u32 room;

	reason = find_hops(vip, packet, hash, &hops);
	if (reason)
		return verdict(reason, length);
	port = encap_port(ctx->ingress_ifindex);
	if (!port)
		return verdict(LB_DROP_NO_GATEWAY, length);
	room = encap_room(generation->settings, port, &hops, is_ipip);
	if (room && packet->length > room)
		return verdict(answer_too_big(ctx, packet, room), length);

	reason = encap_packet(ctx, packet, generation->settings, port, &hops, hash, is_ipip);
	if (reason)
		return verdict(reason, length);

	counter_add(&lb_vip_stats, vip->stats, length);
	counter_add(&lb_be_stats, hops.primary, length);
	return verdict(LB_TX_FORWARDED, length);
}

/* No bind has port 0: entries with it are those of echo, and of fragments. */
static __always_inline enum lb_verdict find_bind(const struct generation *generation,
						 struct packet *packet, const struct lb_vip **vip)
{
	enum lb_verdict reason;

	*vip = NULL;
	if (packet->fragment != FRAGMENT_NONE) {
		reason = fragment_resolve(generation, packet, vip);
		if (reason || *vip)
			return reason;
	}
	if (!packet->destination_port && !is_echo(packet))
		return LB_PASS_NO_BIND;
	*vip = bind_find(generation, packet);
	return *vip ? LB_TX_FORWARDED : LB_PASS_NO_BIND;
}

/* Where packets are taken apart that are not plain. Of what is in a map the verifier knows nothing,
 * so that it need not follow every kind of packet, by every kind of bind, to the end; and the stack
 * is small. */
struct scratch {
	struct packet packet;
	struct lb_vip vip;
};

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct scratch);
} lb_scratch SEC(".maps");

/* Packets of every kind, from the first byte on. */
static __noinline int take_any(struct xdp_md *ctx)
{
	const __u32 length = frame_length(ctx);
	struct generation generation;
	const struct lb_vip *vip;
	struct scratch *scratch;
	struct packet *packet;
	enum lb_verdict reason;
	__u32 zero = 0;

	reason = generation_read(&generation);
	if (reason)
		return verdict(reason, length);
	scratch = bpf_map_lookup_elem(&lb_scratch, &zero);
	if (!scratch)
		return XDP_PASS; /* never: it is an array */
	packet = &scratch->packet;
	reason = parse_frame(ctx, packet);
	if (reason)
		return verdict(reason, length);
	reason = find_bind(&generation, packet, &vip);
	if (reason == LB_PASS_NO_BIND && underlay_told(generation.settings, packet))
		reason = LB_PASS_NARROW;
	if (reason)
		return verdict(reason, length);
	scratch->vip = *vip;
	if (is_echo(packet)) {
		if (generation.settings->flags & LB_SETTING_ECHO_PASS)
			return verdict(LB_PASS_ECHO, length);
		if (generation.settings->flags & LB_SETTING_ECHO_REPLY && answer_echo(ctx, packet))
			return verdict(LB_TX_ECHO, length);
	}
	mss_clamp(ctx, packet->syn, answer_link_length(packet) + packet->length,
		  generation.settings->tcp_mss);
	return forward(ctx, &generation, &scratch->vip, packet, scratch->vip.flags, length);
}

#define NOT_PLAIN -1

/* The same for the plain ones; NOT_PLAIN: it is none, and nothing has been done. */
static __noinline int take_plain(struct xdp_md *ctx)
{
	const __u32 length = frame_reach(ctx);
	struct generation generation;
	const struct lb_vip *vip;
	struct packet packet = {}; /* unset bytes of a union upset the verifier */
	enum lb_verdict reason;

	if (!plain_parse(ctx, &packet))
		return NOT_PLAIN;
	reason = generation_read(&generation);
	if (reason)
		return verdict(reason, length);
	vip = bind_find(&generation, &packet);
	if (!vip)
		return verdict(LB_PASS_NO_BIND, length);
	if (vip->flags || (packet.syn && generation.settings->tcp_mss))
		return NOT_PLAIN;
	return forward(ctx, &generation, vip, &packet, 0, length);
}

SEC("xdp")
int lb_director(struct xdp_md *ctx)
{
	int action = take_plain(ctx);

	return action == NOT_PLAIN ? take_any(ctx) : action;
}

/* Keeps in BTF what no map definition names, so that AbiLayoutTest finds it there. */
const struct lb_abi_types {
	struct lb_settings settings;
	struct lb_vip4_key vip4_key;
	struct lb_vip6_key vip6_key;
	struct lb_vip vip;
	struct lb_net4_key net4_key;
	struct lb_net6_key net6_key;
	struct lb_net net;
	struct lb_row row;
	struct lb_gue gue;
	enum lb_verdict verdict;
} *const lb_abi_types = NULL;

char _license[] SEC("license") = "Dual BSD/GPL";
