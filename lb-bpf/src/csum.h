/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Internet checksums (RFC 1071). Sums and results are in network order, as the words added are. */
#ifndef LB_CSUM_H
#define LB_CSUM_H

#include <linux/ip.h>

/* The checksum that a sum of 16-bit words comes to. */
static __always_inline __sum16 csum_fold(__u64 sum)
{
	sum = (sum & 0xffffffff) + (sum >> 32);
	sum = (sum & 0xffff) + (sum >> 16);
	sum = (sum & 0xffff) + (sum >> 16);
	sum = (sum & 0xffff) + (sum >> 16);
	return (__sum16)~sum;
}

/* The same of a sum below 2^40, such as that of a header's words of 32 bits. */
static __always_inline __sum16 csum_fold_few(__u64 sum)
{
	sum = (sum & 0xffff) + (sum >> 16);
	sum = (sum & 0xffff) + (sum >> 16);
	sum = (sum & 0xffff) + (sum >> 16);
	return (__sum16)~sum;
}

/* The checksum of an IPv4 header without options, whatever its check field holds now. */
static __always_inline __sum16 csum_ipv4(const struct iphdr *ip)
{
	const __u16 *words = (const __u16 *)ip;
	__u32 sum = 0;

#pragma unroll
	for (unsigned int i = 0; i < sizeof(*ip) / sizeof(*words); i++)
		sum += words[i];
	return csum_fold(sum - ip->check);
}

/* The checksum @check after one 16-bit word under it went from @before to @after (RFC 1624). */
static __always_inline __sum16 csum_replace(__sum16 check, __u16 before, __u16 after)
{
	return csum_fold((__u32)(__u16)~check + (__u16)~before + after);
}

#endif
