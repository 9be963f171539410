/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Control messages: a director asks what became of a VIP's packets here, and gets its question back
 * with the counters in it. No process runs on a backend, so the program answers by itself. The
 * message keeps its length: as many counters are written as the asker left room for. Swapping
 * addresses and ports leaves checksums as they are; every other word that changes is accounted for.
 */
#ifndef LB_CONTROL_H
#define LB_CONTROL_H

#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/udp.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>
#include "address.h"
#include "csum.h"
#include "cursor.h"
#include "hop.h"
#include "outcome.h"
#include "tunnel.h"

/* Writes @value to @word; @sum gathers what that does to a checksum over it (RFC 1624). */
static __always_inline void control_put(__be32 *word, __be32 value, __u64 *sum)
{
	*sum += (__u32) ~*word;
	*sum += value;
	*word = value;
}

static __always_inline void control_put_u64(__be32 words[2], __u64 value, __u64 *sum)
{
	control_put(&words[0], bpf_htonl(value >> 32), sum);
	control_put(&words[1], bpf_htonl(value), sum);
}

/* Writes up to @room counters at the cursor; returns how many. */
static __always_inline __u32 control_put_counters(struct cursor *cursor, __u32 room,
						  const struct lb_vip_outcomes *seen, __u64 *sum)
{
	__u32 written = 0;

#pragma unroll
	for (__u32 i = 0; i < LB_OUTCOMES; i++) {
		__be32 *words = cursor->at;

		if (i >= room || !cursor_has(cursor, sizeof(struct lb_control_counter)))
			break;
		control_put_u64(words, seen ? seen->outcomes[i].packets : 0, sum);
		control_put_u64(words + 2, seen ? seen->outcomes[i].bytes : 0, sum);
		cursor->at += sizeof(struct lb_control_counter);
		written = i + 1;
	}
	return written;
}

/* From whom it came it goes. */
static __always_inline void control_swap(struct udphdr *udp, struct cursor *ip,
					 const struct tunnel *tunnel)
{
	const __be16 port = udp->source;
	struct iphdr *ip4 = ip->at;
	struct ipv6hdr *ip6 = ip->at;

	udp->source = udp->dest;
	udp->dest = port;
	if (tunnel->family == LB_FAMILY_IPV6 && cursor_has(ip, sizeof(*ip6))) {
		__builtin_memcpy(&ip6->saddr, &tunnel->destination, sizeof(ip6->saddr));
		__builtin_memcpy(&ip6->daddr, &tunnel->source, sizeof(ip6->daddr));
	} else if (cursor_has(ip, sizeof(*ip4))) {
		ip4->saddr = tunnel->destination.words[3];
		ip4->daddr = tunnel->source.words[3];
	}
}

static __always_inline int control_is_question(const struct lb_control *control)
{
	return control->version_hlen == GUE_CONTROL && control->type == LB_CONTROL_ASK &&
	       !control->flags;
}

/* CONTROL: the frame is the answer; MALFORMED: it is no question. */
static __always_inline enum lb_outcome control_answer(struct xdp_md *ctx,
						      const struct tunnel *tunnel)
{
	struct cursor eth = cursor_of(ctx);
	struct cursor ip = cursor_at(ctx, tunnel->ip);
	struct cursor cursor = cursor_at(ctx, tunnel->udp);
	struct udphdr *udp = cursor.at;
	struct lb_control *control = (void *)(udp + 1);
	__u64 sum = 0;
	__u32 room;

	if (!cursor_has(&eth, sizeof(struct ethhdr)) ||
	    !cursor_has(&cursor, sizeof(*udp) + sizeof(*control)) ||
	    tunnel->udp_length < sizeof(*udp) + sizeof(*control) || !control_is_question(control))
		return LB_OUTCOME_MALFORMED;
	room = (tunnel->udp_length - sizeof(*udp) - sizeof(*control)) /
	       sizeof(struct lb_control_counter);

	cursor.at = control + 1;
	room = control_put_counters(&cursor, room, bpf_map_lookup_elem(&lb_vip_seen, control->vip),
				    &sum);
	control_put(&control->count, bpf_htonl(room), &sum);
	sum += (__u16)~bpf_htons(LB_CONTROL_ASK) + (__u32)bpf_htons(LB_CONTROL_ANSWER);
	control->type = LB_CONTROL_ANSWER;
	if (udp->check)
		udp->check = csum_fold(sum + (__u16)~udp->check) ?: 0xffff;
	control_swap(udp, &ip, tunnel);
	hop_swap_macs(eth.at);
	return LB_OUTCOME_CONTROL;
}

#endif
