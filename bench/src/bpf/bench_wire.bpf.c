// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The ends of a path that frames take through network namespaces: who sends them, who counts them,
 * and what stands in the director's place.
 *
 * wire_send runs by BPF_PROG_TEST_RUN with BPF_F_TEST_XDP_LIVE_FRAMES. The kernel hands it frames
 * that have been on their way before, so it writes every byte of each.
 */
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/udp.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>
#include "lb_abi.h"

#define FRAME_LENGTH 54 /* Ethernet, IPv4, TCP without payload */
#define FRAME_WORDS  6	/* of 64 bits; six bytes follow */
#define IP_CHECK     24
#define IP_SOURCE    26
#define TCP_CHECK    50

#define GUE_HOP	   4 /* one hop behind the first */
#define GUE_OUTER  (sizeof(struct iphdr) + sizeof(struct udphdr) + sizeof(struct lb_gue) + GUE_HOP)
#define GUE_WORDS  2 /* hlen: private data, one hop; version 0, no control message */
#define PLAIN_IPV4 0x45

_Static_assert(GUE_OUTER == 40, "what the director puts in front for two hops");

/* Mirrored by io.lbdirector.bench.wire.SynFrame. Sums are of 16-bit words as they stand in memory,
 * without the source address. */
const volatile struct wire_settings {
	__u64 words[FRAME_WORDS]; /* of the frame, source address and checksums being 0 */
	__u32 word_48;
	__u16 word_52;
	__u16 pad;
	__u32 ip_sum;
	__u32 tcp_sum;
	__u32 source_base; /* of flow 0, host order */
	__u32 flow_mask;   /* number of flows less one; the number is a power of two */
	__u32 vip;	   /* destination address, as it stands on the wire */
	__u32 ifindex;	   /* where wire_send sends to */
} wire_settings = {};

enum wire_counter {
	WIRE_SENT,
	WIRE_GUE,   /* came in well-formed, encapsulated */
	WIRE_PLAIN, /* came in well-formed, as it was sent */
	WIRE_OTHER, /* came in as anything else */
	WIRE_COUNTERS,
};

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, WIRE_COUNTERS);
	__type(key, __u32);
	__type(value, __u64);
} wire_count SEC(".maps");

static __always_inline __u64 count(__u32 counter)
{
	__u64 *value = bpf_map_lookup_elem(&wire_count, &counter);

	return value ? (*value)++ : 0;
}

static __always_inline __u16 fold(__u32 sum)
{
	sum = (sum & 0xffff) + (sum >> 16);
	return (sum & 0xffff) + (sum >> 16);
}

SEC("xdp")
int wire_send(struct xdp_md *ctx)
{
	void *frame = (void *)(long)ctx->data;
	__u32 source, halves;

	if (frame + FRAME_LENGTH > (void *)(long)ctx->data_end)
		return XDP_ABORTED;
	source =
		bpf_htonl(wire_settings.source_base + (count(WIRE_SENT) & wire_settings.flow_mask));
	halves = (source & 0xffff) + (source >> 16);
#pragma unroll
	for (int i = 0; i < FRAME_WORDS; i++)
		*(__u64 *)(frame + 8 * i) = wire_settings.words[i];
	*(__u32 *)(frame + 48) = wire_settings.word_48;
	*(__u16 *)(frame + 52) = wire_settings.word_52;
	*(__u32 *)(frame + IP_SOURCE) = source;
	*(__u16 *)(frame + IP_CHECK) = ~fold(wire_settings.ip_sum + halves);
	*(__u16 *)(frame + TCP_CHECK) = ~fold(wire_settings.tcp_sum + halves);
	return bpf_redirect(wire_settings.ifindex, 0);
}

/* In the director's place: back to where the frame came from, as it is. */
SEC("xdp")
int wire_stub(struct xdp_md *ctx)
{
	struct ethhdr *eth = (void *)(long)ctx->data;
	__u8 source[ETH_ALEN];

	if ((void *)(eth + 1) > (void *)(long)ctx->data_end)
		return XDP_DROP;
	__builtin_memcpy(source, eth->h_source, ETH_ALEN);
	__builtin_memcpy(eth->h_source, eth->h_dest, ETH_ALEN);
	__builtin_memcpy(eth->h_dest, source, ETH_ALEN);
	return XDP_TX;
}

/* A veth takes frames that its peer sends by XDP only if it runs a program itself. */
SEC("xdp")
int wire_pass(struct xdp_md *ctx)
{
	(void)ctx;
	return XDP_PASS;
}

/* Whether the header's checksum is right; without options. */
static __always_inline int sums_up(const void *ip)
{
	__u64 sum = 0;

#pragma unroll
	for (int i = 0; i < (int)sizeof(struct iphdr); i += 4)
		sum += *(const __u32 *)(ip + i);
	sum = (sum & 0xffffffff) + (sum >> 32);
	return fold((sum & 0xffff) + (sum >> 16)) == 0xffff;
}

static __always_inline int is_sent_packet(const struct iphdr *ip, const void *end)
{
	return (void *)ip + FRAME_LENGTH - ETH_HLEN == end && *(__u8 *)ip == PLAIN_IPV4 &&
	       ip->tot_len == bpf_htons(FRAME_LENGTH - ETH_HLEN) && ip->protocol == IPPROTO_TCP &&
	       ip->daddr == wire_settings.vip &&
	       !((bpf_ntohl(ip->saddr) ^ wire_settings.source_base) & ~wire_settings.flow_mask) &&
	       sums_up(ip);
}

static __always_inline int is_gue(const struct iphdr *ip)
{
	const struct udphdr *udp = (const void *)(ip + 1);
	const struct lb_gue *gue = (const void *)(udp + 1);
	const __u16 length = FRAME_LENGTH - ETH_HLEN + GUE_OUTER;

	return *(__u8 *)ip == PLAIN_IPV4 && ip->tot_len == bpf_htons(length) &&
	       ip->protocol == IPPROTO_UDP && sums_up(ip) && udp->dest == bpf_htons(LB_GUE_PORT) &&
	       udp->len == bpf_htons(length - sizeof(*ip)) && gue->version_hlen == GUE_WORDS &&
	       gue->protocol == IPPROTO_IPIP && gue->hop_count == 1;
}

static __always_inline enum wire_counter came_as(struct xdp_md *ctx)
{
	const void *end = (void *)(long)ctx->data_end;
	const struct ethhdr *eth = (void *)(long)ctx->data;
	const struct iphdr *ip = (const void *)(eth + 1);

	if ((void *)eth + FRAME_LENGTH > end || eth->h_proto != bpf_htons(ETH_P_IP))
		return WIRE_OTHER;
	if (is_sent_packet(ip, end))
		return WIRE_PLAIN;
	if ((void *)eth + FRAME_LENGTH + GUE_OUTER > end)
		return WIRE_OTHER;
	return is_gue(ip) && is_sent_packet((void *)ip + GUE_OUTER, end) ? WIRE_GUE : WIRE_OTHER;
}

SEC("xdp")
int wire_sink(struct xdp_md *ctx)
{
	count(came_as(ctx));
	return XDP_DROP;
}

char _license[] SEC("license") = "Dual BSD/GPL";
