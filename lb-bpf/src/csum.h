/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Internet checksums (RFC 1071). Sums and results are in network order, as the words added are. */
#ifndef LB_CSUM_H
#define LB_CSUM_H

#include <linux/ip.h>

/* The checksum of an IPv4 header without options, whatever its check field holds now. */
static __always_inline __sum16 csum_ipv4(const struct iphdr *ip)
{
	const __u16 *words = (const __u16 *)ip;
	__u32 sum = 0;

#pragma unroll
	for (unsigned int i = 0; i < sizeof(*ip) / sizeof(*words); i++)
		sum += words[i];
	sum -= ip->check;
	sum = (sum & 0xffff) + (sum >> 16);
	sum = (sum & 0xffff) + (sum >> 16);
	return (__sum16)~sum;
}

#endif
