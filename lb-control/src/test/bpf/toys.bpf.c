// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Small programs that the tests of io.lbdirector.bpf load: one for each thing to be seen working. */
#include <linux/bpf.h>
#include <linux/pkt_cls.h>
#include <bpf/bpf_helpers.h>

struct toy_counter {
	__u64 packets;
	__u64 bytes;
};

/* Constants, at offset 0 of .rodata. */
struct toy_settings {
	__u32 verdict;
	__u32 step; /* how much toy_count adds for a packet */
};

const volatile struct toy_settings toy_settings = { .verdict = XDP_PASS, .step = 1 };

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 8);
	__type(key, __u32);
	__type(value, struct toy_counter);
} toy_counts SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 16);
	__type(key, __u32);
	__type(value, __u64);
} toy_hash SEC(".maps");

/* Its inner maps are like the template that user space names. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS);
	__uint(max_entries, 4);
	__uint(key_size, sizeof(__u32));
	__uint(value_size, sizeof(__u32));
} toy_tables SEC(".maps");

/* Counts under the packet's first byte, modulo 8. */
SEC("xdp")
int toy_count(struct xdp_md *ctx)
{
	void *data = (void *)(long)ctx->data;
	void *end = (void *)(long)ctx->data_end;

	if (data + 1 > end)
		return XDP_ABORTED;
	__u32 index = *(__u8 *)data & 7;
	struct toy_counter *counter = bpf_map_lookup_elem(&toy_counts, &index);

	if (!counter)
		return XDP_ABORTED;
	counter->packets += toy_settings.step;
	counter->bytes += end - data;
	return toy_settings.verdict;
}

/* The same, of what an interface sends. */
SEC("tc")
int toy_sent(struct __sk_buff *skb)
{
	void *data = (void *)(long)skb->data;
	void *end = (void *)(long)skb->data_end;

	if (data + 1 > end)
		return TC_ACT_SHOT;
	__u32 index = *(__u8 *)data & 7;
	struct toy_counter *counter = bpf_map_lookup_elem(&toy_counts, &index);

	if (!counter)
		return TC_ACT_SHOT;
	counter->packets += toy_settings.step;
	counter->bytes += skb->len;
	return TC_ACT_UNSPEC;
}

/* Says which interface the packet came from. */
SEC("xdp")
int toy_ingress(struct xdp_md *ctx)
{
	return ctx->ingress_ifindex;
}

/* Puts eight bytes of 0xaa in front of the packet. */
SEC("xdp")
int toy_grow(struct xdp_md *ctx)
{
	if (bpf_xdp_adjust_head(ctx, -8))
		return XDP_ABORTED;
	void *data = (void *)(long)ctx->data;

	if (data + 8 > (void *)(long)ctx->data_end)
		return XDP_ABORTED;
	*(__u64 *)data = 0xaaaaaaaaaaaaaaaa;
	return XDP_TX;
}

/* Answers with the first value of the table in slot 1; 99 if there is none. */
SEC("xdp")
int toy_table(struct xdp_md *ctx)
{
	__u32 slot = 1, row = 0;
	void *table = bpf_map_lookup_elem(&toy_tables, &slot);

	if (!table)
		return 99;
	__u64 *value = bpf_map_lookup_elem(table, &row);

	return value ? (int)*value : 99;
}

char _license[] SEC("license") = "Dual BSD/GPL";
