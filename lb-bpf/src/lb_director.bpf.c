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
#include "egress.h"
#include "encap.h"
#include "fragment.h"
#include "generation.h"
#include "hash.h"
#include "maps.h"
#include "mss.h"
#include "parse.h"
#include "quic.h"
#include "row.h"
#include "short.h"
#include "underlay.h"
#include "verdict.h"

static __always_inline int is_echo(const struct packet *packet)
{
	return packet->protocol == IPPROTO_ICMP || packet->protocol == IPPROTO_ICMPV6;
}

/* @named: index in lb_backends of who is to be the first hop, whatever the row; 0: as the row. */
static __always_inline enum lb_verdict find_hops(const struct lb_vip *vip,
						 const struct packet *packet, __u64 hash,
						 __u32 named, struct hops *hops)
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
	if (named)
		row = row_led_by(row, named);
	return row_hops(row, hops);
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

/* Where packets are taken apart that are not plain, for one step after the other. Of what is in a
 * map the verifier knows nothing, so that it need not follow every kind of packet, by every kind of
 * bind, to the end; and the stack is small. */
struct scratch {
	__u32 length; /* of the frame as it came */
	__u32 slot;   /* of the generation that it has seen */
	struct packet packet;
	struct lb_vip vip;
	__u32 named; /* index in lb_backends of the first hop, where the packet itself says it */
	__u32 pad;
	struct egress egress;
};

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct scratch);
} lb_scratch SEC(".maps");

static __always_inline struct scratch *scratch_get(void)
{
	__u32 zero = 0;

	return bpf_map_lookup_elem(&lb_scratch, &zero);
}

/* Packets of every kind, from the first byte on, until they have a bind; then they are NOT_DONE. */
static __noinline int take_any(struct xdp_md *ctx)
{
	const __u32 length = frame_length(ctx);
	struct scratch *scratch = scratch_get();
	struct generation generation;
	const struct lb_vip *vip;
	struct packet *packet;
	enum lb_verdict reason;

	if (!scratch)
		return XDP_PASS; /* never: it is an array */
	reason = generation_read(&generation);
	if (reason)
		return verdict(reason, length);
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
	scratch->slot = generation.slot;
	scratch->length = length;
	if (is_echo(packet)) {
		if (generation.settings->flags & LB_SETTING_ECHO_PASS)
			return verdict(LB_PASS_ECHO, length);
		if (generation.settings->flags & LB_SETTING_ECHO_REPLY && answer_echo(ctx, packet))
			return verdict(LB_TX_ECHO, length);
	}
	mss_clamp(ctx, packet->syn, answer_link_length(packet) + packet->length,
		  generation.settings->tcp_mss);
	scratch->named = quic_backend(ctx, generation.slot, &scratch->vip, packet);
	return NOT_DONE;
}

/* Where these go: as forward() does, or as the kernel's routes say. */
static __noinline int forward_any(struct xdp_md *ctx)
{
	struct scratch *scratch = scratch_get();
	const struct lb_settings *settings;
	enum lb_verdict reason;
	struct egress *egress;
	struct packet *packet;
	struct hops hops;
	__u32 length;
	__u64 hash;

	if (!scratch)
		return XDP_PASS; /* never */
	settings = generation_settings(scratch->slot);
	if (!settings)
		return XDP_PASS; /* never */
	length = scratch->length;
	packet = &scratch->packet;
	egress = &scratch->egress;
	hash = hash_flow(&scratch->vip, packet);
	reason = find_hops(&scratch->vip, packet, hash, scratch->named, &hops);
	if (reason)
		return verdict(reason, length);
	egress->source_port = encap_source_port(packet, hash);
	egress->is_ipip = scratch->vip.flags & LB_VIP_IPIP;
	reason = egress_find(ctx, settings, packet, &hops, egress);
	if (reason)
		return verdict(reason, length);
	if (egress->room && packet->length > egress->room)
		return verdict(answer_too_big(ctx, packet, egress->room), length);
	if (egress->action == XDP_REDIRECT) {
		reason = egress_redirect(ctx, packet, egress);
		if (reason)
			return verdict(reason, length);
	}
	reason = encap_packet(ctx, packet, settings, &egress->port, &hops, hash, egress->is_ipip);
	if (reason)
		return verdict(reason, length);

	counter_add(&lb_vip_stats, scratch->vip.stats, length);
	counter_add(&lb_be_stats, hops.primary, length);
	counter_add(&lb_verdicts, LB_TX_FORWARDED, length);
	return egress->action;
}

/* Plain packets, of which most are done here. */
static __always_inline int take_plain(struct xdp_md *ctx)
{
	const __u32 frame = frame_reach(ctx);
	const struct cursor cursor = cursor_of(ctx);
	const void *ip = cursor.at + ETH_HLEN;
	struct packet packet;
	__be16 kind;

	if (!cursor_has(&cursor, ETH_HLEN + sizeof(struct iphdr) + sizeof(struct tcphdr)))
		return NOT_DONE;
	kind = *(const __be16 *)(ip - sizeof(kind));
	if (kind == bpf_htons(ETH_P_IP) && plain_ipv4(&cursor, &packet))
		return short_take(ctx, &packet, ip + sizeof(struct iphdr), frame);
	if (kind == bpf_htons(ETH_P_IPV6) && plain_ipv6(&cursor, &packet))
		return short_take(ctx, &packet, ip + sizeof(struct ipv6hdr), frame);
	return NOT_DONE;
}

SEC("xdp")
int lb_director(struct xdp_md *ctx)
{
	int action = take_plain(ctx);

	if (action == NOT_DONE)
		action = take_any(ctx);
	return action == NOT_DONE ? forward_any(ctx) : action;
}

/* Keeps in BTF what no map definition names, so that AbiLayoutTest finds it there. */
const struct lb_abi_types {
	struct lb_settings settings;
	struct lb_vip4_key vip4_key;
	struct lb_vip6_key vip6_key;
	struct lb_vip vip;
	struct lb_bind_key bind_key;
	struct lb_server_key server_key;
	struct lb_net4_key net4_key;
	struct lb_net6_key net6_key;
	struct lb_net net;
	struct lb_row row;
	struct lb_gue gue;
	enum lb_verdict verdict;
} *const lb_abi_types = NULL;

char _license[] SEC("license") = "Dual BSD/GPL";
