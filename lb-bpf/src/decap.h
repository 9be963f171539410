/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Recognises GUE packets of a director, and takes their outer headers off.
 *
 * tunnel_parse() fills a struct tunnel from the frame and changes nothing. decap_strip() moves the
 * start of the frame: every pointer into it that was taken before is void.
 */
#ifndef LB_DECAP_H
#define LB_DECAP_H

#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/udp.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>
#include "cursor.h"
#include "constants.h"
#include "lb_abi.h"

#define GUE_VERSION_CONTROL 0xe0 /* both must be zero: variant 0, and data, not control */
#define GUE_HLEN	    0x1f

/* A GUE packet to our port, from the outside in. */
struct tunnel {
	__u32 outer_length; /* bytes of outer IP, UDP and GUE headers, hops included */
	__be16 inner_proto; /* ETH_P_IP or ETH_P_IPV6 */
	__u8 hop_length;    /* bytes of a hop's address: 4 or 16 */
	__u8 next_hop;	    /* index of the next hop to try */
	__u8 hop_count;	    /* hops that the header holds */
};

/* The IP packet behind the GUE header: there must be a whole header of the version promised. */
static __always_inline int tunnel_parse_inner(const struct cursor *cursor, __u8 protocol,
					      struct tunnel *tunnel)
{
	const __u8 *version = cursor->at;

	if (protocol == IPPROTO_IPIP) {
		tunnel->inner_proto = bpf_htons(ETH_P_IP);
		if (!cursor_has(cursor, sizeof(struct iphdr)) || *version >> 4 != 4)
			return LB_OUTCOME_MALFORMED;
		return LB_OUTCOME_ACCEPTED;
	}
	if (protocol == IPPROTO_IPV6) {
		tunnel->inner_proto = bpf_htons(ETH_P_IPV6);
		if (!cursor_has(cursor, sizeof(struct ipv6hdr)) || *version >> 4 != 6)
			return LB_OUTCOME_MALFORMED;
		return LB_OUTCOME_ACCEPTED;
	}
	return LB_OUTCOME_MALFORMED;
}

/* The header lengths, the hop count and the kind of hops must tell the same story. */
static __always_inline int tunnel_parse_gue(struct cursor *cursor, struct tunnel *tunnel)
{
	const struct lb_gue *gue = cursor->at;
	__u32 words;

	if (!cursor_has(cursor, sizeof(*gue)) || gue->version_hlen & GUE_VERSION_CONTROL)
		return LB_OUTCOME_MALFORMED;
	if (gue->type == bpf_htons(LB_GUE_HOPS_IPV4))
		tunnel->hop_length = 4;
	else if (gue->type == bpf_htons(LB_GUE_HOPS_IPV6))
		tunnel->hop_length = 16;
	else
		return LB_OUTCOME_MALFORMED;

	tunnel->next_hop = gue->next_hop;
	tunnel->hop_count = gue->hop_count;
	words = gue->version_hlen & GUE_HLEN;
	if (gue->flags || tunnel->next_hop > tunnel->hop_count ||
	    words != 1 + (__u32)tunnel->hop_count * tunnel->hop_length / 4)
		return LB_OUTCOME_MALFORMED;

	tunnel->outer_length += sizeof(struct udphdr) + sizeof(__u32) + 4 * words;
	cursor->at += sizeof(__u32) + 4 * words;
	return tunnel_parse_inner(cursor, gue->protocol, tunnel);
}

static __always_inline int tunnel_parse_udp(struct cursor *cursor, struct tunnel *tunnel)
{
	const struct udphdr *udp = cursor->at;

	if (!cursor_has(cursor, sizeof(*udp)) || udp->dest != bpf_htons(lb_constants.gue_port))
		return LB_OUTCOME_PASSED;
	cursor->at += sizeof(*udp);
	return tunnel_parse_gue(cursor, tunnel);
}

/* Directors send neither options nor fragments; such packets are somebody else's. */
static __always_inline int tunnel_parse_ipv4(struct cursor *cursor, struct tunnel *tunnel)
{
	const struct iphdr *ip = cursor->at;

	if (!cursor_has(cursor, sizeof(*ip)) || ip->protocol != IPPROTO_UDP || ip->version != 4 ||
	    ip->ihl != sizeof(*ip) / 4 ||
	    ip->frag_off & bpf_htons(IPV4_MORE_FRAGMENTS | IPV4_FRAGMENT_OFFSET))
		return LB_OUTCOME_PASSED;
	tunnel->outer_length = sizeof(*ip);
	cursor->at += sizeof(*ip);
	return tunnel_parse_udp(cursor, tunnel);
}

static __always_inline int tunnel_parse_ipv6(struct cursor *cursor, struct tunnel *tunnel)
{
	const struct ipv6hdr *ip = cursor->at;

	if (!cursor_has(cursor, sizeof(*ip)) || ip->version != 6 || ip->nexthdr != IPPROTO_UDP)
		return LB_OUTCOME_PASSED;
	tunnel->outer_length = sizeof(*ip);
	cursor->at += sizeof(*ip);
	return tunnel_parse_udp(cursor, tunnel);
}

/* LB_OUTCOME_ACCEPTED and a filled in @tunnel, or what else the frame is. */
static __always_inline int tunnel_parse(const struct xdp_md *ctx, struct tunnel *tunnel)
{
	struct cursor cursor = cursor_of(ctx);
	const struct ethhdr *eth = cursor.at;

	if (!cursor_has(&cursor, sizeof(*eth)))
		return LB_OUTCOME_PASSED;
	cursor.at += sizeof(*eth);
	if (eth->h_proto == bpf_htons(ETH_P_IP))
		return tunnel_parse_ipv4(&cursor, tunnel);
	if (eth->h_proto == bpf_htons(ETH_P_IPV6))
		return tunnel_parse_ipv6(&cursor, tunnel);
	return LB_OUTCOME_PASSED;
}

/* Leaves the inner packet behind the Ethernet header that the outer one came with. */
static __always_inline int decap_strip(struct xdp_md *ctx, const struct tunnel *tunnel)
{
	struct cursor cursor = cursor_of(ctx);
	struct ethhdr eth;

	if (!cursor_has(&cursor, sizeof(eth)))
		return LB_OUTCOME_MALFORMED;
	__builtin_memcpy(&eth, cursor.at, sizeof(eth));
	eth.h_proto = tunnel->inner_proto;
	if (bpf_xdp_adjust_head(ctx, tunnel->outer_length))
		return LB_OUTCOME_MALFORMED;

	cursor = cursor_of(ctx);
	if (!cursor_has(&cursor, sizeof(eth)))
		return LB_OUTCOME_MALFORMED;
	__builtin_memcpy(cursor.at, &eth, sizeof(eth));
	return LB_OUTCOME_ACCEPTED;
}

#endif
