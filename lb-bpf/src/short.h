/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The short way: a plain packet, of a bind with nothing out of the common, to backends with IPv4
 * addresses, by the interface that it came in on. It leaves as the complete way (take_any,
 * forward_any) would send it, byte for byte, and is counted as there; it only takes less time. What
 * it cannot do is NOT_DONE: the frame is as it came, nothing is counted, and the complete way
 * begins with its first byte.
 *
 * What makes it short: no call into the kernel but the one that makes room; the bind's hash state
 * prepared beside its key; outer headers written as words.
 */
#ifndef LB_SHORT_H
#define LB_SHORT_H

#include "encap.h"
#include "generation.h"
#include "hash.h"
#include "maps.h"
#include "plain.h"
#include "row.h"
#include "verdict.h"
#include "wide.h"

#define NOT_DONE -1 /* no action yet */

/* The key of @packet's bind, were it exact: struct lb_bind_key as one word. */
static __always_inline __u64 short_key(const struct packet *packet)
{
	const __be32 *words = packet->destination.words;
	const __u64 address = packet->family == LB_FAMILY_IPV4
				      ? words[3]
				      : words[0] ^ words[1] ^ words[2] ^ words[3];

	return address | (__u64)packet->destination_port << 32 | (__u64)packet->protocol << 48 |
	       (__u64)packet->family << 56;
}

static __always_inline int short_is(const struct lb_bind *bind, const struct packet *packet)
{
	const __u64 *address = (const __u64 *)bind->address;

	return packet->family == LB_FAMILY_IPV4 || (address[0] == packet->destination.halves[0] &&
						    address[1] == packet->destination.halves[1]);
}

static __always_inline const struct lb_bucket *short_bucket(const struct generation *generation,
							    __u64 key)
{
	__u32 index = key * LB_BUCKET_FACTOR >> LB_BUCKET_SHIFT & generation->settings->bind_mask;

	index += generation->slot * LB_BUCKETS;
	return bpf_map_lookup_elem(&lb_binds, &index);
}

/* NULL: it is not in the bucket. */
static __always_inline const struct lb_bind *short_find(const struct lb_bucket *bucket, __u64 key,
							const struct packet *packet)
{
#pragma unroll
	for (int i = 0; i < LB_BUCKET_BINDS; i++)
		if (bucket->keys[i] == key && short_is(&bucket->binds[i], packet))
			return &bucket->binds[i];
	return NULL;
}

/* Whether a wide bind may hold the destination. */
static __always_inline int short_may_be_wide(const struct generation *generation,
					     const struct packet *packet)
{
	return generation->settings->wide &&
	       (packet->family == LB_FAMILY_IPV4 ? wide_may_hold_ipv4(generation->slot, packet)
						 : wide_may_hold_ipv6(generation->slot, packet));
}

static __always_inline __u64 short_hash(const struct lb_bind *bind, const struct packet *packet)
{
	struct siphash s = {
		.v0 = bind->hash_state[0],
		.v1 = bind->hash_state[1],
		.v2 = bind->hash_state[2],
		.v3 = bind->hash_state[3],
	};

	if (bind->hash_fields == LB_HASH_SRC_ADDR)
		return hash_over(&s, LB_HASH_SRC_ADDR, packet); /* made for this one */
	return hash_over(&s, bind->hash_fields, packet);
}

#define SHORT_OUTER \
	(sizeof(struct iphdr) + sizeof(struct udphdr) + sizeof(struct lb_gue)) /* and the hops */

/* As row_hop(). Where no hop follows, the compiler would leave the mask out, for there is nothing
 * to mask; verifiers before 6.12 do not see that. */
static __always_inline __u32 short_hop(__u64 row, int hop)
{
	__u64 from_hop = row >> 16 * hop;

	barrier_var(from_hop);
	return from_hop & 0xffff;
}

/* The first @count hops of @row, of each the first eight bytes of its struct lb_backend. 0: not all
 * of them are there, or have IPv4 addresses. */
static __always_inline int short_hops(__u64 row, const int count, __u64 *hops)
{
#pragma unroll
	for (int hop = 0; hop < count; hop++) {
		hops[hop] = *(const __u64 *)&lb_backends[short_hop(row, hop)];
		barrier_var(hops[hop]); /* one load, not one for each half */
		if ((__u32)hops[hop] != LB_FAMILY_IPV4)
			return 0;
	}
	return 1;
}

/* What the outer headers take from the packet behind them. It is read again there, where it costs
 * less than to have kept it. */
struct short_inner {
	__u8 protocol; /* as the GUE header calls it */
	__u8 traffic_class;
	__u32 length;
	__u16 source_port;
};

#define SHORT_INNER(family) \
	((family) == LB_FAMILY_IPV4 ? sizeof(struct iphdr) + 2 : sizeof(struct ipv6hdr) + 2)

static __always_inline void short_read(const void *at, __u8 family, struct short_inner *inner)
{
	const struct iphdr *ip = at;
	const struct ipv6hdr *ip6 = at;

	if (family == LB_FAMILY_IPV4) {
		inner->protocol = IPPROTO_IPIP;
		inner->traffic_class = ip->tos;
		inner->length = bpf_ntohs(ip->tot_len);
		inner->source_port = bpf_ntohs(*(const __be16 *)(ip + 1));
	} else {
		inner->protocol = IPPROTO_IPV6;
		inner->traffic_class = bpf_ntohs(*(const __be16 *)ip6) >> 4;
		inner->length = sizeof(*ip6) + bpf_ntohs(ip6->payload_len);
		inner->source_port = bpf_ntohs(*(const __be16 *)(ip6 + 1));
	}
}

