/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * From a QUIC packet to the backend that its connection id names: the id of a server, in the clear,
 * behind the first octet (draft-ietf-quic-load-balancers, without a key). Only what all versions of
 * QUIC have in common is looked at (RFC 8999), so not of what type a packet with a long header is:
 * one of the first flight, with an id that the client made up, names a server by chance or none.
 *
 * Fragments, and ICMP errors about packets that went the other way, name nobody. The frame is not
 * changed.
 */
#ifndef LB_QUIC_H
#define LB_QUIC_H

#include <linux/udp.h>
#include "maps.h"
#include "parse.h"
#include "rest.h"

#define QUIC_LONG_HEADER 0x80 /* in the first byte of a packet */
#define QUIC_UNROUTABLE	 0xe0 /* config rotation bits of an id that names nobody: all set */

struct quic_long_header {
	__u8 first;
	__u8 version[4]; /* all zero: version negotiation, which servers send */
	__u8 id_length;
} __attribute__((packed));

/* The beginning of a connection id. */
struct quic_id {
	__u8 first; /* config rotation (3 bits), then length or random bits */
	__be16 server_id;
} __attribute__((packed));

/* Index in lb_backends; 0: nobody has that id. Numbers only, as for wide_look_up_ipv4. */
__noinline __u32 quic_look_up(__u32 slot, __u32 servers, __be16 server_id)
{
	struct lb_server_key key = {.servers = servers, .server_id = server_id};
	void *sets = bpf_map_lookup_elem(&lb_servers, &slot);
	const __u32 *backend = sets ? bpf_map_lookup_elem(sets, &key) : NULL;

	return backend ? *backend : 0;
}

/* Steps over a long header up to the connection id; 0: there is none that can name a server. */
static __always_inline int quic_skip_long_header(struct rest *rest)
{
	const struct quic_long_header *header = rest->cursor.at;
	__u32 length;

	if (!rest_has(rest, sizeof(*header)))
		return 0;
	if (!(header->version[0] | header->version[1] | header->version[2] | header->version[3]))
		return 0;
	length = header->id_length;
	if (length < sizeof(struct quic_id))
		return 0;
	rest_skip(rest, sizeof(*header));
	return rest_offset(rest) + length <= rest->end;
}

/* Moves from the UDP header to the connection id. A short header does not say how long that is, but
 * it begins at once. */
static __always_inline int quic_find_id(struct rest *rest)
{
	const struct udphdr *udp = rest->cursor.at;
	const __u8 *first;

	if (!rest_has(rest, sizeof(*udp)) || !rest_ends_after(rest, bpf_ntohs(udp->len)))
		return 0;
	rest_skip(rest, sizeof(*udp));
	first = rest->cursor.at;
	if (!rest_has(rest, sizeof(*first)))
		return 0;
	if (*first & QUIC_LONG_HEADER)
		return quic_skip_long_header(rest);
	rest_skip(rest, sizeof(*first));
	return 1;
}

/* Index in lb_backends of whom @packet names; 0: nobody, and the row alone decides. */
static __noinline __u32 quic_backend(const struct xdp_md *ctx, __u32 slot, const struct lb_vip *vip,
				     const struct packet *packet)
{
	struct rest rest = {
		.cursor = cursor_at(ctx, packet->l4),
		.frame = (void *)(long)ctx->data,
		.end = packet->l4_end,
	};
	const struct quic_id *id;

	if (!(vip->flags & LB_VIP_QUIC) || packet->protocol != IPPROTO_UDP || packet->is_error ||
	    packet->fragment != FRAGMENT_NONE || !quic_find_id(&rest))
		return 0;
	id = rest.cursor.at;
	if (!rest_has(&rest, sizeof(*id)) || (id->first & QUIC_UNROUTABLE) == QUIC_UNROUTABLE)
		return 0;
	return quic_look_up(slot, vip->servers, id->server_id);
}

#endif
