/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The wide bind that a packet belongs to: a bit says whether there can be one, then the longest
 * prefix that holds the address, then the span that holds the port. lb_abi.h describes the maps.
 *
 * The results point into lb_wide_binds; NULL: none.
 */
#ifndef LB_WIDE_H
#define LB_WIDE_H

#include "maps.h"
#include "parse.h"

#define WIDE_PORT_BITS 16

/* The number of an address's bit in lb_wide_bits. Both take the bytes as they stand in memory. */
static __always_inline __u32 wide_bit_ipv4(__be32 address)
{
	return bpf_ntohs(address & 0xffff);
}

static __always_inline __u32 wide_bit_ipv6(__u64 first_half)
{
	return bpf_ntohs((first_half ^ first_half >> 16 ^ first_half >> 32) & 0xffff);
}

static __always_inline int wide_is_set(const __u64 *words, __u32 bit)
{
	return words[bit / 64 & (LB_WIDE_WORDS - 1)] >> bit % 64 & 1;
}

static __always_inline const struct lb_vip *wide_bind(__u32 index)
{
	const struct lb_wide_bind *bind;

	if (!index)
		return NULL;
	bind = bpf_map_lookup_elem(&lb_wide_binds, &index);
	return bind ? &bind->vip : NULL;
}

/* Index of the bind of the last span of @list that begins at or below @port; 0: none. */
static __always_inline __u32 wide_search(const struct lb_span_list *list, __u32 port)
{
	const struct lb_span *span;
	__u32 count = list->count;
	__u32 at = list->first;

	for (int i = 0; i < WIDE_PORT_BITS && count > 1; i++) {
		__u32 half = count / 2;
		__u32 middle = at + half;

		span = bpf_map_lookup_elem(&lb_spans, &middle);
		if (!span)
			return 0;
		if (span->port <= port) {
			at = middle;
			count -= half;
		} else {
			count = half;
		}
	}
	span = count ? bpf_map_lookup_elem(&lb_spans, &at) : NULL;
	return span ? span->bind : 0;
}

static __always_inline __u32 wide_in_net(const struct lb_net *net, __u8 protocol, __be16 port)
{
	if (!net)
		return 0;
	switch (protocol) {
	case IPPROTO_TCP:
		return wide_search(&net->tcp, bpf_ntohs(port));
	case IPPROTO_UDP:
		return wide_search(&net->udp, bpf_ntohs(port));
	default:
		return net->echo;
	}
}

/* Global functions of numbers only: the verifier looks at each once, not at every call; and they
 * take no registers from packets that do without them. The result is an index in lb_wide_binds. */
__noinline __u32 wide_look_up_ipv4(__u32 slot, __be32 address, __u8 protocol, __be16 port)
{
	struct lb_net4_key key = {.length = 32, .address = address};
	void *nets = bpf_map_lookup_elem(&lb_nets4, &slot);

	return nets ? wide_in_net(bpf_map_lookup_elem(nets, &key), protocol, port) : 0;
}

__noinline __u32 wide_look_up_ipv6(__u32 slot, __u64 first_half, __u64 second_half, __u8 protocol,
				   __be16 port)
{
	struct lb_net6_key key = {.length = 128};
	void *nets = bpf_map_lookup_elem(&lb_nets6, &slot);

	__builtin_memcpy(key.address, &first_half, sizeof(first_half));
	__builtin_memcpy(key.address + sizeof(first_half), &second_half, sizeof(second_half));
	return nets ? wide_in_net(bpf_map_lookup_elem(nets, &key), protocol, port) : 0;
}

/* Whether any wide bind may hold the destination; if not, none does. */
static __always_inline int wide_may_hold_ipv4(__u32 slot, const struct packet *packet)
{
	const struct lb_wide_bits *bits = bpf_map_lookup_elem(&lb_wide_bits, &slot);

	return bits && wide_is_set(bits->ipv4, wide_bit_ipv4(packet->destination.words[3]));
}

static __always_inline int wide_may_hold_ipv6(__u32 slot, const struct packet *packet)
{
	const struct lb_wide_bits *bits = bpf_map_lookup_elem(&lb_wide_bits, &slot);

	return bits && wide_is_set(bits->ipv6, wide_bit_ipv6(packet->destination.halves[0]));
}

static __always_inline const struct lb_vip *wide_find_ipv4(__u32 slot, const struct packet *packet)
{
	if (!wide_may_hold_ipv4(slot, packet))
		return NULL;
	return wide_bind(wide_look_up_ipv4(slot, packet->destination.words[3], packet->protocol,
					   packet->destination_port));
}

static __always_inline const struct lb_vip *wide_find_ipv6(__u32 slot, const struct packet *packet)
{
	const __u64 *halves = packet->destination.halves;

	if (!wide_may_hold_ipv6(slot, packet))
		return NULL;
	return wide_bind(wide_look_up_ipv6(slot, halves[0], halves[1], packet->protocol,
					   packet->destination_port));
}

#endif
