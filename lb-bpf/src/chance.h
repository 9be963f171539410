/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Second chance: does this backend keep the packet, or does the next hop get it? What begins a
 * connection, and what a socket here knows, is kept; a stranger goes on while there is a hop that
 * is not this backend itself. The only truth about connections is the kernel's socket table.
 *
 * Neither frame nor cursor is touched. The result is never LB_OUTCOME_UNDECIDED.
 */
#ifndef LB_CHANCE_H
#define LB_CHANCE_H

#include <linux/bpf.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/tcp.h>
#include <bpf/bpf_helpers.h>
#include "address.h"
#include "cursor.h"
#include "hop.h"
#include "inner.h"
#include "tunnel.h"

/* Whether @listener gave out the cookie that this segment brings back. */
static __always_inline int chance_has_cookie(const struct xdp_md *ctx, struct bpf_sock *listener,
					     const struct tunnel *tunnel, const struct inner *inner)
{
	struct cursor ip = cursor_at(ctx, tunnel->inner);
	struct cursor tcp = cursor_at(ctx, inner->tcp);

	if (inner->kind != INNER_TCP || !cursor_has(&tcp, sizeof(struct tcphdr)))
		return 0;
	if (inner->family == LB_FAMILY_IPV4)
		return cursor_has(&ip, sizeof(struct iphdr)) &&
		       !bpf_tcp_check_syncookie(listener, ip.at, sizeof(struct iphdr), tcp.at,
						sizeof(struct tcphdr));
	return cursor_has(&ip, sizeof(struct ipv6hdr)) &&
	       !bpf_tcp_check_syncookie(listener, ip.at, sizeof(struct ipv6hdr), tcp.at,
					sizeof(struct tcphdr));
}

/* The connection as the socket table of this network namespace names it: remote end first. Returns
 * how many bytes of @tuple count. */
static __always_inline __u32 chance_tuple(const struct inner *inner, struct bpf_sock_tuple *tuple)
{
	if (inner->family == LB_FAMILY_IPV4) {
		tuple->ipv4.saddr = inner->client.words[3];
		tuple->ipv4.daddr = inner->vip.words[3];
		tuple->ipv4.sport = inner->client_port;
		tuple->ipv4.dport = inner->vip_port;
		return sizeof(tuple->ipv4);
	}
	__builtin_memcpy(tuple->ipv6.saddr, &inner->client, sizeof(tuple->ipv6.saddr));
	__builtin_memcpy(tuple->ipv6.daddr, &inner->vip, sizeof(tuple->ipv6.daddr));
	tuple->ipv6.sport = inner->client_port;
	tuple->ipv6.dport = inner->vip_port;
	return sizeof(tuple->ipv6);
}

/* KNOWN, COOKIE, or UNDECIDED if no socket here has to do with the packet. */
static __always_inline enum lb_outcome
chance_ask_sockets(struct xdp_md *ctx, const struct tunnel *tunnel, const struct inner *inner)
{
	struct bpf_sock_tuple tuple = {};
	struct bpf_sock *socket;
	enum lb_outcome what = LB_OUTCOME_UNDECIDED;

	if (chance_tuple(inner, &tuple) == sizeof(tuple.ipv4))
		socket =
			bpf_skc_lookup_tcp(ctx, &tuple, sizeof(tuple.ipv4), BPF_F_CURRENT_NETNS, 0);
	else
		socket =
			bpf_skc_lookup_tcp(ctx, &tuple, sizeof(tuple.ipv6), BPF_F_CURRENT_NETNS, 0);
	if (!socket)
		return LB_OUTCOME_UNDECIDED;
	if (socket->state != BPF_TCP_LISTEN)
		what = LB_OUTCOME_KNOWN; /* established, half open, or in time-wait */
	else if (chance_has_cookie(ctx, socket, tunnel, inner))
		what = LB_OUTCOME_COOKIE;
	bpf_sk_release(socket);
	return what;
}

/* What becomes of the packet; of a packet to forward, @next is where to. */
static __always_inline enum lb_outcome chance_decide(struct xdp_md *ctx, struct tunnel *tunnel,
						     const struct inner *inner, union address *next)
{
	enum lb_outcome what;

	if (inner->kind == INNER_STATELESS)
		return LB_OUTCOME_STATELESS;
	if (inner->kind == INNER_SYN)
		return LB_OUTCOME_SYN;
	what = chance_ask_sockets(ctx, tunnel, inner);
	return what ? what : hop_choose(ctx, tunnel, next);
}

#endif
