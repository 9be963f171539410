// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The director's own packets to its backends: what a socket with a mark of lb_probes sends is
 * wrapped as the director wraps its clients' packets, for the backend that the mark stands for. So
 * a health check goes the way of the traffic. All other packets pass untouched.
 *
 * At the egress of the director's interfaces. A marked packet never leaves in the plain: a check
 * must not succeed by another way.
 */
#include <linux/bpf.h>
#include <linux/pkt_cls.h>
#include <bpf/bpf_helpers.h>
#include "counter.h"
#include "probe.h"

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, LB_MAX_COUNTERS);
	__type(key, __u32);
	__type(value, struct lb_counter);
} lb_probe_seen SEC(".maps");

SEC("tc")
int lb_probe(struct __sk_buff *skb)
{
	const __u32 length = skb->len;
	const __u32 mark = skb->mark;
	const struct lb_probe *probe;
	enum lb_probe_result result;

	if (!mark)
		return TC_ACT_UNSPEC; /* most packets: on to the next program */
	probe = bpf_map_lookup_elem(&lb_probes, &mark);
	if (!probe)
		return TC_ACT_UNSPEC;

	result = probe_wrap(skb, probe);
	counter_add(&lb_probe_seen, result, length);
	if (result)
		return TC_ACT_SHOT;
	skb->mark = 0; /* once is enough, where interfaces are stacked */
	return TC_ACT_UNSPEC;
}

/* Keeps in BTF what no map definition names, so that AbiLayoutTest finds it there. */
const struct lb_abi_types {
	struct lb_gue gue;
	enum lb_probe_result result;
} *const lb_abi_types = NULL;

char _license[] SEC("license") = "Dual BSD/GPL";
