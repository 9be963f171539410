/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Puts the outer headers in front of a packet: Ethernet with the tags that it came with, IPv4 or
 * IPv6, UDP, GUE with the hops that remain behind the first; of a bind with LB_VIP_IPIP, no more
 * than Ethernet and IP, and only the first hop counts. The inner packet is not touched, nor
 * is padding behind it: that is not counted in any outer length, and taking it off would cost every
 * short packet a call. Moves the start of the frame: every pointer into it that was taken before is
 * void. The result is 0, or the verdict that says why not; then the frame may have grown but is not
 * sent.
 */
#ifndef LB_ENCAP_H
#define LB_ENCAP_H

#include "generation.h"
#include "outer.h"
#include "parse.h"
#include "row.h"

/* What all layers of outer headers need to know. */
struct encap {
	const struct lb_settings *settings;
	const struct lb_port *port;
	const struct hops *hops;
	const struct packet *packet;
	__u32 inner_length;  /* bytes of the inner packet */
	__u32 gue_length;    /* bytes between it and the outer IP header */
	__u8 inner_protocol; /* IPPROTO_IPIP or IPPROTO_IPV6 */
	__u8 traffic_class;
	__u16 source_port;
	int is_ipip;
};

/* Whether the control plane has written the MAC: all zero says that it does not know it yet. */
static __always_inline int encap_mac_known(const __u8 mac[ETH_ALEN])
{
	return mac[0] | mac[1] | mac[2] | mac[3] | mac[4] | mac[5];
}

/* How frames leave that came in on @ifindex. */
static __always_inline const struct lb_port *encap_port(__u32 ifindex)
{
	const struct lb_port *port = bpf_map_lookup_elem(&lb_ports, &ifindex);
	__u32 fallback = LB_DEFAULT_PORT;

	return port ? port : bpf_map_lookup_elem(&lb_ports, &fallback);
}

/* ECN as inside (RFC 6040, normal mode); DSCP as inside only where that is asked for. */
static __always_inline __u8 encap_traffic_class(const struct lb_settings *settings, __u8 inner)
{
	return inner & settings->class_mask;
}

/* Bytes of IP packet that the way to the backends lets through; 0: not limited here. */
static __always_inline __u32 encap_mtu(const struct lb_settings *settings,
				       const struct lb_port *port)
{
	if (port->mtu && port->mtu < settings->mtu)
		return port->mtu;
	return settings->mtu == LB_MTU_OF_PORT ? 0 : settings->mtu;
}

/* Bytes between the outer IP header and the packet: UDP, GUE and its hops, or nothing. */
static __always_inline __u32 encap_gue_length(const struct hops *hops, int is_ipip)
{
	const __u32 address = hops->family == LB_FAMILY_IPV4 ? 4 : 16;

	if (is_ipip)
		return 0;
	return sizeof(struct udphdr) + sizeof(struct lb_gue) + (hops->count - 1) * address;
}

/* Bytes of all headers that go in front of a packet, but Ethernet's. */
static __always_inline __u32 encap_overhead(const struct hops *hops, int is_ipip)
{
	return encap_gue_length(hops, is_ipip) +
	       (hops->family == LB_FAMILY_IPV4 ? sizeof(struct iphdr) : sizeof(struct ipv6hdr));
}

/* How long a packet may be that goes to @hops; 0: not limited here. */
static __always_inline __u32 encap_room(const struct lb_settings *settings,
					const struct lb_port *port, const struct hops *hops,
					int is_ipip)
{
	const __u32 mtu = encap_mtu(settings, port);
	const __u32 overhead = encap_overhead(hops, is_ipip);

	return mtu > overhead ? mtu - overhead : 0;
}

/* Address of the first hop; one of IPv4 is the first word. */
static __always_inline const __be32 *encap_first_hop(const struct hops *hops)
{
	return (const __be32 *)hops->backends[0]->address;
}

/* Writes the Ethernet header with the tags that the packet came with, and moves behind it. There is
 * room: what goes in front is longer than the tags. */
static __always_inline void encap_write_link(struct cursor *cursor, const struct encap *encap,
					     const __u8 *gateway, __be16 protocol)
{
	struct ethhdr *eth = cursor->at;
	struct tag *tags = (void *)&eth->h_proto;

	__builtin_memcpy(eth->h_dest, gateway, ETH_ALEN);
	__builtin_memcpy(eth->h_source, encap->port->mac, ETH_ALEN);
	switch (encap->packet->tag_count) {
	case 0:
		eth->h_proto = protocol;
		cursor->at += sizeof(*eth);
		break;
	case 1:
		tags[0] = encap->packet->tags[0];
		tags[1].kind = protocol;
		cursor->at += sizeof(*eth) + sizeof(*tags);
		break;
	default:
		tags[0] = encap->packet->tags[0];
		tags[1] = encap->packet->tags[1];
		tags[2].kind = protocol;
		cursor->at += sizeof(*eth) + 2 * sizeof(*tags);
	}
}

/* The hops behind the first, at the cursor. Room for the longer kind of address is asked for, for
 * either: an inner packet of 20 bytes or more stands behind. */
static __always_inline enum lb_verdict encap_write_hops(struct cursor *cursor,
							const struct hops *hops)
{
#pragma unroll
	for (__u32 hop = 1; hop < LB_MAX_HOPS; hop++) {
		if (hop >= hops->count)
			break;
		if (!cursor_has(cursor, sizeof(hops->backends[hop]->address)))
			return LB_DROP_NO_HEADROOM;
		if (hops->family == LB_FAMILY_IPV4) {
			__builtin_memcpy(cursor->at, hops->backends[hop]->address, 4);
			cursor->at += 4;
		} else {
			__builtin_memcpy(cursor->at, hops->backends[hop]->address, 16);
			cursor->at += 16;
		}
	}
	return LB_TX_FORWARDED;
}

