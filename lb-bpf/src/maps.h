/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The maps of the director, as lb_abi.h describes them. The control plane fills them; the program
 * only reads, but for its counters and what it remembers of fragments.
 */
#ifndef LB_MAPS_H
#define LB_MAPS_H

#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
#include "lb_abi.h"

/* Globals in sections of their own are maps, too, each an array of one that is addressed directly:
 * no lookup, no check of its result. Not const: the compiler must not know what is in them. */
struct lb_live lb_live SEC(".data.lb_live");
struct lb_macs lb_macs[LB_MAX_PORTS] __attribute__((aligned(8))) SEC(".data.lb_macs");
struct lb_backend lb_backends[LB_MAX_BACKENDS] __attribute__((aligned(8))) SEC(".data.lb_backends");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, LB_MAX_PORTS);
	__uint(map_flags, BPF_F_NO_PREALLOC); /* else an entry could be rewritten under a reader */
	__type(key, __u32);
	__type(value, struct lb_port);
} lb_ports SEC(".maps");

/* Where egress = "fib" may send to; the kernel takes an interface out when it goes. */
struct {
	__uint(type, BPF_MAP_TYPE_DEVMAP_HASH);
	__uint(max_entries, LB_MAX_EGRESS);
	__type(key, __u32);
	__type(value, __u32);
} lb_egress SEC(".maps");

/* Inner maps are given by size: with __type, clang 14 leaves their BTF without a definition. The
 * kernel lets an inner HASH differ from this template in its number of entries. */
struct lb_vips4_inner {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1);
	__uint(key_size, sizeof(struct lb_vip4_key));
	__uint(value_size, sizeof(struct lb_vip));
};

struct lb_vips6_inner {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1);
	__uint(key_size, sizeof(struct lb_vip6_key));
	__uint(value_size, sizeof(struct lb_vip));
};

struct lb_servers_inner {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1);
	__uint(key_size, sizeof(struct lb_server_key));
	__uint(value_size, sizeof(__u32));
};

/* Tries likewise. */
struct lb_nets4_inner {
	__uint(type, BPF_MAP_TYPE_LPM_TRIE);
	__uint(max_entries, 1);
	__uint(map_flags, BPF_F_NO_PREALLOC); /* tries have no other way */
	__uint(key_size, sizeof(struct lb_net4_key));
	__uint(value_size, sizeof(struct lb_net));
};

struct lb_nets6_inner {
	__uint(type, BPF_MAP_TYPE_LPM_TRIE);
	__uint(max_entries, 1);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(key_size, sizeof(struct lb_net6_key));
	__uint(value_size, sizeof(struct lb_net));
};

struct lb_table_inner {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, LB_TABLE_ROWS);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(key_size, sizeof(__u32));
	__uint(value_size, sizeof(struct lb_row));
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS);
	__uint(max_entries, LB_GENERATIONS);
	__uint(key_size, sizeof(__u32));
	__array(values, struct lb_vips4_inner);
} lb_vips4 SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS);
	__uint(max_entries, LB_GENERATIONS);
	__uint(key_size, sizeof(__u32));
	__array(values, struct lb_vips6_inner);
} lb_vips6 SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, LB_BUCKET_SLOTS);
	__uint(map_flags, BPF_F_MMAPABLE);
	__type(key, __u32);
	__type(value, struct lb_bucket);
} lb_binds SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS);
	__uint(max_entries, LB_GENERATIONS);
	__uint(key_size, sizeof(__u32));
	__array(values, struct lb_servers_inner);
} lb_servers SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS);
	__uint(max_entries, LB_GENERATIONS);
	__uint(key_size, sizeof(__u32));
	__array(values, struct lb_nets4_inner);
} lb_nets4 SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS);
	__uint(max_entries, LB_GENERATIONS);
	__uint(key_size, sizeof(__u32));
	__array(values, struct lb_nets6_inner);
} lb_nets6 SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, LB_SPAN_SLOTS);
	__uint(map_flags, BPF_F_MMAPABLE);
	__type(key, __u32);
	__type(value, struct lb_span);
} lb_spans SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, LB_WIDE_SLOTS);
	__uint(map_flags, BPF_F_MMAPABLE);
	__type(key, __u32);
	__type(value, struct lb_wide_bind);
} lb_wide_binds SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, LB_GENERATIONS);
	__uint(map_flags, BPF_F_MMAPABLE);
	__type(key, __u32);
	__type(value, struct lb_wide_bits);
} lb_wide_bits SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS);
	__uint(max_entries, LB_TABLE_SLOTS);
	__uint(key_size, sizeof(__u32));
	__array(values, struct lb_table_inner);
} lb_tables SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, LB_MAX_COUNTERS);
	__type(key, __u32);
	__type(value, struct lb_counter);
} lb_verdicts SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, LB_MAX_VIP_STATS);
	__type(key, __u32);
	__type(value, struct lb_counter);
} lb_vip_stats SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, LB_MAX_BACKENDS);
	__type(key, __u32);
	__type(value, struct lb_counter);
} lb_be_stats SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, LB_MAX_FRAGMENTS);
	__type(key, struct lb_fragment_key);
	__type(value, struct lb_fragment);
} lb_fragments SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, LB_MAX_NARROW);
	__type(key, struct lb_address);
	__type(value, struct lb_narrow);
} lb_narrow SEC(".maps");

#endif
