/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Packets that the director answers by itself, out of the interface they came in on: echo requests
 * to a VIP, where it is told to, and packets that are too big for the way to the backends. The
 * answer comes from the VIP; MAC addresses change places, VLAN tags stay.
 */
#ifndef LB_ANSWER_H
#define LB_ANSWER_H

#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>
#include "csum.h"
#include "cursor.h"
#include "outer.h"
#include "parse.h"

#define ICMP_UNREACHABLE   3
#define ICMP_FRAGMENTATION 4 /* code of UNREACHABLE: would have to be fragmented */
#define ICMPV6_TOO_BIG	   2
#define ICMP_ECHO_REPLY	   0
#define ICMPV6_ECHO_REPLY  129

/* How much of a packet is quoted: with the headers in front 576 bytes (RFC 1812, 4.3.2.3), and 1280
 * (RFC 4443, 3.2). A packet too big for a usable path is longer than this. */
#define ANSWER_QUOTE_IPV4 548
#define ANSWER_QUOTE_IPV6 1232

#define ANSWER_INTERVAL_NS 1000000ULL /* 1,000 errors a second on each CPU */
#define ANSWER_BURST	   100	      /* at once */

#define ANSWER_CSUM_STEP 512 /* most bytes that bpf_csum_diff() takes at a time */

/* When the next error is due, if they come evenly (ns since boot). Goes with the program. */
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u64);
} lb_answer_due SEC(".maps");

struct answer_pseudo_header {
	struct in6_addr source;
	struct in6_addr destination;
	__be32 length;
	__be32 protocol;
};

/* Whether this CPU may send another error now. */
static __always_inline int answer_is_due(void)
{
	const __u64 now = bpf_ktime_get_ns();
	__u32 zero = 0;
	__u64 *due = bpf_map_lookup_elem(&lb_answer_due, &zero);

	if (!due)
		return 0;
	if (*due < now)
		*due = now;
	if (*due - now >= ANSWER_BURST * ANSWER_INTERVAL_NS)
		return 0;
	*due += ANSWER_INTERVAL_NS;
	return 1;
}

/* Back to where the frame came from. */
static __always_inline void answer_swap_macs(struct ethhdr *eth)
{
	__u8 mac[ETH_ALEN];

	__builtin_memcpy(mac, eth->h_dest, ETH_ALEN);
	__builtin_memcpy(eth->h_dest, eth->h_source, ETH_ALEN);
	__builtin_memcpy(eth->h_source, mac, ETH_ALEN);
}

/* The sum of @bytes bytes, a constant, at @at. */
static __always_inline __u64 answer_sum(void *at, __u32 bytes, __u64 sum)
{
#pragma unroll
	for (int i = 0; i < 3; i++) {
		const __u32 step = bytes < ANSWER_CSUM_STEP ? bytes : ANSWER_CSUM_STEP;

		if (!step)
			break;
		sum = bpf_csum_diff(NULL, 0, at, step, sum);
		at += step;
		bytes -= step;
	}
	return sum;
}

/* Cuts the frame down to @quote bytes of its IP packet, and makes room for @headers in front of
 * these; the Ethernet header goes to the front. 0: there was no room. */
static __always_inline int answer_open(struct xdp_md *ctx, __u32 headers, __u32 quote,
				       struct cursor *cursor)
{
	const int surplus = frame_length(ctx) - sizeof(struct ethhdr) - quote;
	struct ethhdr *eth;

	if (bpf_xdp_adjust_tail(ctx, -surplus) || bpf_xdp_adjust_head(ctx, -(int)headers))
		return 0;
	*cursor = cursor_of(ctx);
	if (!cursor_has(cursor, sizeof(*eth) + headers + quote))
		return 0;
	eth = cursor->at;
	__builtin_memcpy(eth, cursor->at + headers, sizeof(*eth));
	answer_swap_macs(eth);
	cursor->at += sizeof(*eth);
	return 1;
}

static __always_inline void answer_write_icmp(struct icmp_header *icmp, __u8 type, __u8 code,
					      __u32 mtu)
{
	icmp->type = type;
	icmp->code = code;
	icmp->checksum = 0;
	icmp->rest = bpf_htonl(mtu);
}

static __always_inline int answer_too_big_ipv4(struct xdp_md *ctx, const struct packet *packet,
					       __u32 mtu)
{
	const __u32 headers = sizeof(struct iphdr) + sizeof(struct icmp_header);
	struct cursor cursor;
	struct iphdr *ip;
	struct icmp_header *icmp;

	if (!answer_open(ctx, headers, ANSWER_QUOTE_IPV4, &cursor))
		return 0;
	ip = cursor.at;
	icmp = (void *)(ip + 1);
	outer_write_ipv4(ip, packet->destination.v4, packet->source.v4, 0,
			 headers + ANSWER_QUOTE_IPV4);
	ip->protocol = IPPROTO_ICMP;
	ip->check = csum_ipv4(ip);
	answer_write_icmp(icmp, ICMP_UNREACHABLE, ICMP_FRAGMENTATION, mtu);
	icmp->checksum = csum_fold(answer_sum(icmp, sizeof(*icmp) + ANSWER_QUOTE_IPV4, 0));
	return 1;
}

