/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What the network between here and the backends says of packets that were sent there. A router
 * whose link is too narrow for one tells its sender, and that is the director, which could not do
 * anything about it: the packet is gone, and the next will go the same way. So the control plane
 * learns of it, and tells whoever can make the way wider, or `mtu` smaller.
 */
#ifndef LB_UNDERLAY_H
#define LB_UNDERLAY_H

#include "generation.h"
#include "maps.h"
#include "parse.h"

/* Whether @packet, an ICMP error, quotes one that was encapsulated here: of it the parser has made
 * the flow of an answer, from the backend. */
static __always_inline int underlay_is_ours(const struct lb_settings *settings,
					    const struct packet *packet)
{
	union address own;

	if (packet->family == LB_FAMILY_IPV4)
		address_from_ipv4(&own, settings->source_ip);
	else
		address_from_ipv6(&own, settings->source_ip6);
	if (!address_equals(&own, &packet->destination))
		return 0;
	return packet->protocol == IPPROTO_IPIP || packet->protocol == IPPROTO_IPV6 ||
	       (packet->protocol == IPPROTO_UDP &&
		packet->source_port == bpf_htons(lb_constants.gue_port));
}

static __always_inline void underlay_remember(const struct packet *packet)
{
	struct lb_narrow first = {.packets = 1, .mtu = packet->told_mtu};
	struct lb_narrow *narrow = bpf_map_lookup_elem(&lb_narrow, &packet->source);

	if (narrow) {
		narrow->mtu = packet->told_mtu;
		__sync_fetch_and_add(&narrow->packets, 1);
	} else {
		bpf_map_update_elem(&lb_narrow, &packet->source, &first, BPF_NOEXIST);
	}
}

/* Takes note of @packet if it says that one sent to a backend was too big; 0: it says no such
 * thing. */
static __always_inline int underlay_told(const struct lb_settings *settings,
					 const struct packet *packet)
{
	if (!packet->is_too_big || !underlay_is_ours(settings, packet))
		return 0;
	underlay_remember(packet);
	return 1;
}

#endif
