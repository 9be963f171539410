/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Reads the inner packet as far as second chance needs it: whom it is for, and if it belongs to a
 * TCP connection, which. An ICMP error belongs to the connection of the packet that it quotes, of
 * which as little as the ports may be there.
 *
 * The result is LB_OUTCOME_UNDECIDED, or LB_OUTCOME_MALFORMED where the inner IP header is not what
 * the tunnel said. What lies behind that header may be cut short or unknown: the kernel judges it,
 * here it is stateless. The frame is not changed.
 */
#ifndef LB_INNER_H
#define LB_INNER_H

#include <linux/in.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/tcp.h>
#include "address.h"
#include "cursor.h"
#include "tunnel.h"

#define INNER_MAX_EXTENSIONS 4 /* more are kept here, as if unknown: the verifier walks each */

#define ICMP_UNREACHABLE	 3
#define ICMP_TIME_EXCEEDED	 11
#define ICMP_PARAMETER_PROBLEM	 12
#define ICMPV6_UNREACHABLE	 1
#define ICMPV6_PARAMETER_PROBLEM 4 /* too big and time exceeded lie between */
#define ICMP_HEADER		 8

enum inner_kind {
	INNER_STATELESS, /* no TCP connection to look for */
	INNER_SYN,	 /* begins one */
	INNER_TCP,	 /* a segment of one */
	INNER_QUOTE,	 /* an ICMP error about one */
};

struct inner {
	union address vip;    /* destination of the inner packet */
	union address client; /* of the connection */
	__be16 client_port;
	__be16 vip_port;
	__u16 tcp; /* offset of the TCP header, for INNER_SYN and INNER_TCP */
	__u8 family;
	__u8 ecn; /* of the inner header */
	__u8 kind;
};

/* An IP header, and what follows its options or extensions. */
struct inner_ip {
	union address source;
	union address destination;
	__u8 family;
	__u8 ecn;
	__u8 protocol;	  /* behind options and extensions; meaningless in a fragment */
	__u8 is_fragment; /* first fragments too: the kernel must see all of them in one place */
};

/* Leaves the cursor behind the options. 0: there is no such header. */
static __always_inline int inner_parse_ipv4(struct cursor *cursor, struct inner_ip *ip)
{
	const struct iphdr *header = cursor->at;

	if (!cursor_has(cursor, sizeof(*header)) || header->version != 4 || header->ihl < 5)
		return 0;
	ip->family = LB_FAMILY_IPV4;
	ip->ecn = header->tos & ECN_MASK;
	ip->protocol = header->protocol;
	ip->is_fragment =
		!!(header->frag_off & bpf_htons(IPV4_MORE_FRAGMENTS | IPV4_FRAGMENT_OFFSET));
	address_from_ipv4(&ip->source, header->saddr);
	address_from_ipv4(&ip->destination, header->daddr);
	cursor->at += header->ihl * 4;
	return 1;
}

/* Leaves the cursor behind the extension headers, as far as they are there and known. */
static __always_inline void inner_skip_extensions(struct cursor *cursor, struct inner_ip *ip)
{
	for (int i = 0; i < INNER_MAX_EXTENSIONS; i++) {
		const struct ipv6_opt_hdr *extension = cursor->at;

		switch (ip->protocol) {
		case IPPROTO_HOPOPTS:
		case IPPROTO_ROUTING:
		case IPPROTO_DSTOPTS:
			if (!cursor_has(cursor, sizeof(*extension)))
				return;
			ip->protocol = extension->nexthdr;
			cursor->at += (extension->hdrlen + 1) * 8;
			break;
		case IPPROTO_AH:
			if (!cursor_has(cursor, sizeof(*extension)))
				return;
			ip->protocol = extension->nexthdr;
			cursor->at += (extension->hdrlen + 2) * 4;
			break;
		case IPPROTO_FRAGMENT:
			ip->is_fragment = 1;
			return;
		default:
			return;
		}
	}
}

static __always_inline int inner_parse_ipv6(struct cursor *cursor, struct inner_ip *ip)
{
	const struct ipv6hdr *header = cursor->at;

	if (!cursor_has(cursor, sizeof(*header)) || header->version != 6)
		return 0;
	ip->family = LB_FAMILY_IPV6;
	ip->ecn = header->flow_lbl[0] >> 4 & ECN_MASK;
	ip->protocol = header->nexthdr;
	ip->is_fragment = 0;
	address_from_ipv6(&ip->source, &header->saddr);
	address_from_ipv6(&ip->destination, &header->daddr);
	cursor->at += sizeof(*header);
	inner_skip_extensions(cursor, ip);
	return 1;
}

static __always_inline void inner_parse_tcp(const struct cursor *cursor, const void *frame,
					    const struct inner_ip *ip, struct inner *inner)
{
	const struct tcphdr *tcp = cursor->at;

	if (!cursor_has(cursor, sizeof(*tcp)))
		return;
	inner->kind = tcp->syn && !tcp->ack ? INNER_SYN : INNER_TCP;
	inner->tcp = cursor->at - frame;
	inner->client = ip->source;
	inner->client_port = tcp->source;
	inner->vip_port = tcp->dest;
}

/* The quoted packet went from the VIP to the client. */
static __always_inline void inner_parse_quote(struct cursor *cursor, struct inner *inner)
{
	struct inner_ip quoted;
	const __be16 *ports;
	int found;

	cursor->at += ICMP_HEADER;
	if (inner->family == LB_FAMILY_IPV4)
		found = inner_parse_ipv4(cursor, &quoted);
	else
		found = inner_parse_ipv6(cursor, &quoted);
	ports = cursor->at;
	if (!found || quoted.is_fragment || quoted.protocol != IPPROTO_TCP ||
	    !cursor_has(cursor, 2 * sizeof(*ports)))
		return;
	inner->kind = INNER_QUOTE;
	inner->client = quoted.destination;
	inner->vip_port = ports[0];
	inner->client_port = ports[1];
}

static __always_inline int inner_is_icmp_error(const struct cursor *cursor, __u8 family)
{
	const __u8 *type = cursor->at;

	if (!cursor_has(cursor, ICMP_HEADER))
		return 0;
	if (family == LB_FAMILY_IPV4)
		return *type == ICMP_UNREACHABLE || *type == ICMP_TIME_EXCEEDED ||
		       *type == ICMP_PARAMETER_PROBLEM;
	return *type >= ICMPV6_UNREACHABLE && *type <= ICMPV6_PARAMETER_PROBLEM;
}

static __always_inline enum lb_outcome inner_parse(struct cursor *cursor, const void *frame,
						   __u8 inner_protocol, struct inner *inner)
{
	struct inner_ip ip;
	int found = 0;
	__u8 icmp = IPPROTO_ICMP;

	if (inner_protocol == IPPROTO_IPIP) {
		found = inner_parse_ipv4(cursor, &ip);
	} else if (inner_protocol == IPPROTO_IPV6) {
		found = inner_parse_ipv6(cursor, &ip);
		icmp = IPPROTO_ICMPV6;
	}
	if (!found)
		return LB_OUTCOME_MALFORMED;

	inner->vip = ip.destination;
	inner->family = ip.family;
	inner->ecn = ip.ecn;
	inner->kind = INNER_STATELESS;
	if (ip.is_fragment)
		return LB_OUTCOME_UNDECIDED;
	if (ip.protocol == IPPROTO_TCP)
		inner_parse_tcp(cursor, frame, &ip, inner);
	else if (ip.protocol == icmp && inner_is_icmp_error(cursor, ip.family))
		inner_parse_quote(cursor, inner);
	return LB_OUTCOME_UNDECIDED;
}

#endif
