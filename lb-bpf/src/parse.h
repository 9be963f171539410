/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * From a frame to a struct packet: whom it is from, whom it is for, and how long it is. An ICMP
 * error is taken for what it is about: its flow is the quoted one, seen from the client.
 *
 * Each parser looks at what the cursor stands on, checks that it is all there, fills in its part of
 * the packet, moves the cursor on and calls the next. The frame is not changed. The result is 0, or
 * the verdict that says why the packet goes no further; then the packet is filled in part only.
 * Addresses and ports are in network order. Nothing behind the end of the IP packet is looked at.
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
#include "address.h"
#include "cursor.h"
#include "lb_abi.h"
#include "rest.h"

#define PARSE_MAX_TAGS	     2
#define PARSE_MAX_EXTENSIONS 8 /* the verifier walks each */
#define PARSE_PORTS	     4 /* bytes; what must be there of a first fragment, or of a quote */

#define ICMP_ECHO_REPLY	       0
#define ICMP_UNREACHABLE       3
#define ICMP_FRAGMENTATION     4 /* code of UNREACHABLE: would have to be fragmented */
#define ICMP_ECHO_REQUEST      8
#define ICMP_TIME_EXCEEDED     11
#define ICMP_PARAMETER_PROBLEM 12

#define ICMPV6_UNREACHABLE	 1
#define ICMPV6_TOO_BIG		 2
#define ICMPV6_PARAMETER_PROBLEM 4 /* time exceeded lies between */
#define ICMPV6_ECHO_REQUEST	 128
#define ICMPV6_ECHO_REPLY	 129

/* The beginning of every ICMP and ICMPv6 message (<linux/icmp.h> drags in the C library). */
struct icmp_header {
	__u8 type;
	__u8 code;
	__sum16 checksum;
	__be32 rest;
};

/* The extension header that fragments have (<linux/ipv6.h> does not). */
struct fragment_header {
	__u8 nexthdr;
	__u8 reserved;
	__be16 offset; /* in units of eight bytes in the high 13 bits; the lowest says that more
			  come */
	__be32 id;
};

#define IPV6_FRAGMENT_OFFSET 0xfff8
#define IPV6_MORE_FRAGMENTS  0x0001

/* As it stands in the frame, behind the MACs. */
struct tag {
	__be16 kind; /* ETH_P_8021Q or ETH_P_8021AD */
	__be16 tci;
};

enum fragment {
	FRAGMENT_NONE,
	FRAGMENT_FIRST,
	FRAGMENT_LATER, /* has no header of layer 4: ports are unknown */
};

/* A packet's flow, and what the outer headers need to know of it. */
struct packet {
	union address source;
	union address destination;
	__be16 source_port;	 /* 0: it has none (echo) */
	__be16 destination_port; /* 0: it has none (echo) */
	__u32 length;		 /* of the IP packet, header included; padding behind it is not */
	__u8 family;		 /* LB_FAMILY_* */
	__u8 protocol;		 /* IPPROTO_TCP, _UDP, _ICMP (echo) or _ICMPV6 (echo) */
	__u8 traffic_class;	 /* DSCP and ECN, as the TOS byte has them */
	__u8 tag_count;
	__u8 fragment;		/* enum fragment */
	__u8 fragment_protocol; /* what all fragments of a datagram call the protocol */
	__u8 is_error;		/* an ICMP error: the flow is the quoted one */
	__u8 is_too_big;	/* an ICMP error that says that the quoted packet was too big */
	__u16 syn;		/* offset in the frame of the TCP header of a SYN; 0: it is none */
	__u32 told_mtu;		/* what does fit, if is_too_big */
	__be32 fragment_id;
	struct tag tags[PARSE_MAX_TAGS];
	__u16 l4;     /* of a whole TCP or UDP packet that is not plain: where that header is */
	__u16 l4_end; /* and the packet ends; offsets in the frame */
};

static __always_inline void parse_no_ports(struct packet *packet)
{
	packet->source_port = 0;
	packet->destination_port = 0;
}

/* TCP and UDP begin with the same two ports. */
static __always_inline enum lb_verdict parse_ports(const struct rest *rest, struct packet *packet,
						   __u32 header)
{
	const struct udphdr *l4 = rest->cursor.at;

	if (!rest_has(rest, packet->fragment == FRAGMENT_NONE ? header : PARSE_PORTS))
		return LB_PASS_MALFORMED;
	packet->source_port = l4->source;
	packet->destination_port = l4->dest;
	packet->l4 = rest_offset(rest);
	packet->l4_end = rest->end;
	return LB_TX_FORWARDED;
}

