/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Wraps a packet that this machine sends, for one backend and no further hop, in the headers that
 * the director would give it. Where the frame goes next is left as the kernel chose it. The result
 * is LB_PROBE_SENT, or why not; then the packet is not to leave.
 *
 * Headers are stored through helpers: direct writes would have the verifier copy every packet of
 * the interface before this program sees it. Nothing here points into the packet.
 *
 * Offloads: the kernel is told where the inner headers begin. So it finishes the checksum that a
 * socket left open, and cuts what a socket left long into pieces with outer headers each, smaller
 * by those (bpf_skb_net_grow in net/core/filter.c).
 */
#ifndef LB_PROBE_H
#define LB_PROBE_H

#include <stddef.h>
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/udp.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>
#include "lb_abi.h"
#include "outer.h"

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, LB_MAX_BACKENDS);
	__uint(map_flags, BPF_F_NO_PREALLOC); /* else an entry could be rewritten under a reader */
	__type(key, __u32);
	__type(value, struct lb_probe);
} lb_probes SEC(".maps");

struct probe_ipv4 {
	struct iphdr ip;
	struct udphdr udp;
	struct lb_gue gue;
};

struct probe_ipv6 {
	struct ipv6hdr ip;
	struct udphdr udp;
	struct lb_gue gue;
};

/* The packet as its socket sent it. */
struct probe_inner {
	__u32 length;	   /* of the IP packet */
	__u8 protocol;	   /* IPPROTO_IPIP or IPPROTO_IPV6 */
	__u8 ecn;	   /* all of its traffic class that goes outside */
	__u16 source_port; /* outer, the same for all packets of a connection */
};

static __always_inline enum lb_probe_result probe_look(struct __sk_buff *skb,
						       struct probe_inner *inner)
{
	__be16 first; /* IPv4: version, header length, TOS; IPv6: version, traffic class, ... */

	if (bpf_skb_load_bytes(skb, ETH_HLEN, &first, sizeof(first)))
		return LB_PROBE_NOT_IP;
	switch (skb->protocol) {
	case bpf_htons(ETH_P_IP):
		inner->protocol = IPPROTO_IPIP;
		inner->ecn = bpf_ntohs(first) & OUTER_ECN_MASK;
		break;
	case bpf_htons(ETH_P_IPV6):
		inner->protocol = IPPROTO_IPV6;
		inner->ecn = bpf_ntohs(first) >> 4 & OUTER_ECN_MASK;
		break;
	default:
		return LB_PROBE_NOT_IP;
	}
	inner->length = skb->len - ETH_HLEN;
	inner->source_port = outer_source_port(bpf_get_hash_recalc(skb));
	return LB_PROBE_SENT;
}

/* Makes room for @outer bytes behind the Ethernet header. A packet that the kernel will cut is not
 * too long: its pieces are made to fit. */
static __always_inline enum lb_probe_result
probe_open(struct __sk_buff *skb, const struct probe_inner *inner, __u32 outer, __u64 layer3)
{
	const __u64 flags = layer3 | BPF_F_ADJ_ROOM_ENCAP_L4_UDP;
	__u32 mtu = 0;

	if (inner->length + outer > OUTER_MAX_LENGTH || bpf_check_mtu(skb, 0, &mtu, outer, 0))
		return LB_PROBE_TOO_LONG;
	if (bpf_skb_adjust_room(skb, outer, BPF_ADJ_ROOM_MAC, flags))
		return LB_PROBE_NO_ROOM;
	return LB_PROBE_SENT;
}

static __always_inline enum lb_probe_result probe_store(struct __sk_buff *skb, __be16 protocol,
							const void *headers, __u32 length)
{
	if (bpf_skb_store_bytes(skb, offsetof(struct ethhdr, h_proto), &protocol, sizeof(protocol),
				0) ||
	    bpf_skb_store_bytes(skb, ETH_HLEN, headers, length, 0))
		return LB_PROBE_NO_ROOM;
	return LB_PROBE_SENT;
}

static __always_inline enum lb_probe_result probe_over_ipv4(struct __sk_buff *skb,
							    const struct lb_probe *probe,
							    const struct probe_inner *inner)
{
	struct probe_ipv4 headers = {};
	const __u32 udp = sizeof(headers.udp) + sizeof(headers.gue) + inner->length;
	enum lb_probe_result why;

	why = probe_open(skb, inner, sizeof(headers), BPF_F_ADJ_ROOM_ENCAP_L3_IPV4);
	if (why)
		return why;
	outer_write_ipv4(&headers.ip, *(const __be32 *)probe->source,
			 *(const __be32 *)probe->backend, inner->ecn, IPPROTO_UDP,
			 sizeof(headers.ip) + udp);
	outer_write_udp(&headers.udp, inner->source_port, udp);
	outer_write_gue(&headers.gue, inner->protocol, LB_FAMILY_IPV4, 0);
	return probe_store(skb, bpf_htons(ETH_P_IP), &headers, sizeof(headers));
}

static __always_inline enum lb_probe_result probe_over_ipv6(struct __sk_buff *skb,
							    const struct lb_probe *probe,
							    const struct probe_inner *inner)
{
	struct probe_ipv6 headers = {};
	const __u32 udp = sizeof(headers.udp) + sizeof(headers.gue) + inner->length;
	enum lb_probe_result why;

	why = probe_open(skb, inner, sizeof(headers), BPF_F_ADJ_ROOM_ENCAP_L3_IPV6);
	if (why)
		return why;
	outer_write_ipv6(&headers.ip, (const __be32 *)probe->source, (const __be32 *)probe->backend,
			 inner->ecn, IPPROTO_UDP, udp);
	outer_write_udp(&headers.udp, inner->source_port, udp);
	outer_write_gue(&headers.gue, inner->protocol, LB_FAMILY_IPV6, 0);
	return probe_store(skb, bpf_htons(ETH_P_IPV6), &headers, sizeof(headers));
}

static __always_inline enum lb_probe_result probe_wrap(struct __sk_buff *skb,
						       const struct lb_probe *probe)
{
	struct probe_inner inner;
	enum lb_probe_result why = probe_look(skb, &inner);

	if (why)
		return why;
	if (probe->family == LB_FAMILY_IPV4)
		return probe_over_ipv4(skb, probe, &inner);
	return probe_over_ipv6(skb, probe, &inner);
}

#endif
