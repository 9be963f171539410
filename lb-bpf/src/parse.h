/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * From a frame to a struct packet: whom it is from, whom it is for, and how long it is.
 *
 * Each parser looks at what the cursor stands on, checks that it is all there, fills in its part of
 * the packet, moves the cursor on and calls the next. The frame is not changed. The result is 0, or
 * the verdict that says why the packet goes no further; then the packet is filled in part only.
 * Addresses and ports are in network order.
 */
#ifndef LB_PARSE_H
#define LB_PARSE_H

#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/tcp.h>
#include <linux/udp.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>
#include "cursor.h"
#include "lb_abi.h"

#define ICMP_ECHO_REQUEST   8
#define ICMPV6_ECHO_REQUEST 128

/* The beginning of every ICMP and ICMPv6 message (<linux/icmp.h> drags in the C library). */
struct icmp_header {
	__u8 type;
	__u8 code;
	__sum16 checksum;
	__be32 rest;
};

union address {
	__be32 v4;
	__u64 v6[2];
};

/* A packet's flow, and what the outer headers need to know of it. */
struct packet {
	union address source;
	union address destination;
	__be16 source_port;	 /* 0: it has none (echo) */
	__be16 destination_port; /* 0: it has none (echo) */
	__u8 family;		 /* LB_FAMILY_* */
	__u8 protocol;		 /* IPPROTO_TCP, _UDP, _ICMP (echo) or _ICMPV6 (echo) */
	__u8 traffic_class;	 /* DSCP and ECN, as the TOS byte has them */
	__u32 length;		 /* of the IP packet, header included; padding behind it is not */
};

static __always_inline enum lb_verdict
parse_ports(const struct cursor *cursor, struct packet *packet, __u32 header, __u32 l4_length)
{
	const struct udphdr *l4 = cursor->at; /* TCP begins with the same two ports */

	if (l4_length < header || !cursor_has(cursor, header))
		return LB_PASS_MALFORMED;
	packet->source_port = l4->source;
	packet->destination_port = l4->dest;
	return LB_TX_FORWARDED;
}

/* Echo requests only. Type and code stand in the same place for both families. */
static __always_inline enum lb_verdict
parse_icmp(const struct cursor *cursor, struct packet *packet, __u32 l4_length, __u8 echo_request)
{
	const struct icmp_header *icmp = cursor->at;

	if (l4_length < sizeof(*icmp) || !cursor_has(cursor, sizeof(*icmp)))
		return LB_PASS_MALFORMED;
	if (icmp->type != echo_request)
		return LB_PASS_ICMP;
	packet->source_port = 0;
	packet->destination_port = 0;
	return LB_TX_FORWARDED;
}

/* @l4_length: bytes of the IP packet behind its headers, of which the cursor stands on the first.
 */
static __always_inline enum lb_verdict parse_l4(const struct cursor *cursor, struct packet *packet,
						__u32 l4_length)
{
	switch (packet->protocol) {
	case IPPROTO_TCP:
		return parse_ports(cursor, packet, sizeof(struct tcphdr), l4_length);
	case IPPROTO_UDP:
		return parse_ports(cursor, packet, sizeof(struct udphdr), l4_length);
	case IPPROTO_ICMP:
		if (packet->family != LB_FAMILY_IPV4)
			return LB_PASS_PROTOCOL;
		return parse_icmp(cursor, packet, l4_length, ICMP_ECHO_REQUEST);
	case IPPROTO_ICMPV6:
		if (packet->family != LB_FAMILY_IPV6)
			return LB_PASS_PROTOCOL;
		return parse_icmp(cursor, packet, l4_length, ICMPV6_ECHO_REQUEST);
	case IPPROTO_FRAGMENT:
		return packet->family == LB_FAMILY_IPV6 ? LB_PASS_FRAGMENT : LB_PASS_PROTOCOL;
	case IPPROTO_HOPOPTS:
	case IPPROTO_ROUTING:
	case IPPROTO_DSTOPTS:
	case IPPROTO_AH:
		return packet->family == LB_FAMILY_IPV6 ? LB_PASS_OPTIONS : LB_PASS_PROTOCOL;
	default:
		return LB_PASS_PROTOCOL;
	}
}

static __always_inline enum lb_verdict parse_ipv4(struct cursor *cursor, struct packet *packet)
{
	const struct iphdr *ip = cursor->at;

	if (!cursor_has(cursor, sizeof(*ip)) || ip->version != 4 || ip->ihl < 5)
		return LB_PASS_MALFORMED;
	if (ip->ihl > 5)
		return LB_PASS_OPTIONS;
	packet->length = bpf_ntohs(ip->tot_len);
	if (packet->length < sizeof(*ip) || packet->length > cursor_left(cursor))
		return LB_PASS_MALFORMED;
	if (ip->frag_off & bpf_htons(IPV4_MORE_FRAGMENTS | IPV4_FRAGMENT_OFFSET))
		return LB_PASS_FRAGMENT;

	packet->family = LB_FAMILY_IPV4;
	packet->protocol = ip->protocol;
	packet->traffic_class = ip->tos;
	packet->source.v4 = ip->saddr;
	packet->destination.v4 = ip->daddr;
	cursor->at += sizeof(*ip);
	return parse_l4(cursor, packet, packet->length - sizeof(*ip));
}

static __always_inline enum lb_verdict parse_ipv6(struct cursor *cursor, struct packet *packet)
{
	const struct ipv6hdr *ip = cursor->at;
	__u32 payload;

	if (!cursor_has(cursor, sizeof(*ip)) || ip->version != 6)
		return LB_PASS_MALFORMED;
	payload = bpf_ntohs(ip->payload_len);
	if (sizeof(*ip) + payload > cursor_left(cursor))
		return LB_PASS_MALFORMED;

	packet->length = sizeof(*ip) + payload;
	packet->family = LB_FAMILY_IPV6;
	packet->protocol = ip->nexthdr;
	packet->traffic_class = ip->priority << 4 | ip->flow_lbl[0] >> 4;
	__builtin_memcpy(&packet->source, &ip->saddr, sizeof(packet->source));
	__builtin_memcpy(&packet->destination, &ip->daddr, sizeof(packet->destination));
	cursor->at += sizeof(*ip);
	return parse_l4(cursor, packet, payload);
}

/* The frame in @ctx, from its first byte. The destination MAC is not examined: an XDP program sees
 * what the NIC accepted. */
static __always_inline enum lb_verdict parse_frame(const struct xdp_md *ctx, struct packet *packet)
{
	struct cursor cursor = cursor_of(ctx);
	const struct ethhdr *eth = cursor.at;

	if (!cursor_has(&cursor, sizeof(*eth)))
		return LB_PASS_MALFORMED;
	cursor.at += sizeof(*eth);
	switch (eth->h_proto) {
	case bpf_htons(ETH_P_IP):
		return parse_ipv4(&cursor, packet);
	case bpf_htons(ETH_P_IPV6):
		return parse_ipv6(&cursor, packet);
	case bpf_htons(ETH_P_8021Q):
	case bpf_htons(ETH_P_8021AD):
		return LB_PASS_VLAN;
	default:
		return LB_PASS_NOT_IP;
	}
}

#endif
