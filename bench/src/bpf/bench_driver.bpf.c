// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Stands between BPF_PROG_TEST_RUN and the program that is measured. A test-run does not put the
 * packet back between repeats, so a program that encapsulates would see its own output; here each
 * repeat finds the packet as it first came, but for the next flow's source address.
 *
 * The packet that user space hands in is grown already: @growth bytes stand in front of the frame.
 * So every repeat looks alike: check that the packet is grown by exactly @growth bytes, take them
 * off, write the Ethernet header anew, write the next source address, and jump to the program in
 * slot 0. The checksums of the inner packet are not kept: no director reads them.
 */
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#define BENCH_BATCH  16384 /* repeats from one look at the clock to the next */
#define BENCH_STAMPS 4096

/* Mirrored by io.lbdirector.bench.packet.Driver. The Ethernet header is three words in host order,
 * since a store each is all that restoring it shall cost. */
const volatile struct bench_settings {
	__u64 eth_0;
	__u32 eth_8;
	__u16 eth_12;
	__u16 frame_length; /* bytes, without what the program adds */
	__u32 growth;	    /* bytes that the program adds in front */
	__u32 source_at;    /* offset in the frame of the last four bytes of the source address */
	__u32 source_base;  /* of flow 0, host order */
	__u32 flow_mask;    /* number of flows less one; the number is a power of two */
	__u32 source_front; /* the four bytes in front of those at @source_at, as they stand */
	__u32 pad;
} bench_settings = {};

struct bench_state {
	__u64 repeats;	/* how often the driver ran */
	__u64 restored; /* how often it found the packet as long as it must be */
	__u64 flow;	/* goes on from one test-run to the next */
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__uint(map_flags, BPF_F_MMAPABLE);
	__type(key, __u32);
	__type(value, struct bench_state);
} bench_state SEC(".maps");

/* Nanoseconds of CLOCK_MONOTONIC at repeat 0, BENCH_BATCH, 2 * BENCH_BATCH, ... */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, BENCH_STAMPS);
	__uint(map_flags, BPF_F_MMAPABLE);
	__type(key, __u32);
	__type(value, __u64);
} bench_clock SEC(".maps");

/* One program for the life of the driver: with map and index constant the call is a direct jump. */
struct {
	__uint(type, BPF_MAP_TYPE_PROG_ARRAY);
	__uint(max_entries, 1);
	__uint(key_size, sizeof(__u32));
	__uint(value_size, sizeof(__u32));
} bench_slot SEC(".maps");

static __always_inline void stamp(__u64 repeat)
{
	__u32 index = repeat / BENCH_BATCH;
	__u64 *clock;

	if (repeat % BENCH_BATCH)
		return;
	clock = bpf_map_lookup_elem(&bench_clock, &index);
	if (clock)
		*clock = bpf_ktime_get_ns();
}

/* Whether the packet is as long as it must be; then it is a frame again, its Ethernet header void.
 */
static __always_inline int take_off(struct xdp_md *ctx)
{
	if (ctx->data_end - ctx->data != bench_settings.frame_length + bench_settings.growth)
		return 0;
	return !bench_settings.growth || !bpf_xdp_adjust_head(ctx, bench_settings.growth);
}

/* The last four bytes of the source address, and the four in front of them: a program that loads
 * eight bytes at once, as of IPv6 addresses, would wait for a store of only a part of them. Packets
 * from a network card are not written a moment before. */
static __always_inline int write_flow(struct xdp_md *ctx, __u64 flow)
{
	void *frame = (void *)(long)ctx->data;
	void *end = (void *)(long)ctx->data_end;
	__u64 *source = frame + bench_settings.source_at - sizeof(__u32);
	__u32 last;

	if (frame + ETH_HLEN > end || (void *)(source + 1) > end)
		return 0;
	*(__u64 *)frame = bench_settings.eth_0;
	*(__u32 *)(frame + 8) = bench_settings.eth_8;
	*(__u16 *)(frame + 12) = bench_settings.eth_12;
	last = bpf_htonl(bench_settings.source_base + (flow & bench_settings.flow_mask));
	*source = bench_settings.source_front | (__u64)last << 32;
	return 1;
}

SEC("xdp")
int bench_driver(struct xdp_md *ctx)
{
	__u32 zero = 0;
	struct bench_state *state = bpf_map_lookup_elem(&bench_state, &zero);

	if (!state)
		return XDP_ABORTED;
	stamp(state->repeats++);
	if (!take_off(ctx) || !write_flow(ctx, state->flow++))
		return XDP_ABORTED;
	state->restored++;
	bpf_tail_call(ctx, &bench_slot, 0);
	return XDP_ABORTED;
}

char _license[] SEC("license") = "Dual BSD/GPL";
