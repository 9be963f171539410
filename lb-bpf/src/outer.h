/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The outer headers as they stand on the wire: IPv4 or IPv6, UDP, GUE. Each is written where the
 * caller points, in a frame or beside it, and there must be room. Lengths and ports are in host
 * order. Addresses are words of four bytes, so that the compiler copies them as such.
 */
#ifndef LB_OUTER_H
#define LB_OUTER_H

#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/udp.h>
#include <linux/in.h>
#include <bpf/bpf_endian.h>
#include "constants.h"
#include "csum.h"
#include "lb_abi.h"

#define OUTER_TTL	     64
#define OUTER_MAX_LENGTH     0xffff /* of an IPv4 packet; of the payload of an IPv6 one, nearly */
#define OUTER_ECN_MASK	     0x03
#define OUTER_DONT_FRAGMENT  0x4000
#define OUTER_SOURCE_PORT    0x8000 /* lowest of the source ports */
#define OUTER_SOURCE_ENTROPY 0x7fff

/* Source port: spreads flows over the paths and queues between here and the backend. */
static __always_inline __u16 outer_source_port(__u64 entropy)
{
	return OUTER_SOURCE_PORT | (entropy & OUTER_SOURCE_ENTROPY);
}

/* @length: of the whole packet, this header included; @protocol: what follows. */
static __always_inline void outer_write_ipv4(struct iphdr *ip, __be32 source, __be32 to,
					     __u8 traffic_class, __u8 protocol, __u32 length)
{
	ip->version = 4;
	ip->ihl = sizeof(*ip) / 4;
	ip->tos = traffic_class;
	ip->tot_len = bpf_htons(length);
	ip->id = 0; /* never fragmented, so never needed (RFC 6864) */
	ip->frag_off = bpf_htons(OUTER_DONT_FRAGMENT);
	ip->ttl = OUTER_TTL;
	ip->protocol = protocol;
	ip->saddr = source;
	ip->daddr = to;
	ip->check = csum_ipv4(ip);
}

/* @length: of what follows this header; @protocol: what that is. */
static __always_inline void outer_write_ipv6(struct ipv6hdr *ip, const __be32 source[4],
					     const __be32 to[4], __u8 traffic_class, __u8 protocol,
					     __u32 length)
{
	ip->version = 6;
	ip->priority = traffic_class >> 4;
	ip->flow_lbl[0] = traffic_class << 4;
	ip->flow_lbl[1] = 0;
	ip->flow_lbl[2] = 0;
	ip->payload_len = bpf_htons(length);
	ip->nexthdr = protocol;
	ip->hop_limit = OUTER_TTL;
	__builtin_memcpy(&ip->saddr, source, sizeof(ip->saddr));
	__builtin_memcpy(&ip->daddr, to, sizeof(ip->daddr));
}

/* The checksum is 0: the inner packet has its own (RFC 6935 for IPv6; lb_backend takes the headers
 * off before Linux's UDP would look). @length: of this header and what follows. */
static __always_inline void outer_write_udp(struct udphdr *udp, __u16 source_port, __u32 length)
{
	udp->source = bpf_htons(source_port);
	udp->dest = bpf_htons(lb_constants.gue_port);
	udp->len = bpf_htons(length);
	udp->check = 0;
}

/* @family: of the outer IP header; @hops: how many addresses of that family follow. */
static __always_inline void outer_write_gue(struct lb_gue *gue, __u8 inner_protocol, __u32 family,
					    __u32 hops)
{
	const __u32 address = family == LB_FAMILY_IPV4 ? 4 : 16;

	gue->version_hlen = 1 + hops * address / 4;
	gue->protocol = inner_protocol;
	gue->flags = 0;
	gue->type = family == LB_FAMILY_IPV4 ? bpf_htons(LB_GUE_HOPS_IPV4)
					     : bpf_htons(LB_GUE_HOPS_IPV6);
	gue->next_hop = 0;
	gue->hop_count = hops;
}

#endif