/* The outer headers as words, each made of its fields in the order in which they stand. */
static __always_inline void short_write(__u64 *words, const struct lb_settings *settings,
					const struct lb_macs *macs, __u64 hash, const __u64 *hops,
					const int count, const struct short_inner *inner)
{
	const __u32 length = SHORT_OUTER + (count - 1) * sizeof(__be32) + inner->length;
	const __u8 tos = encap_traffic_class(settings, inner->traffic_class);
	const __u64 source = settings->source_ip;
	const __u64 to = hops[0] >> 32;
	const __u64 ip_0 = 0x45 | (__u32)tos << 8 | (__u32)bpf_htons(length) << 16;
	const __u64 ip_4 = (__u32)bpf_htons(OUTER_DONT_FRAGMENT) << 16;
	const __u64 ip_8 = OUTER_TTL | IPPROTO_UDP << 8;
	const __u64 check = csum_fold_few(ip_0 + ip_4 + ip_8 + source + to);
	const __u32 port = outer_source_port(hash ^ inner->source_port);
	__be32 *others = (void *)words + ETH_HLEN + SHORT_OUTER;

	words[0] = *(const __u64 *)macs->gateway;
	words[1] = *(const __u32 *)(macs->gateway + sizeof(__u64)) |
		   (__u64)bpf_htons(ETH_P_IP) << 32 | ip_0 << 48;
	words[2] = ip_0 >> 16 | ip_4 << 16 | ip_8 << 48;
	words[3] = check | source << 16 | to << 48;
	words[4] = to >> 16 | (__u64)bpf_htonl(port << 16 | lb_constants.gue_port) << 16 |
		   (__u64)bpf_htons(length - sizeof(struct iphdr)) << 48;
	words[5] = (__u64)count << 16 | (__u64)inner->protocol << 24;
	*(__u16 *)(words + 6) = (count - 1) << 8;
#pragma unroll
	for (int hop = 1; hop < count; hop++)
		others[hop - 1] = hops[hop] >> 32;
}

/* Read once: what looks like a member of @ctx takes three loads. */
static __always_inline __u32 short_ifindex(const struct xdp_md *ctx)
{
	__u32 ifindex = ctx->ingress_ifindex;

	barrier_var(ifindex);
	return ifindex;
}

/* A plain packet on its way to the @count hops of @row. */
static __always_inline int short_send(struct xdp_md *ctx, const struct lb_settings *settings,
				      const struct lb_bind *bind, const struct packet *packet,
				      __u32 frame, __u64 hash, __u64 row, const int count)
{
	const __u32 ifindex = short_ifindex(ctx);
	const struct lb_macs *macs = &lb_macs[ifindex & (LB_MAX_PORTS - 1)];
	const __u32 overhead = SHORT_OUTER + (count - 1) * sizeof(__be32);
	const __u32 length = overhead + packet->length;
	struct short_inner inner;
	struct cursor cursor;
	__u64 hops[LB_MAX_HOPS];

	if (!short_hops(row, count, hops) || macs->ifindex != ifindex || length > macs->mtu ||
	    length > settings->mtu)
		return NOT_DONE;
	if (bpf_xdp_adjust_head(ctx, -(int)overhead))
		return verdict(LB_DROP_NO_HEADROOM, frame);
	cursor = cursor_of(ctx);
	if (!cursor_has(&cursor, ETH_HLEN + overhead + SHORT_INNER(packet->family)))
		return verdict(LB_DROP_NO_HEADROOM, frame); /* never: the verifier asks */
	short_read(cursor.at + ETH_HLEN + overhead, packet->family, &inner);
	short_write(cursor.at, settings, macs, hash, hops, count, &inner);

	counter_add(&lb_vip_stats, bind->stats, frame);
	counter_add(&lb_be_stats, row_hop(row, 0), frame);
	return verdict(LB_TX_FORWARDED, frame);
}

static __always_inline int short_forward(struct xdp_md *ctx, const struct lb_settings *settings,
					 const struct lb_bind *bind, const struct packet *packet,
					 __u32 frame)
{
	__u64 hash;
	__u64 row;

	if (!bind->hash_fields)
		return NOT_DONE;
	hash = short_hash(bind, packet);
	if (row_read(bind->table, hash, &row))
		return NOT_DONE;
	if (row < 1ULL << 16)
		return short_send(ctx, settings, bind, packet, frame, hash, row, 1);
	if (row < 1ULL << 32)
		return short_send(ctx, settings, bind, packet, frame, hash, row, 2);
	if (row < 1ULL << 48)
		return short_send(ctx, settings, bind, packet, frame, hash, row, 3);
	return short_send(ctx, settings, bind, packet, frame, hash, row, 4);
}

/* @packet: plain; @tcp: its TCP header, if it has one; @frame: bytes of the frame. */
static __always_inline int short_take(struct xdp_md *ctx, const struct packet *packet,
				      const struct tcphdr *tcp, __u32 frame)
{
	const __u64 key = short_key(packet);
	const struct lb_bucket *bucket;
	const struct lb_bind *bind;
	struct generation generation;

	if (generation_read(&generation) ||
	    (generation.settings->tcp_mss && packet->protocol == IPPROTO_TCP && tcp->syn))
		return NOT_DONE;
	bucket = short_bucket(&generation, key);
	if (!bucket)
		return NOT_DONE; /* never */
	bind = short_find(bucket, key, packet);
	if (bind)
		return short_forward(ctx, generation.settings, bind, packet, frame);
	if (bucket->keys[LB_BUCKET_BINDS - 1] || short_may_be_wide(&generation, packet))
		return NOT_DONE;
	return verdict(LB_PASS_NO_BIND, frame);
}

#endif
