/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * How a packet leaves for its first hop: as lb_ports has it, or, under egress = "fib", as the
 * kernel's routes do. Then the kernel is asked what it would do with the outer packet if that had
 * come in where the client's did and were to be routed on: it names the interface and the MACs of
 * the next hop, or says why not.
 *
 * The kernel goes by its rules and routes (outer addresses, DSCP, outer ports), by the MTU of route
 * and interface, and by the neighbours that it knows. It does not look for one that it does not
 * know, nor does it keep one fresh for what goes this way: lbd sees to that.
 */
#ifndef LB_EGRESS_H
#define LB_EGRESS_H

#include "encap.h"
#include "maps.h"

#define EGRESS_AF_INET	2 /* <sys/socket.h> is the C library's */
#define EGRESS_AF_INET6 10

#define EGRESS_MTU_BITS 16
#define EGRESS_MOST_MTU 0xffff

/* In a map, being too much for the stack. */
struct egress {
	struct lb_port port; /* what to write in front of the packet */
	__u32 room;	     /* how long the packet may be; 0: not limited here */
	__u32 action;	     /* XDP_TX, or XDP_REDIRECT to answer.ifindex */
	__u32 mtu;
	__u16 source_port; /* of the outer packet; set by the caller, as the next */
	__u16 is_ipip;
	struct bpf_fib_lookup question;
	struct bpf_fib_lookup answer;
};

/* As lb_ports says of the interface that the packet came in on. */
static __always_inline enum lb_verdict egress_by_port(const struct xdp_md *ctx,
						      const struct lb_settings *settings,
						      const struct hops *hops,
						      struct egress *egress)
{
	const struct lb_port *port = encap_port(ctx->ingress_ifindex);

	if (!port)
		return LB_DROP_NO_GATEWAY;
	egress->port = *port;
	egress->room = encap_room(settings, port, hops, egress->is_ipip);
	egress->action = XDP_TX;
	return LB_TX_FORWARDED;
}

static __always_inline void egress_question(const struct xdp_md *ctx,
					    const struct lb_settings *settings,
					    const struct packet *packet, const struct hops *hops,
					    struct egress *egress)
{
	const __u32 length = encap_overhead(hops, egress->is_ipip) + packet->length;
	const __u8 dscp = encap_traffic_class(settings, packet->traffic_class) & ~OUTER_ECN_MASK;
	struct bpf_fib_lookup *question = &egress->question;

	__builtin_memset(question, 0, sizeof(*question));
	if (egress->is_ipip) {
		question->l4_protocol = encap_inner_protocol(packet);
	} else {
		question->l4_protocol = IPPROTO_UDP;
		question->sport = bpf_htons(egress->source_port);
		question->dport = bpf_htons(lb_constants.gue_port);
	}
	question->tot_len = length < EGRESS_MOST_MTU ? length : EGRESS_MOST_MTU;
	question->ifindex = ctx->ingress_ifindex;
	if (hops->family == LB_FAMILY_IPV4) {
		question->family = EGRESS_AF_INET;
		question->tos = dscp;
		question->ipv4_src = settings->source_ip;
		question->ipv4_dst = *encap_first_hop(hops);
	} else {
		question->family = EGRESS_AF_INET6;
		question->flowinfo = bpf_htonl(dscp << 20);
		__builtin_memcpy(question->ipv6_src, settings->source_ip6,
				 sizeof(question->ipv6_src));
		__builtin_memcpy(question->ipv6_dst, encap_first_hop(hops),
				 sizeof(question->ipv6_dst));
	}
}

/* Asks the question for an outer packet of @length bytes. */
static __always_inline long egress_ask(struct xdp_md *ctx, struct egress *egress, __u32 length)
{
	egress->answer = egress->question;
	egress->answer.tot_len = length;
	return bpf_fib_lookup(ctx, &egress->answer, sizeof(egress->answer), 0);
}

/* Why the kernel would not send it on; 0: it would. */
static __always_inline enum lb_verdict egress_reason(long result)
{
	switch (result) {
	case BPF_FIB_LKUP_RET_SUCCESS:
		return LB_TX_FORWARDED;
	case BPF_FIB_LKUP_RET_NO_NEIGH:
		return LB_DROP_NO_NEIGHBOUR;
	case BPF_FIB_LKUP_RET_FWD_DISABLED:
		return LB_DROP_NO_FORWARDING;
	case BPF_FIB_LKUP_RET_UNSUPP_LWT:
		return LB_DROP_NO_EGRESS;
	case BPF_FIB_LKUP_RET_FRAG_NEEDED:
		return LB_DROP_TOO_BIG;
	default:
		return LB_DROP_NO_ROUTE;
	}
}