static __always_inline enum lb_verdict parse_tcp(const struct rest *rest, struct packet *packet)
{
	const struct tcphdr *tcp = rest->cursor.at;
	enum lb_verdict reason = parse_ports(rest, packet, sizeof(*tcp));

	if (!reason && packet->fragment == FRAGMENT_NONE && rest_has(rest, sizeof(*tcp)))
		packet->syn = tcp->syn ? rest_offset(rest) : 0;
	return reason;
}

/* Whether options are left out or not, the payload begins behind them. A quoted packet may be cut
 * short, so that its length means nothing here. */
static __always_inline enum lb_verdict parse_ipv4(struct rest *rest, struct packet *packet,
						  int is_quote)
{
	const struct iphdr *ip = rest->cursor.at;
	__u32 header;

	if (!rest_has(rest, sizeof(*ip)) || ip->version != 4 || ip->ihl < 5)
		return LB_PASS_MALFORMED;
	header = ip->ihl * 4;
	if (!is_quote) {
		packet->length = bpf_ntohs(ip->tot_len);
		if (!rest_ends_after(rest, packet->length))
			return LB_PASS_MALFORMED;
	}
	if (rest_offset(rest) + header > rest->end)
		return LB_PASS_MALFORMED;

	packet->family = LB_FAMILY_IPV4;
	packet->protocol = ip->protocol;
	packet->traffic_class = ip->tos;
	packet->fragment_protocol = ip->protocol;
	packet->fragment_id = ip->id;
	packet->fragment = FRAGMENT_NONE;
	if (ip->frag_off & bpf_htons(IPV4_FRAGMENT_OFFSET))
		packet->fragment = FRAGMENT_LATER;
	else if (ip->frag_off & bpf_htons(IPV4_MORE_FRAGMENTS))
		packet->fragment = FRAGMENT_FIRST;
	address_from_ipv4(&packet->source, ip->saddr);
	address_from_ipv4(&packet->destination, ip->daddr);
	rest_skip(rest, header);
	return LB_TX_FORWARDED;
}

/* A fragment header that says "the first, and no more come" makes no fragment (RFC 6946). */
static __always_inline void parse_fragment(const struct fragment_header *header,
					   struct packet *packet)
{
	packet->fragment_protocol = header->nexthdr;
	packet->fragment_id = header->id;
	if (header->offset & bpf_htons(IPV6_FRAGMENT_OFFSET))
		packet->fragment = FRAGMENT_LATER;
	else if (header->offset & bpf_htons(IPV6_MORE_FRAGMENTS))
		packet->fragment = FRAGMENT_FIRST;
}

/* Bytes of the extension header of kind @protocol; 0: that is none. */
static __always_inline __u32 parse_extension_length(const struct ipv6_opt_hdr *extension,
						    __u8 protocol)
{
	switch (protocol) {
	case IPPROTO_HOPOPTS:
	case IPPROTO_ROUTING:
	case IPPROTO_DSTOPTS:
		return (extension->hdrlen + 1) * 8;
	case IPPROTO_AH:
		return (extension->hdrlen + 2) * 4;
	case IPPROTO_FRAGMENT:
		return sizeof(struct fragment_header);
	default:
		return 0;
	}
}

static __always_inline int parse_is_extension(__u8 protocol)
{
	return protocol == IPPROTO_HOPOPTS || protocol == IPPROTO_ROUTING ||
	       protocol == IPPROTO_DSTOPTS || protocol == IPPROTO_AH ||
	       protocol == IPPROTO_FRAGMENT;
}

/* Goes on to what the extension headers are in front of. Behind the header of a later fragment
 * stands data. */
static __always_inline enum lb_verdict parse_extensions(struct rest *rest, struct packet *packet)
{
	for (int i = 0; i < PARSE_MAX_EXTENSIONS; i++) {
		const struct ipv6_opt_hdr *extension = rest->cursor.at;
		__u32 bytes;

		if (packet->fragment == FRAGMENT_LATER || !parse_is_extension(packet->protocol))
			return LB_TX_FORWARDED;
		if (!rest_has(rest, sizeof(struct fragment_header)))
			return LB_PASS_MALFORMED;
		bytes = parse_extension_length(extension, packet->protocol);
		if (rest_offset(rest) + bytes > rest->end)
			return LB_PASS_MALFORMED;
		if (packet->protocol == IPPROTO_FRAGMENT) {
			if (packet->fragment != FRAGMENT_NONE)
				return LB_PASS_MALFORMED;
			parse_fragment(rest->cursor.at, packet);
		}
		packet->protocol = extension->nexthdr;
		rest_skip(rest, bytes);
	}
	if (packet->fragment == FRAGMENT_LATER || !parse_is_extension(packet->protocol))
		return LB_TX_FORWARDED;
	return LB_PASS_OPTIONS;
}

