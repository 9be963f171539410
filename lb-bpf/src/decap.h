/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Accepting a packet: congestion that was marked outside is marked inside (RFC 6040), and the outer
 * headers go. Moves the start of the frame: every pointer into it that was taken before is void.
 */
#ifndef LB_DECAP_H
#define LB_DECAP_H

#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>
#include "csum.h"
#include "cursor.h"
#include "inner.h"
#include "tunnel.h"

#define IPV6_ECN_CE 0x30 /* in the second byte of the header */

/* What stands in front of the protocol field: MACs, and the tags if there are any. */
struct decap_link {
	__u8 macs[2 * ETH_ALEN];
	__be32 tags[TUNNEL_MAX_TAGS];
};

/* Whether the outer mark can be kept: a flow that does not know marks has to lose the packet. */
static __always_inline int decap_ecn_is_lost(const struct tunnel *tunnel, const struct inner *inner)
{
	return tunnel->ecn == ECN_CE && inner->ecn == 0;
}

static __always_inline void decap_mark(struct cursor *cursor, const struct inner *inner)
{
	struct iphdr *ip = cursor->at;
	__u8 *ip6 = cursor->at;
	__be16 *first = cursor->at;
	__be16 before;

	if (!cursor_has(cursor, sizeof(*ip)))
		return;
	if (inner->family == LB_FAMILY_IPV6) {
		ip6[1] |= IPV6_ECN_CE;
		return;
	}
	before = *first;
	ip->tos |= ECN_CE;
	ip->check = csum_replace(ip->check, before, *first);
}

/* Puts the link header of the outer packet in front of the inner one, and moves behind it. @tags is
 * a constant wherever this is called: so the verifier knows every offset. */
static __always_inline int decap_write_link(struct cursor *cursor, const struct decap_link *link,
					    __u32 tags, __be16 protocol)
{
	const __u32 copied = sizeof(link->macs) + tags * sizeof(link->tags[0]);

	if (!cursor_has(cursor, copied + sizeof(protocol)))
		return 0;
	__builtin_memcpy(cursor->at, link, copied);
	*(__be16 *)(cursor->at + copied) = protocol;
	cursor->at += copied + sizeof(protocol);
	return 1;
}

/* @accepted, or MALFORMED where the verifier cannot know that the headers are there. */
static __always_inline enum lb_outcome decap_strip(struct xdp_md *ctx, const struct tunnel *tunnel,
						   const struct inner *inner,
						   enum lb_outcome accepted)
{
	const __be16 protocol =
		inner->family == LB_FAMILY_IPV4 ? bpf_htons(ETH_P_IP) : bpf_htons(ETH_P_IPV6);
	struct cursor cursor = cursor_of(ctx);
	struct decap_link link;
	int written = 0;

	if (!cursor_has(&cursor, sizeof(link)))
		return LB_OUTCOME_MALFORMED;
	__builtin_memcpy(&link, cursor.at, sizeof(link));
	if (bpf_xdp_adjust_head(ctx, tunnel->inner - tunnel->ip))
		return LB_OUTCOME_MALFORMED;

	cursor = cursor_of(ctx);
	switch ((tunnel->ip - sizeof(struct ethhdr)) / sizeof(link.tags[0])) {
	case 0:
		written = decap_write_link(&cursor, &link, 0, protocol);
		break;
	case 1:
		written = decap_write_link(&cursor, &link, 1, protocol);
		break;
	case 2:
		written = decap_write_link(&cursor, &link, 2, protocol);
		break;
	}
	if (!written)
		return LB_OUTCOME_MALFORMED;
	if (tunnel->ecn == ECN_CE)
		decap_mark(&cursor, inner);
	return accepted;
}

#endif
