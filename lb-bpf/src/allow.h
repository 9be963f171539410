/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Who may send here, and for which VIPs. A backend that took tunnel packets from anybody would let
 * anybody put packets behind its firewall, and would relay them. So as loaded nobody may: whoever
 * attaches the program fills lb_allow.
 */
#ifndef LB_ALLOW_H
#define LB_ALLOW_H

#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
#include "address.h"
#include "lb_abi.h"

#define ALLOW_ALL_BITS 128

struct {
	__uint(type, BPF_MAP_TYPE_LPM_TRIE);
	__uint(max_entries, LB_MAX_ALLOW);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, struct lb_prefix);
	__type(value, __u32);
} lb_allow SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, LB_MAX_VIPS_SEEN);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, struct lb_address);
	__type(value, __u32);
} lb_vip_list SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct lb_be_config);
} lb_be_config SEC(".maps");

static __always_inline int allow_source(const union address *source)
{
	struct lb_prefix prefix = {.length = ALLOW_ALL_BITS};

	__builtin_memcpy(prefix.address, source, sizeof(prefix.address));
	return !!bpf_map_lookup_elem(&lb_allow, &prefix);
}

static __always_inline int allow_vip(const union address *vip)
{
	__u32 zero = 0;
	const struct lb_be_config *config = bpf_map_lookup_elem(&lb_be_config, &zero);

	if (!config || !(config->flags & LB_BACKEND_ONLY_LISTED_VIPS))
		return 1;
	return !!bpf_map_lookup_elem(&lb_vip_list, &vip->key);
}

#endif