static __always_inline enum lb_verdict parse_ipv6(struct rest *rest, struct packet *packet,
						  int is_quote)
{
	const struct ipv6hdr *ip = rest->cursor.at;

	if (!rest_has(rest, sizeof(*ip)) || ip->version != 6)
		return LB_PASS_MALFORMED;
	if (!is_quote) {
		packet->length = sizeof(*ip) + bpf_ntohs(ip->payload_len);
		if (!rest_ends_after(rest, packet->length))
			return LB_PASS_MALFORMED;
	}

	packet->family = LB_FAMILY_IPV6;
	packet->protocol = ip->nexthdr;
	packet->traffic_class = ip->priority << 4 | ip->flow_lbl[0] >> 4;
	packet->fragment = FRAGMENT_NONE;
	packet->fragment_protocol = 0;
	packet->fragment_id = 0;
	address_from_ipv6(&packet->source, &ip->saddr);
	address_from_ipv6(&packet->destination, &ip->daddr);
	rest_skip(rest, sizeof(*ip));
	return parse_extensions(rest, packet);
}

/* Of the quoted packet, which went from the VIP to the client, the flow of its answer is taken. */
static __always_inline enum lb_verdict
parse_quoted_l4(const struct rest *rest, const struct packet *quoted, struct packet *packet)
{
	const struct udphdr *ports = rest->cursor.at;
	const struct icmp_header *icmp = rest->cursor.at;

	if (!rest_has(rest, PARSE_PORTS))
		return LB_PASS_QUOTE;
	parse_no_ports(packet);
	packet->protocol = quoted->protocol;
	switch (quoted->protocol) {
	case IPPROTO_TCP:
	case IPPROTO_UDP:
		packet->source_port = ports->dest;
		packet->destination_port = ports->source;
		return LB_TX_FORWARDED;
	case IPPROTO_IPIP: /* what a director sends, by a tunnel without ports */
	case IPPROTO_IPV6:
		return LB_TX_FORWARDED;
	case IPPROTO_ICMP:
		return packet->family == LB_FAMILY_IPV4 && icmp->type == ICMP_ECHO_REPLY
			       ? LB_TX_FORWARDED
			       : LB_PASS_QUOTE;
	case IPPROTO_ICMPV6:
		return packet->family == LB_FAMILY_IPV6 && icmp->type == ICMPV6_ECHO_REPLY
			       ? LB_TX_FORWARDED
			       : LB_PASS_QUOTE;
	default:
		return LB_PASS_QUOTE;
	}
}

/* Old routers do not say what fits: 0. */
static __always_inline void parse_told_mtu(const struct icmp_header *icmp, struct packet *packet)
{
	if (packet->family == LB_FAMILY_IPV4) {
		packet->is_too_big =
			icmp->type == ICMP_UNREACHABLE && icmp->code == ICMP_FRAGMENTATION;
		packet->told_mtu = bpf_ntohl(icmp->rest) & 0xffff;
	} else {
		packet->is_too_big = icmp->type == ICMPV6_TOO_BIG;
		packet->told_mtu = bpf_ntohl(icmp->rest);
	}
}

/* The error must have come to the address that the quoted packet came from: else it is none about a
 * flow of that address. */
static __always_inline enum lb_verdict parse_quote(struct rest *rest, struct packet *packet)
{
	struct packet quoted = {};
	enum lb_verdict reason;

	packet->is_error = 1;
	parse_told_mtu(rest->cursor.at, packet);
	rest_skip(rest, sizeof(struct icmp_header));
	if (packet->family == LB_FAMILY_IPV4)
		reason = parse_ipv4(rest, &quoted, 1);
	else
		reason = parse_ipv6(rest, &quoted, 1);
	if (reason || quoted.fragment == FRAGMENT_LATER ||
	    !address_equals(&quoted.source, &packet->destination))
		return LB_PASS_QUOTE;
	packet->source = quoted.destination;
	return parse_quoted_l4(rest, &quoted, packet);
}

static __always_inline int parse_is_error(const struct icmp_header *icmp, __u8 family)
{
	if (family == LB_FAMILY_IPV4)
		return icmp->type == ICMP_UNREACHABLE || icmp->type == ICMP_TIME_EXCEEDED ||
		       icmp->type == ICMP_PARAMETER_PROBLEM;
	return icmp->type >= ICMPV6_UNREACHABLE && icmp->type <= ICMPV6_PARAMETER_PROBLEM;
}

