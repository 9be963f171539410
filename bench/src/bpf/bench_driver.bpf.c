// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Stands between BPF_PROG_TEST_RUN and the program that is measured. A test-run does not put the
 * packet back between repeats, so a program that encapsulates would see its own output; here each
 * repeat finds the packet as it first came, but for the next flow's source address.
 *
 * The packet that user space hands in is as the program leaves it: @growth bytes stand in front of
 * the frame, or are missing there. So every repeat looks alike: check that the packet is grown by
 * exactly @growth bytes, take them off, write anew what the program changes, write the addresses of
 * the next flow, and jump to the program in slot 0. The checksums of the inner packet are not kept:
 * neither director nor backend reads them.
 *
 * A program waits if it loads at once what two stores have put there a moment before, which packets
 * from a network card never make it do. So all is written as programs read it: the Ethernet header
 * as 8, 4 and 2 bytes, what follows in words that begin behind it, a pair of neighbouring addresses
 * as one word.
 */
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#define BENCH_BATCH  16384 /* repeats from one look at the clock to the next */
#define BENCH_STAMPS 4096

#define BENCH_OUTER_WORDS 5 /* outer IPv4 headers with one hop behind the first */
#define BENCH_PAIRS	  2

/* Eight bytes of the frame: two numbers that differ from flow to flow, in host order here. */
struct bench_pair {
	__u32 at;      /* offset in the frame; 0: there is none */
	__u32 base[2]; /* of flow 0 */
	__u32 mask[2]; /* how many numbers there are, less one; a power of two */
	__u32 pad;
};

/* Mirrored by io.lbdirector.bench.packet.DriverSettings. Words are as they stand in memory. */
const volatile struct bench_settings {
	__u64 eth_0;
	__u32 eth_8;
	__u16 eth_12;
	__u16 frame_length; /* bytes, without what the program adds */
	__s32 growth;	    /* bytes that the program adds in front, or takes off */
	__u32 outer_words;  /* words behind the Ethernet header that are written anew */
	__u64 outer[BENCH_OUTER_WORDS];
	struct bench_pair pairs[BENCH_PAIRS];
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

/* Whether the packet is as long as it must be; then it is as long as a frame again. */
static __always_inline int take_off(struct xdp_md *ctx)
{
	const __s32 length = ctx->data_end - ctx->data;

	if (length != bench_settings.frame_length + bench_settings.growth)
		return 0;
	return !bench_settings.growth || !bpf_xdp_adjust_head(ctx, bench_settings.growth);
}

/* What programs change, or take off. */
static __always_inline void write_front(void *frame)
{
	*(__u64 *)frame = bench_settings.eth_0;
	*(__u32 *)(frame + 8) = bench_settings.eth_8;
	*(__u16 *)(frame + 12) = bench_settings.eth_12;
#pragma unroll
	for (__u32 i = 0; i < BENCH_OUTER_WORDS; i++)
		if (i < bench_settings.outer_words)
			*(__u64 *)(frame + ETH_HLEN + 8 * i) = bench_settings.outer[i];
}

static __always_inline __u64 number_of(const volatile struct bench_pair *pair, int number,
				       __u64 flow)
{
	return bpf_htonl(pair->base[number] + (flow & pair->mask[number]));
}

static __always_inline int write_frame(struct xdp_md *ctx, __u64 flow)
{
	void *frame = (void *)(long)ctx->data;
	const void *end = (void *)(long)ctx->data_end;

	if (frame + ETH_HLEN + 8 * bench_settings.outer_words > end)
		return 0;
	write_front(frame);
#pragma unroll
	for (int i = 0; i < BENCH_PAIRS; i++) {
		const volatile struct bench_pair *pair = &bench_settings.pairs[i];

		if (!pair->at)
			continue;
		if (frame + pair->at + sizeof(__u64) > end)
			return 0;
		*(__u64 *)(frame + pair->at) = number_of(pair, 0, flow) | number_of(pair, 1, flow)
										  << 32;
	}
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
	if (!take_off(ctx) || !write_frame(ctx, state->flow++))
		return XDP_ABORTED;
	state->restored++;
	bpf_tail_call(ctx, &bench_slot, 0);
	return XDP_ABORTED;
}

char _license[] SEC("license") = "Dual BSD/GPL";
