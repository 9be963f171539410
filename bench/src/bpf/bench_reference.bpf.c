// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * What the director is compared with: doing nothing (bench_stub), and the least that a director
 * must do (bench_floor), which is to make room in front and to write the outer headers.
 */
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/ip.h>
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

_Static_assert(FLOOR_OUTER == 40, "the words below are 14 + 40 bytes");

SEC("xdp")
int bench_stub(struct xdp_md *ctx)
{
	(void)ctx;
	return XDP_TX;
}

/* Constant headers, with the lengths and the checksum of a 40-byte inner packet; no lookup, no
 * hash, no counter. */
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

char _license[] SEC("license") = "Dual BSD/GPL";
