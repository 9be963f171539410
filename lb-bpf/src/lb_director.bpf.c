// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The director: takes a packet that came for a VIP, picks the row of its flow, wraps it in GUE for
 * the row's hops, and sends it out again. Keeps no state of flows.
 *
 * This file is the table of contents; each step is the header of its name.
 */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
#include "answer.h"
#include "bind.h"
#include "encap.h"
#include "generation.h"
#include "hash.h"
#include "maps.h"
#include "parse.h"
#include "row.h"
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

SEC("xdp")
int lb_director(struct xdp_md *ctx)
{
	const __u32 length = frame_length(ctx);
	struct generation generation;
	struct packet packet = {}; /* unset bytes of a union upset the verifier */
	struct hops hops;
	const struct lb_vip *vip;
	const struct lb_port *port;
	enum lb_verdict reason;
	__u64 hash;
	__u32 room;

	reason = generation_read(&generation);
	if (reason)
		return verdict(reason, length);

	reason = parse_frame(ctx, &packet);
	if (reason)
		return verdict(reason, length);

	vip = bind_find(&generation, &packet);
	if (!vip)
		return verdict(LB_PASS_NO_BIND, length);
	if (is_echo(&packet)) {
		if (generation.settings->flags & LB_SETTING_ECHO_PASS)
			return verdict(LB_PASS_ECHO, length);
		if (generation.settings->flags & LB_SETTING_ECHO_REPLY)
			return verdict(answer_echo(ctx, &packet), length);
	}

	hash = hash_flow(vip, &packet);
	reason = find_hops(vip, &packet, hash, &hops);
	if (reason)
		return verdict(reason, length);

	port = encap_port(ctx->ingress_ifindex);
	if (!port)
		return verdict(LB_DROP_NO_GATEWAY, length);
	room = encap_room(generation.settings, port, &hops);
	if (room && packet.length > room)
		return verdict(answer_too_big(ctx, &packet, room), length);

	reason = encap_packet(ctx, &packet, generation.settings, port, &hops, hash);
	if (reason)
		return verdict(reason, length);

	counter_add(&lb_vip_stats, vip->stats, length);
	counter_add(&lb_be_stats, hops.primary, length);
	return verdict(LB_TX_FORWARDED, length);
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