/* Type and code stand in the same place for both families. */
static __always_inline enum lb_verdict parse_icmp(struct rest *rest, struct packet *packet,
						  __u8 echo_request)
{
	const struct icmp_header *icmp = rest->cursor.at;

	if (!rest_has(rest, sizeof(*icmp)))
		return LB_PASS_MALFORMED;
	if (icmp->type == echo_request)
		return LB_TX_FORWARDED;
	if (packet->fragment != FRAGMENT_NONE)
		return LB_PASS_FRAGMENT;
	return parse_is_error(icmp, packet->family) ? parse_quote(rest, packet) : LB_PASS_ICMP;
}

/* What a later fragment says of its protocol; behind extension headers that only the first has,
 * that is yet to be found. */
static __always_inline enum lb_verdict parse_later(const struct packet *packet)
{
	const __u8 icmp = packet->family == LB_FAMILY_IPV4 ? IPPROTO_ICMP : IPPROTO_ICMPV6;

	if (packet->protocol == IPPROTO_TCP || packet->protocol == IPPROTO_UDP ||
	    packet->protocol == icmp)
		return LB_TX_FORWARDED;
	return packet->family == LB_FAMILY_IPV6 && parse_is_extension(packet->protocol)
		       ? LB_TX_FORWARDED
		       : LB_PASS_PROTOCOL;
}

static __always_inline enum lb_verdict parse_l4(struct rest *rest, struct packet *packet)
{
	parse_no_ports(packet);
	if (packet->fragment == FRAGMENT_LATER)
		return parse_later(packet);
	switch (packet->protocol) {
	case IPPROTO_TCP:
		return parse_tcp(rest, packet);
	case IPPROTO_UDP:
		return parse_ports(rest, packet, sizeof(struct udphdr));
	case IPPROTO_ICMP:
		if (packet->family != LB_FAMILY_IPV4)
			return LB_PASS_PROTOCOL;
		return parse_icmp(rest, packet, ICMP_ECHO_REQUEST);
	case IPPROTO_ICMPV6:
		if (packet->family != LB_FAMILY_IPV6)
			return LB_PASS_PROTOCOL;
		return parse_icmp(rest, packet, ICMPV6_ECHO_REQUEST);
	default:
		return LB_PASS_PROTOCOL;
	}
}

static __always_inline int parse_is_tag(__be16 protocol)
{
	return protocol == bpf_htons(ETH_P_8021Q) || protocol == bpf_htons(ETH_P_8021AD);
}

/* Moves behind the Ethernet header and its tags; @protocol is what follows. The destination MAC is
 * not examined: an XDP program sees what the NIC accepted. */
static __always_inline enum lb_verdict parse_ethernet(struct cursor *cursor, struct packet *packet,
						      __be16 *protocol)
{
	const struct ethhdr *eth = cursor->at;

	if (!cursor_has(cursor, sizeof(*eth)))
		return LB_PASS_MALFORMED;
	*protocol = eth->h_proto;
	cursor->at += sizeof(*eth);
	packet->tag_count = 0;
#pragma unroll
	for (int i = 0; i < PARSE_MAX_TAGS; i++) {
		const __be16 *behind = cursor->at; /* tag control information, next protocol */

		if (!parse_is_tag(*protocol))
			return LB_TX_FORWARDED;
		if (!cursor_has(cursor, sizeof(struct tag)))
			return LB_PASS_MALFORMED;
		packet->tags[i].kind = *protocol;
		packet->tags[i].tci = behind[0];
		packet->tag_count = i + 1;
		*protocol = behind[1];
		cursor->at += sizeof(struct tag);
	}
	return parse_is_tag(*protocol) ? LB_PASS_VLAN : LB_TX_FORWARDED;
}

/* The frame in @ctx, from its first byte, of whatever kind. */
static __always_inline enum lb_verdict parse_frame(struct xdp_md *ctx, struct packet *packet)
{
	struct rest rest = {
		.cursor = cursor_of(ctx),
		.frame = (void *)(long)ctx->data,
		.end = frame_length(ctx),
	};
	enum lb_verdict reason;
	__be16 protocol;

	packet->is_error = 0;
	packet->syn = 0;
	packet->is_too_big = 0;
	reason = parse_ethernet(&rest.cursor, packet, &protocol);
	if (reason)
		return reason;
	rest_skip(&rest, 0);
	if (protocol == bpf_htons(ETH_P_IP))
		reason = parse_ipv4(&rest, packet, 0);
	else if (protocol == bpf_htons(ETH_P_IPV6))
		reason = parse_ipv6(&rest, packet, 0);
	else
		return LB_PASS_NOT_IP;
	return reason ?: parse_l4(&rest, packet);
}

#endif
