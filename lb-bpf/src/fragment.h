/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * From a fragment to its bind: all fragments of a datagram go where its first goes, by one of two
 * ways. Where ports decide nothing at an address, the control plane has put in a portless bind, and
 * every fragment takes that, whatever came before it. Else the first leaves its ports behind for
 * the others, which take the same bind and the same hash with them; one that finds none has
 * overtaken its first, or come to another CPU before it, and is lost. To the kernel it would be of
 * no use: that never sees the first.
 */
#ifndef LB_FRAGMENT_H
#define LB_FRAGMENT_H

#include "bind.h"
#include "maps.h"
#include "parse.h"

/* The bind of @packet as if it were of @protocol and had no ports; echo is always such a one. */
static __always_inline const struct lb_vip *
fragment_portless(const struct generation *generation, const struct packet *packet, __u8 protocol)
{
	struct packet portless = *packet;

	portless.protocol = protocol;
	parse_no_ports(&portless);
	return bind_find(generation, &portless);
}

/* Whether anything at the destination is ours: each address with binds has one for echo. */
static __always_inline int fragment_is_for_vip(const struct generation *generation,
					       const struct packet *packet)
{
	const __u8 echo = packet->family == LB_FAMILY_IPV4 ? IPPROTO_ICMP : IPPROTO_ICMPV6;

	return fragment_portless(generation, packet, echo) != NULL;
}

/* IPv6 names no protocol here: only the first fragment says for sure what stands behind further
 * extension headers. */
static __always_inline void fragment_key(const struct packet *packet, struct lb_fragment_key *key)
{
	__builtin_memcpy(key->source, &packet->source, sizeof(key->source));
	__builtin_memcpy(key->destination, &packet->destination, sizeof(key->destination));
	key->id = packet->fragment_id;
	key->protocol = packet->family == LB_FAMILY_IPV4 ? packet->protocol : 0;
	__builtin_memset(key->pad, 0, sizeof(key->pad));
}

static __always_inline void fragment_remember(const struct packet *packet)
{
	struct lb_fragment_key key;
	struct lb_fragment ports = {
		.source_port = packet->source_port,
		.destination_port = packet->destination_port,
		.protocol = packet->protocol,
	};

	fragment_key(packet, &key);
	bpf_map_update_elem(&lb_fragments, &key, &ports, BPF_ANY);
}

/* Fills in what the first fragment has left behind; 0: nothing. */
static __always_inline int fragment_recall(struct packet *packet)
{
	const struct lb_fragment *ports;
	struct lb_fragment_key key;

	fragment_key(packet, &key);
	ports = bpf_map_lookup_elem(&lb_fragments, &key);
	if (!ports)
		return 0;
	packet->source_port = ports->source_port;
	packet->destination_port = ports->destination_port;
	packet->protocol = ports->protocol;
	return 1;
}

/* Whether the headers of all fragments of the datagram name the same protocol, and it is one that a
 * bind can name: so all find the same portless bind. */
static __always_inline int fragment_agrees(const struct packet *packet)
{
	return packet->protocol == packet->fragment_protocol &&
	       !parse_is_extension(packet->protocol);
}

/* What is to be known of a fragment to find its bind: that bind itself in @vip, or its ports in
 * @packet; or why it has none. */
static __always_inline enum lb_verdict fragment_resolve(const struct generation *generation,
							struct packet *packet,
							const struct lb_vip **vip)
{
	if (!fragment_is_for_vip(generation, packet))
		return LB_PASS_NO_BIND;
	if (fragment_agrees(packet)) {
		*vip = fragment_portless(generation, packet, packet->protocol);
		if (*vip) {
			parse_no_ports(packet);
			return LB_TX_FORWARDED;
		}
	}
	if (packet->fragment == FRAGMENT_FIRST)
		fragment_remember(packet);
	else if (!fragment_recall(packet))
		return LB_DROP_FRAGMENT;
	return LB_TX_FORWARDED;
}

#endif
