/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Reads the outer headers of a packet that a director, or a backend before this one, has sent here:
 * Ethernet with up to two VLAN tags, IPv4 or IPv6, UDP to our port, GUE with its hops.
 *
 * The cursor ends on the inner packet, or behind the UDP header of a control message. The frame is
 * not changed. The result is LB_OUTCOME_UNDECIDED, or the outcome that ends the packet's way.
 */
#ifndef LB_TUNNEL_H
#define LB_TUNNEL_H

#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/udp.h>
#include <bpf/bpf_endian.h>
#include "address.h"
#include "constants.h"
#include "cursor.h"
#include "lb_abi.h"

#define TUNNEL_MAX_TAGS 2
#define GUE_VERSION	0xc0
#define GUE_CONTROL	0x20
#define GUE_HLEN	0x1f
#define GUE_WORD	4 /* hlen counts 32-bit words behind the first */
#define ECN_MASK	0x03
#define ECN_CE		0x03

struct vlan_tag {
	__be16 tci;
	__be16 protocol;
};

/* The outer headers. Offsets are from the start of the frame. */
struct tunnel {
	union address source;	   /* outer source: who sent it here */
	union address destination; /* outer destination: this backend */
	__u16 ip;		   /* offset of the outer IP header */
	__u16 udp;		   /* offset of the outer UDP header */
	__u16 inner;		   /* offset of the inner packet */
	__u16 udp_length;	   /* of the UDP header and all behind it; the frame has as much */
	__u8 family;		   /* LB_FAMILY_* of the outer header */
	__u8 ecn;		   /* of the outer header */
	__u8 is_control;
	__u8 inner_protocol; /* IPPROTO_IPIP or IPPROTO_IPV6 */
	__u8 hop_length;     /* bytes of a hop's address: 4 or 16 */
	__u8 next_hop;	     /* index of the next hop to try */
	__u8 hop_count;	     /* hops that the header holds */
};

/* Moves behind the Ethernet header and its tags; returns the protocol that follows, 0 if cut short.
 */
static __always_inline __be16 tunnel_parse_ethernet(struct cursor *cursor)
{
	const struct ethhdr *eth = cursor->at;
	__be16 protocol;

	if (!cursor_has(cursor, sizeof(*eth)))
		return 0;
	protocol = eth->h_proto;
	cursor->at += sizeof(*eth);
#pragma unroll
	for (int i = 0; i < TUNNEL_MAX_TAGS; i++) {
		const struct vlan_tag *tag = cursor->at;

		if (protocol != bpf_htons(ETH_P_8021Q) && protocol != bpf_htons(ETH_P_8021AD))
			break;
		if (!cursor_has(cursor, sizeof(*tag)))
			return 0;
		protocol = tag->protocol;
		cursor->at += sizeof(*tag);
	}
	return protocol;
}

/* Directors send neither options nor fragments; such packets are somebody else's. */
static __always_inline enum lb_outcome tunnel_parse_ipv4(struct cursor *cursor,
							 struct tunnel *tunnel)
{
	const struct iphdr *ip = cursor->at;

	if (!cursor_has(cursor, sizeof(*ip)) || ip->protocol != IPPROTO_UDP || ip->version != 4 ||
	    ip->ihl != sizeof(*ip) / 4 ||
	    ip->frag_off & bpf_htons(IPV4_MORE_FRAGMENTS | IPV4_FRAGMENT_OFFSET))
		return LB_OUTCOME_PASSED;
	tunnel->family = LB_FAMILY_IPV4;
	tunnel->ecn = ip->tos & ECN_MASK;
	address_from_ipv4(&tunnel->source, ip->saddr);
	address_from_ipv4(&tunnel->destination, ip->daddr);
	cursor->at += sizeof(*ip);
	return LB_OUTCOME_UNDECIDED;
}

static __always_inline enum lb_outcome tunnel_parse_ipv6(struct cursor *cursor,
							 struct tunnel *tunnel)
{
	const struct ipv6hdr *ip = cursor->at;

