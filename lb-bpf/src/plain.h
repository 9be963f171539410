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

/* Whether an IP packet of @length bytes is all that stands from @ip on, but for what pads frames up
 * to the least there are. With more behind it, the frame may go on in another buffer. */
static __always_inline int plain_ends(const struct cursor *frame, const void *ip, __u32 length)
{
	const __u32 left = frame->end - ip;

	if (length == left)
		return 1;
	barrier(); /* else the compiler works out every condition before it looks at one */
	return length < left && left <= PLAIN_PADDED;
}

/* @length: from @l4 to the end of the packet. */
static __always_inline int plain_ports(const struct tcphdr *l4, __u32 length, struct packet *packet)
{
	if (length < (packet->protocol == IPPROTO_TCP ? sizeof(*l4) : sizeof(struct udphdr)) ||
	    (packet->protocol != IPPROTO_TCP && packet->protocol != IPPROTO_UDP))
		return 0;
	packet->source_port = l4->source;
	packet->destination_port = l4->dest;
	return packet->destination_port != 0;
}

/* Of a frame with room for a TCP header, which padding sees to. */
static __always_inline int plain_ipv4(const struct cursor *frame, struct packet *packet)
{
	const struct iphdr *ip = frame->at + ETH_HLEN;
	const struct tcphdr *l4 = (void *)(ip + 1);

	if (*(const __u8 *)ip != PLAIN_IPV4 ||
	    ip->frag_off & bpf_htons(IPV4_MORE_FRAGMENTS | IPV4_FRAGMENT_OFFSET))
		return 0;
	packet->length = bpf_ntohs(ip->tot_len);
	if (packet->length < sizeof(*ip) || !plain_ends(frame, ip, packet->length))
		return 0;
	packet->family = LB_FAMILY_IPV4;
	packet->protocol = ip->protocol;
	address_from_ipv4(&packet->source, ip->saddr);
	address_from_ipv4(&packet->destination, ip->daddr);
	return plain_ports(l4, packet->length - sizeof(*ip), packet);
}

static __always_inline int plain_ipv6(const struct cursor *frame, struct packet *packet)
{
	const struct ipv6hdr *ip = frame->at + ETH_HLEN;
	const struct tcphdr *l4 = (void *)(ip + 1);
	__u32 payload;

	if (!cursor_has(frame, ETH_HLEN + sizeof(*ip) + sizeof(*l4)) || ip->version != 6)
		return 0;
	payload = bpf_ntohs(ip->payload_len);
	packet->length = sizeof(*ip) + payload;
	if (!plain_ends(frame, ip, packet->length))
		return 0;
	packet->family = LB_FAMILY_IPV6;
	packet->protocol = ip->nexthdr;
	address_from_ipv6(&packet->source, &ip->saddr);
	address_from_ipv6(&packet->destination, &ip->daddr);
	return plain_ports(l4, payload, packet);
}

#endif
