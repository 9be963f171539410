/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * From a packet to the bind that it belongs to, in the VIP hash map of the generation at hand. The
 * result points into that map, which stays as it is while the program runs; NULL: not ours.
 */
#ifndef LB_BIND_H
#define LB_BIND_H

#include "generation.h"
#include "maps.h"
#include "parse.h"

static __always_inline const struct lb_vip *bind_find_ipv4(__u32 slot, const struct packet *packet)
{
	struct lb_vip4_key key = {
		.address = packet->destination.v4,
		.port = packet->destination_port,
		.protocol = packet->protocol,
	};
	void *vips = bpf_map_lookup_elem(&lb_vips4, &slot);

	return vips ? bpf_map_lookup_elem(vips, &key) : NULL;
}

static __always_inline const struct lb_vip *bind_find_ipv6(__u32 slot, const struct packet *packet)
{
	struct lb_vip6_key key = {
		.port = packet->destination_port,
		.protocol = packet->protocol,
	};
	void *vips = bpf_map_lookup_elem(&lb_vips6, &slot);

	__builtin_memcpy(key.address, &packet->destination, sizeof(key.address));
	return vips ? bpf_map_lookup_elem(vips, &key) : NULL;
}

static __always_inline const struct lb_vip *bind_find(const struct generation *generation,
						      const struct packet *packet)
{
	if (packet->family == LB_FAMILY_IPV4)
		return bind_find_ipv4(generation->slot, packet);
	return bind_find_ipv6(generation->slot, packet);
}

#endif
