/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Addresses of either family in 16 bytes: an IPv4 address A is ::ffff:A. */
#ifndef LB_ADDRESS_H
#define LB_ADDRESS_H

#include <linux/in6.h>
#include <linux/types.h>
#include <bpf/bpf_endian.h>
#include "lb_abi.h"

union address {
	struct lb_address key;
	__be32 words[4];
	__u64 halves[2];
};

static __always_inline void address_from_ipv4(union address *address, __be32 ipv4)
{
	address->halves[0] = 0;
	address->words[2] = bpf_htonl(0x0000ffff);
	address->words[3] = ipv4;
}

/* Loads of eight bytes, wherever the address stands: of bytes the compiler would make sixteen. */
static __always_inline void address_from_ipv6(union address *address, const void *ipv6)
{
	const __u64 *halves = ipv6;

	address->halves[0] = halves[0];
	address->halves[1] = halves[1];
}

static __always_inline int address_equals(const union address *a, const union address *b)
{
	return a->halves[0] == b->halves[0] && a->halves[1] == b->halves[1];
}

#endif