	if (!cursor_has(cursor, sizeof(*ip)) || ip->version != 6 || ip->nexthdr != IPPROTO_UDP)
		return LB_OUTCOME_PASSED;
	tunnel->family = LB_FAMILY_IPV6;
	tunnel->ecn = ip->flow_lbl[0] >> 4 & ECN_MASK;
	address_from_ipv6(&tunnel->source, &ip->saddr);
	address_from_ipv6(&tunnel->destination, &ip->daddr);
	cursor->at += sizeof(*ip);
	return LB_OUTCOME_UNDECIDED;
}

/* The frame has @length bytes, not all of which need be in reach of the cursor. */
static __always_inline enum lb_outcome tunnel_parse_outer(struct cursor *cursor, __u32 length,
							  struct tunnel *tunnel)
{
	const void *frame = cursor->at;
	const struct udphdr *udp;
	enum lb_outcome what = LB_OUTCOME_PASSED;

	switch (tunnel_parse_ethernet(cursor)) {
	case bpf_htons(ETH_P_IP):
		tunnel->ip = cursor->at - frame;
		what = tunnel_parse_ipv4(cursor, tunnel);
		break;
	case bpf_htons(ETH_P_IPV6):
		tunnel->ip = cursor->at - frame;
		what = tunnel_parse_ipv6(cursor, tunnel);
		break;
	}
	if (what)
		return what;

	udp = cursor->at;
	if (!cursor_has(cursor, sizeof(*udp)) || udp->dest != bpf_htons(lb_constants.gue_port))
		return LB_OUTCOME_PASSED;
	tunnel->udp = cursor->at - frame;
	tunnel->udp_length = bpf_ntohs(udp->len);
	if (tunnel->udp_length < sizeof(*udp) || tunnel->udp + tunnel->udp_length > length)
		return LB_OUTCOME_MALFORMED;
	cursor->at += sizeof(*udp);
	return LB_OUTCOME_UNDECIDED;
}

/* The header lengths, the hop count and the kind of hops must tell the same story, and an inner
 * header must begin before the datagram ends: what lies behind is padding. */
static __always_inline enum lb_outcome tunnel_parse_data(struct cursor *cursor,
							 struct tunnel *tunnel)
{
	const struct lb_gue *gue = cursor->at;
	__u32 words;

	if (!cursor_has(cursor, sizeof(*gue)))
		return LB_OUTCOME_MALFORMED;
	if (gue->type == bpf_htons(LB_GUE_HOPS_IPV4) && tunnel->family == LB_FAMILY_IPV4)
		tunnel->hop_length = 4;
	else if (gue->type == bpf_htons(LB_GUE_HOPS_IPV6) && tunnel->family == LB_FAMILY_IPV6)
		tunnel->hop_length = 16;
	else
		return LB_OUTCOME_MALFORMED;

	tunnel->inner_protocol = gue->protocol;
	tunnel->next_hop = gue->next_hop;
	tunnel->hop_count = gue->hop_count;
	words = gue->version_hlen & GUE_HLEN;
	if (gue->flags || tunnel->hop_count > LB_GUE_MAX_HOPS ||
	    tunnel->next_hop > tunnel->hop_count ||
	    words != 1 + (__u32)tunnel->hop_count * tunnel->hop_length / GUE_WORD ||
	    tunnel->udp_length <
		    sizeof(struct udphdr) + GUE_WORD + GUE_WORD * words + sizeof(struct iphdr))
		return LB_OUTCOME_MALFORMED;
	tunnel->inner = tunnel->udp + sizeof(struct udphdr) + GUE_WORD + GUE_WORD * words;
	cursor->at += GUE_WORD + GUE_WORD * words;
	return LB_OUTCOME_UNDECIDED;
}

static __always_inline enum lb_outcome tunnel_parse_gue(struct cursor *cursor,
							struct tunnel *tunnel)
{
	const __u8 *version_hlen = cursor->at;
	enum lb_outcome what = LB_OUTCOME_UNDECIDED;

	if (!cursor_has(cursor, sizeof(struct lb_gue)) || *version_hlen & GUE_VERSION)
		return LB_OUTCOME_MALFORMED;
	tunnel->is_control = !!(*version_hlen & GUE_CONTROL);
	if (!tunnel->is_control)
		what = tunnel_parse_data(cursor, tunnel);
	return what;
}

#endif