/* UDP, GUE and its hops, at the cursor, or nothing. */
static __always_inline enum lb_verdict encap_write_gue(struct cursor *cursor,
						       const struct encap *encap)
{
	const struct hops *hops = encap->hops;
	struct udphdr *udp = cursor->at;
	struct lb_gue *gue = (void *)(udp + 1);

	if (encap->is_ipip)
		return LB_TX_FORWARDED;
	if (!cursor_has(cursor, sizeof(*udp) + sizeof(*gue)))
		return LB_DROP_NO_HEADROOM;
	outer_write_udp(udp, encap->source_port, encap->gue_length + encap->inner_length);
	outer_write_gue(gue, encap->inner_protocol, hops->family, hops->count - 1);
	cursor->at = gue + 1;

	return encap_write_hops(cursor, hops);
}

/* Makes room for an IP header of @ip bytes and what follows it, behind the link header; writes that
 * one, and leaves the cursor behind it. */
static __always_inline enum lb_verdict encap_open(struct xdp_md *ctx, const struct encap *encap,
						  const __u8 *gateway, __be16 protocol, __u32 ip,
						  struct cursor *cursor)
{
	const __u32 outer = ip + encap->gue_length;

	if (!encap_mac_known(gateway))
		return LB_DROP_NO_GATEWAY;
	if (outer + encap->inner_length > OUTER_MAX_LENGTH)
		return LB_DROP_TOO_LONG;
	if (bpf_xdp_adjust_head(ctx, -(int)outer))
		return LB_DROP_NO_HEADROOM;

	*cursor = cursor_of(ctx);
	if (!cursor_has(cursor, sizeof(struct ethhdr) + PARSE_MAX_TAGS * sizeof(struct tag) + ip))
		return LB_DROP_NO_HEADROOM; /* for the verifier: the frame has just grown by that */
	encap_write_link(cursor, encap, gateway, protocol);
	return LB_TX_FORWARDED;
}

static __always_inline enum lb_verdict encap_over_ipv4(struct xdp_md *ctx,
						       const struct encap *encap)
{
	const __u32 header = sizeof(struct iphdr);
	struct cursor cursor;
	enum lb_verdict reason;

	if (!encap->settings->source_ip)
		return LB_DROP_NO_SOURCE;
	reason = encap_open(ctx, encap, encap->port->gateway, bpf_htons(ETH_P_IP), header, &cursor);
	if (reason)
		return reason;
	outer_write_ipv4(cursor.at, encap->settings->source_ip, *encap_first_hop(encap->hops),
			 encap->traffic_class, encap->is_ipip ? encap->inner_protocol : IPPROTO_UDP,
			 header + encap->gue_length + encap->inner_length);
	cursor.at += header;
	return encap_write_gue(&cursor, encap);
}

static __always_inline enum lb_verdict encap_over_ipv6(struct xdp_md *ctx,
						       const struct encap *encap)
{
	const __u32 header = sizeof(struct ipv6hdr);
	const __u64 *source = (const __u64 *)encap->settings->source_ip6;
	struct cursor cursor;
	enum lb_verdict reason;

	if (!(source[0] | source[1]))
		return LB_DROP_NO_SOURCE;
	reason = encap_open(ctx, encap, encap->port->gateway6, bpf_htons(ETH_P_IPV6), header,
			    &cursor);
	if (reason)
		return reason;
	outer_write_ipv6(cursor.at, (const __be32 *)encap->settings->source_ip6,
			 encap_first_hop(encap->hops), encap->traffic_class,
			 encap->is_ipip ? encap->inner_protocol : IPPROTO_UDP,
			 encap->gue_length + encap->inner_length);
	cursor.at += header;
	return encap_write_gue(&cursor, encap);
}

/* All fragments of a datagram take one path: only some of them know the port. */
static __always_inline __u16 encap_entropy(const struct packet *packet)
{
	return packet->fragment == FRAGMENT_NONE ? bpf_ntohs(packet->source_port) : 0;
}

static __always_inline __u8 encap_inner_protocol(const struct packet *packet)
{
	return packet->family == LB_FAMILY_IPV4 ? IPPROTO_IPIP : IPPROTO_IPV6;
}

/* Outer UDP source port of a packet whose flow has @hash. */
static __always_inline __u16 encap_source_port(const struct packet *packet, __u64 hash)
{
	return outer_source_port(hash ^ encap_entropy(packet));
}

static __always_inline enum lb_verdict
encap_packet(struct xdp_md *ctx, const struct packet *packet, const struct lb_settings *settings,
	     const struct lb_port *port, const struct hops *hops, __u64 hash, int is_ipip)
{
	struct encap encap = {
		.settings = settings,
		.port = port,
		.hops = hops,
		.packet = packet,
		.inner_length = packet->length,
		.gue_length = encap_gue_length(hops, is_ipip),
		.inner_protocol = encap_inner_protocol(packet),
		.traffic_class = encap_traffic_class(settings, packet->traffic_class),
		.source_port = encap_source_port(packet, hash),
		.is_ipip = is_ipip,
	};

	if (hops->family == LB_FAMILY_IPV4)
		return encap_over_ipv4(ctx, &encap);
	return encap_over_ipv6(ctx, &encap);
}

#endif
