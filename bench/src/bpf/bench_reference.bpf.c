// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * What director and backend are compared with: doing nothing (bench_stub), and the least that each
 * must do, which for a director is to make room in front and to write the outer headers, and for a
 * backend to take them off, or to address them anew. Whatever is written is constant; no lookup, no
 * hash, no socket, no counter.
 */
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/udp.h>
#include <bpf/bpf_helpers.h>
#include "lb_abi.h"

/* Eight bytes in the order of the wire, as one little-endian word. */
#define WIRE8(a, b, c, d, e, f, g, h)                                                            \
	((__u64)(a) | (__u64)(b) << 8 | (__u64)(c) << 16 | (__u64)(d) << 24 | (__u64)(e) << 32 | \
	 (__u64)(f) << 40 | (__u64)(g) << 48 | (__u64)(h) << 56)

#define FLOOR_HOP 4 /* the one hop behind the first */
#define FLOOR_OUTER \
	(sizeof(struct iphdr) + sizeof(struct udphdr) + sizeof(struct lb_gue) + FLOOR_HOP)

#define FLOOR6_HOP 16
#define FLOOR6_OUTER \
	(sizeof(struct ipv6hdr) + sizeof(struct udphdr) + sizeof(struct lb_gue) + FLOOR6_HOP)

_Static_assert(FLOOR6_OUTER == 72, "the words of bench_floor6 are 14 + 72 bytes");
_Static_assert(FLOOR_OUTER == 40, "the words below are 14 + 40 bytes");

SEC("xdp")
int bench_stub(struct xdp_md *ctx)
{
	(void)ctx;
	return XDP_TX;
}

/* With the lengths and the checksum of a 40-byte inner packet. */
SEC("xdp")
int bench_floor(struct xdp_md *ctx)
{
	void *end;
	__u64 *words;

	if (bpf_xdp_adjust_head(ctx, -(int)FLOOR_OUTER))
		return XDP_DROP;
	words = (void *)(long)ctx->data;
	end = (void *)(long)ctx->data_end;
	if ((void *)words + ETH_HLEN + FLOOR_OUTER > end)
		return XDP_DROP;

	/* Ethernet 02:..:01 <- 02:..:02, IPv4 10.0.0.2 -> 10.0.1.1, UDP 32768 -> 19523, GUE with
	 * hop 10.0.1.2 behind. */
	words[0] = WIRE8(0x02, 0x00, 0x00, 0x00, 0x00, 0x01, 0x02, 0x00);
	words[1] = WIRE8(0x00, 0x00, 0x00, 0x02, 0x08, 0x00, 0x45, 0x00);
	words[2] = WIRE8(0x00, 0x50, 0x00, 0x00, 0x40, 0x00, 0x40, 0x11);
	words[3] = WIRE8(0x25, 0x9b, 0x0a, 0x00, 0x00, 0x02, 0x0a, 0x00);
	words[4] = WIRE8(0x01, 0x01, 0x80, 0x00, 0x4c, 0x43, 0x00, 0x3c);
	words[5] = WIRE8(0x00, 0x00, 0x02, 0x04, 0x00, 0x00, 0x00, 0x00);
	*(__u32 *)(words + 6) = (__u32)WIRE8(0x00, 0x01, 0x0a, 0x00, 0, 0, 0, 0);
	*((__u16 *)(words + 6) + 2) = (__u16)WIRE8(0x01, 0x02, 0, 0, 0, 0, 0, 0);
	return XDP_TX;
}

/* The same over IPv6: 2001:db8:1::2 -> 2001:db8:2::1, hop 2001:db8:2::2. */
SEC("xdp")
int bench_floor6(struct xdp_md *ctx)
{
	void *end;
	__u64 *words;

	if (bpf_xdp_adjust_head(ctx, -(int)FLOOR6_OUTER))
		return XDP_DROP;
	words = (void *)(long)ctx->data;
	end = (void *)(long)ctx->data_end;
	if ((void *)words + ETH_HLEN + FLOOR6_OUTER > end)
		return XDP_DROP;

	words[0] = WIRE8(0x02, 0x00, 0x00, 0x00, 0x00, 0x01, 0x02, 0x00);
	words[1] = WIRE8(0x00, 0x00, 0x00, 0x02, 0x86, 0xdd, 0x60, 0x00);
	words[2] = WIRE8(0x00, 0x00, 0x00, 0x48, 0x11, 0x40, 0x20, 0x01);
	words[3] = WIRE8(0x0d, 0xb8, 0x00, 0x01, 0x00, 0x00, 0x00, 0x00);
	words[4] = WIRE8(0x00, 0x00, 0x00, 0x00, 0x00, 0x02, 0x20, 0x01);
	words[5] = WIRE8(0x0d, 0xb8, 0x00, 0x02, 0x00, 0x00, 0x00, 0x00);
	words[6] = WIRE8(0x00, 0x00, 0x00, 0x00, 0x00, 0x01, 0x80, 0x00);
	words[7] = WIRE8(0x4c, 0x43, 0x00, 0x48, 0x00, 0x00, 0x05, 0x04);
	words[8] = WIRE8(0x00, 0x00, 0x00, 0x01, 0x00, 0x01, 0x20, 0x01);
	words[9] = WIRE8(0x0d, 0xb8, 0x00, 0x02, 0x00, 0x00, 0x00, 0x00);
	*(__u32 *)(words + 10) = 0;
	*((__u16 *)(words + 10) + 2) = (__u16)WIRE8(0x00, 0x02, 0, 0, 0, 0, 0, 0);
	return XDP_TX;
}

/* A backend that keeps the packet: takes the outer headers off. */
SEC("xdp")
int bench_unwrap(struct xdp_md *ctx)
{
	void *frame = (void *)(long)ctx->data;
	void *end = (void *)(long)ctx->data_end;
	struct ethhdr eth;

	if (frame + 2 * sizeof(eth) + FLOOR_OUTER > end)
		return XDP_DROP;
	__builtin_memcpy(&eth, frame, sizeof(eth));
	__builtin_memcpy(frame + FLOOR_OUTER, &eth, sizeof(eth));
	return bpf_xdp_adjust_head(ctx, FLOOR_OUTER) ? XDP_DROP : XDP_PASS;
}

/* A backend that does not: to the hop in the GUE header, which is the first that is left. */
SEC("xdp")
int bench_relay(struct xdp_md *ctx)
{
	struct ethhdr *eth = (void *)(long)ctx->data;
	struct iphdr *ip = (void *)(eth + 1);
	struct lb_gue *gue = (void *)(ip + 1) + sizeof(struct udphdr);
	void *end = (void *)(long)ctx->data_end;
	__u8 router[ETH_ALEN];

	if ((void *)(gue + 1) + FLOOR_HOP > end)
		return XDP_DROP;
	__builtin_memcpy(router, eth->h_source, ETH_ALEN);
	__builtin_memcpy(eth->h_source, eth->h_dest, ETH_ALEN);
	__builtin_memcpy(eth->h_dest, router, ETH_ALEN);
	ip->check = 0x1234;
	ip->saddr = ip->daddr;
	ip->daddr = *(__be32 *)(gue + 1);
	gue->next_hop = 1;
	return XDP_TX;
}

char _license[] SEC("license") = "Dual BSD/GPL";