/* How long the outer packet might have been, which was too long. Linux before 5.12 does not say: it
 * leaves the length that it was asked for, and so is asked for others, bit by bit. */
static __noinline __u32 egress_mtu(struct xdp_md *ctx, struct egress *egress)
{
	const __u32 too_long = egress->question.tot_len;
	volatile __u32 *mtu = &egress->mtu; /* in memory, or the verifier would try each */

	if (egress->answer.mtu_result < too_long)
		return egress->answer.mtu_result;
	*mtu = 0;
	for (int bit = EGRESS_MTU_BITS - 1; bit >= 0; bit--) {
		const __u32 longer = *mtu | 1U << bit;

		if (longer < too_long &&
		    egress_ask(ctx, egress, longer) != BPF_FIB_LKUP_RET_FRAG_NEEDED)
			*mtu = longer;
	}
	return *mtu;
}

/* How long a packet to @hops may be where a route lets @mtu bytes through; 0 of either: not
 * limited here. */
static __always_inline __u32 egress_room(const struct lb_settings *settings,
					 const struct hops *hops, const struct egress *egress,
					 __u32 mtu)
{
	const struct lb_port route = {.mtu = mtu};

	return encap_room(settings, &route, hops, egress->is_ipip);
}

/* As the kernel's routes say. */
static __always_inline enum lb_verdict
egress_by_route(struct xdp_md *ctx, const struct lb_settings *settings, const struct packet *packet,
		const struct hops *hops, struct egress *egress)
{
	const struct bpf_fib_lookup *answer = &egress->answer;
	struct lb_port *port = &egress->port;
	enum lb_verdict reason;

	egress_question(ctx, settings, packet, hops, egress);
	reason = egress_reason(egress_ask(ctx, egress, egress->question.tot_len));
	if (reason == LB_DROP_TOO_BIG) {
		egress->room = egress_room(settings, hops, egress, egress_mtu(ctx, egress));
		return egress->room ? LB_TX_FORWARDED : reason;
	}
	if (reason)
		return reason;
	if (!encap_mac_known(answer->dmac)) /* Linux 5.10 names neighbours that it looks for yet */
		return LB_DROP_NO_NEIGHBOUR;
	__builtin_memcpy(port->mac, answer->smac, ETH_ALEN);
	__builtin_memcpy(port->gateway, answer->dmac, ETH_ALEN);
	__builtin_memcpy(port->gateway6, answer->dmac, ETH_ALEN);
	egress->room = egress_room(settings, hops, egress, 0);
	egress->action = answer->ifindex == ctx->ingress_ifindex ? XDP_TX : XDP_REDIRECT;
	return LB_TX_FORWARDED;
}

/* Finds the way of @packet. 0: @egress says how long it may be, and, if it is no longer, what to
 * write in front. Else why there is no way. */
static __noinline enum lb_verdict egress_find(struct xdp_md *ctx,
					      const struct lb_settings *settings,
					      const struct packet *packet, const struct hops *hops,
					      struct egress *egress)
{
	if (settings->flags & LB_SETTING_EGRESS_FIB)
		return egress_by_route(ctx, settings, packet, hops, egress);
	return egress_by_port(ctx, settings, hops, egress);
}

/* Gets a frame ready that leaves by another interface than it came in on: its tags stay behind,
 * being VLANs of the latter. 0, or why it cannot leave there. */
static __always_inline enum lb_verdict egress_redirect(struct xdp_md *ctx, struct packet *packet,
						       const struct egress *egress)
{
	if (bpf_redirect_map(&lb_egress, egress->answer.ifindex, XDP_DROP) != XDP_REDIRECT)
		return LB_DROP_NO_EGRESS;
	if (packet->tag_count && bpf_xdp_adjust_head(ctx, packet->tag_count * sizeof(struct tag)))
		return LB_DROP_NO_HEADROOM;
	packet->tag_count = 0;
	return LB_TX_FORWARDED;
}

#endif
