/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * From a packet to the bind that it belongs to, in the maps of the generation at hand. The result
 * points into such a map, which stays as it is while the program runs; NULL: not ours.
 *
 * The exact binds come first, and if one matches there is no need to look at the wide ones: of all
 * binds that match a packet the longest prefix wins, then an exact protocol, then the narrower
 * range of ports; and no prefix is longer than one address, no range narrower than one port. No
 * second bind has the same address, protocol and port: the control plane refuses it.
 */
#ifndef LB_BIND_H
#define LB_BIND_H

#include "generation.h"
#include "maps.h"
#include "parse.h"
#include "wide.h"

static __always_inline const struct lb_vip *bind_find_ipv4(const struct generation *generation,
							   const struct packet *packet)
{
	struct lb_vip4_key key = {
		.address = packet->destination.words[3],
		.port = packet->destination_port,
		.protocol = packet->protocol,
	};
	__u32 slot = generation->slot;
	void *vips = bpf_map_lookup_elem(&lb_vips4, &slot);
	const struct lb_vip *vip = vips ? bpf_map_lookup_elem(vips, &key) : NULL;

	if (vip || !generation->settings->wide)
		return vip;
	return wide_find_ipv4(slot, packet);
}

static __always_inline const struct lb_vip *bind_find_ipv6(const struct generation *generation,
							   const struct packet *packet)
{
	struct lb_vip6_key key = {
		.port = packet->destination_port,
		.protocol = packet->protocol,
	};
	__u32 slot = generation->slot;
	void *vips = bpf_map_lookup_elem(&lb_vips6, &slot);
	const struct lb_vip *vip;

	__builtin_memcpy(key.address, &packet->destination, sizeof(key.address));
	vip = vips ? bpf_map_lookup_elem(vips, &key) : NULL;
	if (vip || !generation->settings->wide)
		return vip;
	return wide_find_ipv6(slot, packet);
}

static __always_inline const struct lb_vip *bind_find(const struct generation *generation,
						      const struct packet *packet)
{
	if (packet->family == LB_FAMILY_IPV4)
		return bind_find_ipv4(generation, packet);
	return bind_find_ipv6(generation, packet);
}

#endif
