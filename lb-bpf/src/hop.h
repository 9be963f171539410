/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The hops behind this one: choosing the next, and sending the packet there. hop_forward() rewrites
 * the outer addresses and MACs and the number of the next hop, and no other byte but checksums.
 */
#ifndef LB_HOP_H
#define LB_HOP_H

#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/udp.h>
#include <bpf/bpf_helpers.h>
#include "address.h"
#include "csum.h"
#include "cursor.h"
#include "lb_abi.h"
#include "tunnel.h"

/* Where in the frame the GUE header is. */
static __always_inline struct cursor hop_gue(const struct xdp_md *ctx, const struct tunnel *tunnel)
{
	return cursor_at(ctx, tunnel->udp + sizeof(struct udphdr));
}

/* Reads hop @index; 0: it is not there, which tunnel_parse() has ruled out. */
static __always_inline int hop_read(const struct xdp_md *ctx, const struct tunnel *tunnel,
				    __u32 index, union address *hop)
{
	struct cursor cursor = hop_gue(ctx, tunnel);

	cursor.at += sizeof(struct lb_gue) + (index & LB_GUE_MAX_HOPS) * tunnel->hop_length;
	if (tunnel->hop_length == sizeof(__be32)) {
		if (!cursor_has(&cursor, sizeof(__be32)))
			return 0;
		address_from_ipv4(hop, *(__be32 *)cursor.at);
		return 1;
	}
	if (!cursor_has(&cursor, sizeof(*hop)))
		return 0;
	address_from_ipv6(hop, cursor.at);
	return 1;
}

/* FORWARDED if there is a hop left that is not this backend; then @next is it, and
 * tunnel->next_hop its number. Else LAST_RESORT, or TO_SELF where only this backend was left. */
static __always_inline enum lb_outcome hop_choose(const struct xdp_md *ctx, struct tunnel *tunnel,
						  union address *next)
{
	enum lb_outcome none = LB_OUTCOME_LAST_RESORT;

#pragma unroll
	for (int i = 0; i < LB_GUE_MAX_HOPS; i++) {
		if (tunnel->next_hop >= tunnel->hop_count ||
		    !hop_read(ctx, tunnel, tunnel->next_hop, next))
			break;
		if (!address_equals(next, &tunnel->destination))
			return LB_OUTCOME_FORWARDED;
		none = LB_OUTCOME_TO_SELF;
		tunnel->next_hop++;
	}
	return none;
}

static __always_inline void hop_swap_macs(struct ethhdr *eth)
{
	__u8 source[ETH_ALEN];

	__builtin_memcpy(source, eth->h_source, ETH_ALEN);
	__builtin_memcpy(eth->h_source, eth->h_dest, ETH_ALEN);
	__builtin_memcpy(eth->h_dest, source, ETH_ALEN);
}

/* What of the packet enters the outer UDP checksum and changes on the way to the next hop. */
struct hop_sum {
	union address source;
	union address destination;
	__be32 gue;  /* the word with the number of the next hop */
	__be32 zero; /* summed too, so it must not be padding, which nobody sets */
};

_Static_assert(sizeof(struct hop_sum) == 40, "hop_sum has no hidden padding");

static __always_inline void hop_update_udp(struct udphdr *udp, struct hop_sum *before,
					   struct hop_sum *after)
{
	__s64 sum;

	if (!udp->check)
		return;
	sum = bpf_csum_diff((__be32 *)before, sizeof(*before), (__be32 *)after, sizeof(*after),
			    ~udp->check & 0xffff);
	udp->check = csum_fold(sum) ?: 0xffff; /* 0 would say that there is none */
}

/* From this backend to @next. */
static __always_inline int hop_write_ip(struct cursor *cursor, const struct tunnel *tunnel,
					const union address *next)
{
	struct iphdr *ip = cursor->at;
	struct ipv6hdr *ip6 = cursor->at;

	if (tunnel->family == LB_FAMILY_IPV4) {
		if (!cursor_has(cursor, sizeof(*ip)))
			return 0;
		ip->saddr = tunnel->destination.words[3];
		ip->daddr = next->words[3];
		ip->check = csum_ipv4(ip);
		return 1;
	}
	if (!cursor_has(cursor, sizeof(*ip6)))
		return 0;
	__builtin_memcpy(&ip6->saddr, &tunnel->destination, sizeof(ip6->saddr));
	__builtin_memcpy(&ip6->daddr, next, sizeof(ip6->daddr));
	return 1;
}

/* Sends the packet to @next, which tunnel->next_hop numbers. FORWARDED, or MALFORMED where the
 * verifier cannot know that the headers are there. */
static __always_inline enum lb_outcome hop_forward(struct xdp_md *ctx, const struct tunnel *tunnel,
						   const union address *next)
{
	struct hop_sum before = {
		.source = tunnel->source,
		.destination = tunnel->destination,
	};
	struct hop_sum after = {
		.source = tunnel->destination,
		.destination = *next,
	};
	struct cursor eth = cursor_of(ctx);
	struct cursor ip = cursor_at(ctx, tunnel->ip);
	struct cursor udp = cursor_at(ctx, tunnel->udp);
	struct lb_gue *gue = udp.at + sizeof(struct udphdr);

	if (!cursor_has(&eth, sizeof(struct ethhdr)) ||
	    !cursor_has(&udp, sizeof(struct udphdr) + sizeof(*gue)) ||
	    !hop_write_ip(&ip, tunnel, next))
		return LB_OUTCOME_MALFORMED;

	before.gue = *(__be32 *)&gue->type;
	gue->next_hop = tunnel->next_hop + 1;
	after.gue = *(__be32 *)&gue->type;
	hop_update_udp(udp.at, &before, &after);
	hop_swap_macs(eth.at);
	return LB_OUTCOME_FORWARDED;
}

#endif
