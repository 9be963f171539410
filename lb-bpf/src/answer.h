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

/* Writes the link header of the answer, with the tags that the packet came with, and moves behind
 * it. There is room: what goes in front is longer than the tags. */
static __always_inline void answer_write_link(struct cursor *cursor, const struct ethhdr *came_with,
					      const struct packet *packet)
{
	struct ethhdr *eth = cursor->at;
	struct tag *tags = (void *)&eth->h_proto;
	const __be16 protocol =
		packet->family == LB_FAMILY_IPV4 ? bpf_htons(ETH_P_IP) : bpf_htons(ETH_P_IPV6);

	__builtin_memcpy(eth->h_dest, came_with->h_source, ETH_ALEN);
	__builtin_memcpy(eth->h_source, came_with->h_dest, ETH_ALEN);
	switch (packet->tag_count) {
	case 0:
		eth->h_proto = protocol;
		cursor->at += sizeof(*eth);
		break;
	case 1:
		tags[0] = packet->tags[0];
		tags[1].kind = protocol;
		cursor->at += sizeof(*eth) + sizeof(*tags);
		break;
	default:
		tags[0] = packet->tags[0];
		tags[1] = packet->tags[1];
		tags[2].kind = protocol;
		cursor->at += sizeof(*eth) + 2 * sizeof(*tags);
	}
}

static __always_inline __u32 answer_link_length(const struct packet *packet)
{
	return sizeof(struct ethhdr) + packet->tag_count * sizeof(struct tag);
}

/* Cuts the frame down to @quote bytes of its IP packet, makes room for @headers in front of these,
 * and leaves the cursor on that room. 0: that could not be. */
static __always_inline int answer_open(struct xdp_md *ctx, const struct packet *packet,
				       __u32 headers, __u32 quote, struct cursor *cursor)
{
	const int surplus = frame_length(ctx) - answer_link_length(packet) - quote;
	struct ethhdr came_with;

	*cursor = cursor_of(ctx);
	if (!cursor_has(cursor, sizeof(came_with)))
		return 0;
	__builtin_memcpy(&came_with, cursor->at, sizeof(came_with));
	if (bpf_xdp_adjust_tail(ctx, -surplus) || bpf_xdp_adjust_head(ctx, -(int)headers))
		return 0;
	*cursor = cursor_of(ctx);
	if (!cursor_has(cursor, sizeof(came_with) + PARSE_MAX_TAGS * sizeof(struct tag)))
		return 0;
	answer_write_link(cursor, &came_with, packet);
	return cursor_has(cursor, headers + quote);
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

	if (!answer_open(ctx, packet, headers, ANSWER_QUOTE_IPV4, &cursor))
		return 0;
	ip = cursor.at;
	icmp = (void *)(ip + 1);
	outer_write_ipv4(ip, packet->destination.words[3], packet->source.words[3], 0, IPPROTO_ICMP,
			 headers + ANSWER_QUOTE_IPV4);
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

	if (!answer_open(ctx, packet, sizeof(*ip) + sizeof(*icmp), ANSWER_QUOTE_IPV6, &cursor))
		return 0;
	ip = cursor.at;
	icmp = (void *)(ip + 1);
	outer_write_ipv6(ip, (const __be32 *)&packet->destination, (const __be32 *)&packet->source,
			 0, IPPROTO_ICMPV6, length);
	answer_write_icmp(icmp, ICMPV6_TOO_BIG, 0, mtu);
	__builtin_memcpy(&pseudo.source, &packet->destination, sizeof(pseudo.source));
	__builtin_memcpy(&pseudo.destination, &packet->source, sizeof(pseudo.destination));
	sum = bpf_csum_diff(NULL, 0, (__be32 *)&pseudo, sizeof(pseudo), 0);
	icmp->checksum = csum_fold(answer_sum(icmp, length, sum));
	return 1;
}

/* Nobody is told of an error about an error, nor of a fragment that says nothing of its flow (RFC
 * 1122, 3.2.2). */
static __always_inline int answer_is_owed(const struct packet *packet)
{
	const __u32 quote =
		packet->family == LB_FAMILY_IPV4 ? ANSWER_QUOTE_IPV4 : ANSWER_QUOTE_IPV6;

	return !packet->is_error && packet->fragment != FRAGMENT_LATER && packet->length >= quote;
}

/* Tells the sender of @packet that it may be @mtu bytes long, and no longer. Returns what became of
 * the packet: it is gone in any case. */
static __noinline enum lb_verdict answer_too_big(struct xdp_md *ctx, const struct packet *packet,
						 __u32 mtu)
{
	int answered;

	if (!answer_is_owed(packet) || !answer_is_due())
		return LB_DROP_TOO_BIG;
	if (packet->family == LB_FAMILY_IPV4)
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

static __always_inline void answer_swap_macs(struct ethhdr *eth)
{
	__u8 mac[ETH_ALEN];

	__builtin_memcpy(mac, eth->h_dest, ETH_ALEN);
	__builtin_memcpy(eth->h_dest, eth->h_source, ETH_ALEN);
	__builtin_memcpy(eth->h_source, mac, ETH_ALEN);
}

/* The ICMP header right behind an IP header without options; NULL: there is none. */
static __always_inline struct icmp_header *answer_echo_ipv4(const struct cursor *cursor,
							    const struct packet *packet)
{
	struct iphdr *ip = cursor->at;

	if (!cursor_has(cursor, sizeof(*ip) + sizeof(struct icmp_header)) || ip->ihl != 5)
		return NULL;
	answer_set_ttl(ip);
	ip->saddr = packet->destination.words[3];
	ip->daddr = packet->source.words[3];
	return (void *)(ip + 1);
}

static __always_inline struct icmp_header *answer_echo_ipv6(const struct cursor *cursor,
							    const struct packet *packet)
{
	struct ipv6hdr *ip = cursor->at;

	if (!cursor_has(cursor, sizeof(*ip) + sizeof(struct icmp_header)) ||
	    ip->nexthdr != IPPROTO_ICMPV6)
		return NULL;
	ip->hop_limit = OUTER_TTL;
	__builtin_memcpy(&ip->saddr, &packet->destination, sizeof(ip->saddr));
	__builtin_memcpy(&ip->daddr, &packet->source, sizeof(ip->daddr));
	return (void *)(ip + 1);
}

/* Makes an echo request its reply, where that is all there is to it: with options, extension
 * headers or in fragments, and errors about a reply, are left to a backend, and the result is 0.
 * Addresses change places, which no checksum sees. */
static __noinline int answer_echo(struct xdp_md *ctx, const struct packet *packet)
{
	struct cursor frame = cursor_of(ctx);
	struct cursor cursor = cursor_at(ctx, answer_link_length(packet));
	const int is_ipv4 = packet->family == LB_FAMILY_IPV4;
	struct icmp_header *icmp;

	if (packet->is_error || packet->fragment != FRAGMENT_NONE ||
	    !cursor_has(&frame, sizeof(struct ethhdr)))
		return 0;
	if (is_ipv4)
		icmp = answer_echo_ipv4(&cursor, packet);
	else
		icmp = answer_echo_ipv6(&cursor, packet);
	if (!icmp)
		return 0;
	answer_set_type(icmp, is_ipv4 ? ICMP_ECHO_REPLY : ICMPV6_ECHO_REPLY);
	answer_swap_macs(frame.at);
	return 1;
}

#endif