static __always_inline int answer_too_big_ipv6(struct xdp_md *ctx, const struct packet *packet,
					       __u32 mtu)
{
	const __u32 length = sizeof(struct icmp_header) + ANSWER_QUOTE_IPV6;
	struct answer_pseudo_header pseudo = {
		.length = bpf_htonl(length),
		.protocol = bpf_htonl(IPPROTO_ICMPV6),
	};
	struct cursor cursor;
	struct ipv6hdr *ip;
	struct icmp_header *icmp;
	__u64 sum;

	if (!answer_open(ctx, sizeof(*ip) + sizeof(*icmp), ANSWER_QUOTE_IPV6, &cursor))
		return 0;
	ip = cursor.at;
	icmp = (void *)(ip + 1);
	outer_write_ipv6(ip, (const __be32 *)&packet->destination, (const __be32 *)&packet->source,
			 0, length);
	ip->nexthdr = IPPROTO_ICMPV6;
	answer_write_icmp(icmp, ICMPV6_TOO_BIG, 0, mtu);
	__builtin_memcpy(&pseudo.source, &packet->destination, sizeof(pseudo.source));
	__builtin_memcpy(&pseudo.destination, &packet->source, sizeof(pseudo.destination));
	sum = bpf_csum_diff(NULL, 0, (__be32 *)&pseudo, sizeof(pseudo), 0);
	icmp->checksum = csum_fold(answer_sum(icmp, length, sum));
	return 1;
}

/* Tells the sender of @packet that it may be @mtu bytes long, and no longer. Returns what became of
 * the packet: it is gone in any case. */
static __noinline enum lb_verdict answer_too_big(struct xdp_md *ctx, const struct packet *packet,
						 __u32 mtu)
{
	const int is_ipv4 = packet->family == LB_FAMILY_IPV4;
	int answered;

	if (packet->length < (is_ipv4 ? ANSWER_QUOTE_IPV4 : ANSWER_QUOTE_IPV6) || !answer_is_due())
		return LB_DROP_TOO_BIG;
	if (is_ipv4)
		answered = answer_too_big_ipv4(ctx, packet, mtu);
	else
		answered = answer_too_big_ipv6(ctx, packet, mtu);
	return answered ? LB_TX_TOO_BIG : LB_DROP_TOO_BIG;
}

/* Type and code as one word of the checksum. */
static __always_inline void answer_set_type(struct icmp_header *icmp, __u8 type)
{
	const __be16 before = bpf_htons(icmp->type << 8 | icmp->code);

	icmp->type = type;
	icmp->checksum = csum_replace(icmp->checksum, before, bpf_htons(type << 8 | icmp->code));
}

static __always_inline void answer_set_ttl(struct iphdr *ip)
{
	const __be16 before = bpf_htons(ip->ttl << 8 | ip->protocol);

	ip->ttl = OUTER_TTL;
	ip->check = csum_replace(ip->check, before, bpf_htons(ip->ttl << 8 | ip->protocol));
}

/* Makes an echo request of @packet, which has no options, its reply. Addresses change places, which
 * no checksum sees. */
static __noinline enum lb_verdict answer_echo(struct xdp_md *ctx, const struct packet *packet)
{
	struct cursor cursor = cursor_of(ctx);
	struct ethhdr *eth = cursor.at;
	struct iphdr *ip4 = (void *)(eth + 1);
	struct ipv6hdr *ip6 = (void *)(eth + 1);

	if (packet->family == LB_FAMILY_IPV4) {
		if (!cursor_has(&cursor, sizeof(*eth) + sizeof(*ip4) + sizeof(struct icmp_header)))
			return LB_PASS_MALFORMED;
		answer_set_type((void *)(ip4 + 1), ICMP_ECHO_REPLY);
		answer_set_ttl(ip4);
		ip4->saddr = packet->destination.v4;
		ip4->daddr = packet->source.v4;
	} else {
		if (!cursor_has(&cursor, sizeof(*eth) + sizeof(*ip6) + sizeof(struct icmp_header)))
			return LB_PASS_MALFORMED;
		answer_set_type((void *)(ip6 + 1), ICMPV6_ECHO_REPLY);
		ip6->hop_limit = OUTER_TTL;
		__builtin_memcpy(&ip6->saddr, &packet->destination, sizeof(ip6->saddr));
		__builtin_memcpy(&ip6->daddr, &packet->source, sizeof(ip6->daddr));
	}
	answer_swap_macs(eth);
	return LB_TX_ECHO;
}

#endif
