/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The plain packets, nearly all there are: TCP or UDP to a port, whole, right behind an IP header
 * without options, right behind an Ethernet header without tags, and all in one buffer. parse.h
 * understands them too, and the two must agree; this is shorter.
 */
#ifndef LB_PLAIN_H
#define LB_PLAIN_H

#include "parse.h"

#define PLAIN_IPV4   0x45 /* version 4, five words of header */
#define PLAIN_PADDED 46	  /* bytes behind the Ethernet header, to which frames are padded */

/* Whether an IP packet of @length bytes is all that stands from the cursor on, but for what pads
 * frames up to the least there are. With more behind it, the frame may go on in another buffer. */
static __always_inline int plain_ends(const struct cursor *cursor, __u32 length)
{
	const __u32 left = cursor_left(cursor);

	return length == left || (length < left && left <= PLAIN_PADDED);
}

/* The sizes of both headers are asked for in one place each: the compiler makes constants of them.
 */
static __always_inline int plain_ports(const struct cursor *cursor, struct packet *packet,
				       __u32 l4_length)
{
	const struct udphdr *l4 = cursor->at;
	const struct tcphdr *tcp = cursor->at;

	packet->syn = 0;
	if (packet->protocol == IPPROTO_TCP) {
		if (l4_length < sizeof(struct tcphdr) || !cursor_has(cursor, sizeof(struct tcphdr)))
			return 0;
		packet->syn = tcp->syn;
	} else if (packet->protocol == IPPROTO_UDP) {
		if (l4_length < sizeof(struct udphdr) || !cursor_has(cursor, sizeof(struct udphdr)))
			return 0;
	} else {
		return 0;
	}
	packet->source_port = l4->source;
	packet->destination_port = l4->dest;
	return packet->destination_port != 0;
}

static __always_inline int plain_ipv4(struct cursor *cursor, struct packet *packet)
{
	const struct iphdr *ip = cursor->at;

	if (!cursor_has(cursor, sizeof(*ip)) || *(const __u8 *)ip != PLAIN_IPV4 ||
	    ip->frag_off & bpf_htons(IPV4_MORE_FRAGMENTS | IPV4_FRAGMENT_OFFSET))
		return 0;
	packet->length = bpf_ntohs(ip->tot_len);
	if (packet->length < sizeof(*ip) || !plain_ends(cursor, packet->length))
		return 0;

	packet->family = LB_FAMILY_IPV4;
	packet->protocol = ip->protocol;
	packet->traffic_class = ip->tos;
	address_from_ipv4(&packet->source, ip->saddr);
	address_from_ipv4(&packet->destination, ip->daddr);
	cursor->at += sizeof(*ip);
	return plain_ports(cursor, packet, packet->length - sizeof(*ip));
}

static __always_inline int plain_ipv6(struct cursor *cursor, struct packet *packet)
{
	const struct ipv6hdr *ip = cursor->at;
	__u32 payload;

	if (!cursor_has(cursor, sizeof(*ip)) || ip->version != 6)
		return 0;
	payload = bpf_ntohs(ip->payload_len);
	packet->length = sizeof(*ip) + payload;
	if (!plain_ends(cursor, packet->length))
		return 0;

	packet->family = LB_FAMILY_IPV6;
	packet->protocol = ip->nexthdr;
	packet->traffic_class = ip->priority << 4 | ip->flow_lbl[0] >> 4;
	address_from_ipv6(&packet->source, &ip->saddr);
	address_from_ipv6(&packet->destination, &ip->daddr);
	cursor->at += sizeof(*ip);
	return plain_ports(cursor, packet, payload);
}

/* Whether the frame in @ctx is a plain packet; then @packet is all filled in. */
static __always_inline int plain_parse(const struct xdp_md *ctx, struct packet *packet)
{
	struct cursor cursor = cursor_of(ctx);
	const struct ethhdr *eth = cursor.at;

	if (!cursor_has(&cursor, sizeof(*eth)))
		return 0;
	packet->tag_count = 0;
	packet->fragment = FRAGMENT_NONE;
	packet->is_error = 0;
	cursor.at += sizeof(*eth);
	if (eth->h_proto == bpf_htons(ETH_P_IP))
		return plain_ipv4(&cursor, packet);
	if (eth->h_proto == bpf_htons(ETH_P_IPV6))
		return plain_ipv6(&cursor, packet);
	return 0;
}

#endif
