/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Which generation is live. It is read once for a packet and handed down, so that a packet sees the
 * old generation or the new one, never some of each.
 */
#ifndef LB_GENERATION_H
#define LB_GENERATION_H

#include "maps.h"

struct generation {
	const struct lb_settings *settings;
	__u32 slot; /* in lb_vips4 and lb_vips6 */
};

/* 0, or LB_PASS_UNCONFIGURED while nothing has been published. */
static __always_inline enum lb_verdict generation_read(struct generation *generation)
{
	__u32 zero = 0;
	const struct lb_live *live = bpf_map_lookup_elem(&lb_live, &zero);
	__u64 number;

	if (!live)
		return LB_PASS_UNCONFIGURED;
	number = *(const volatile __u64 *)&live->generation;
	if (!number)
		return LB_PASS_UNCONFIGURED;
	generation->slot = number & (LB_GENERATIONS - 1);
	generation->settings = &live->settings[generation->slot];
	return LB_TX_FORWARDED;
}

/* Settings of @slot, for a later step of the packet that has read it; NULL never. */
static __always_inline const struct lb_settings *generation_settings(__u32 slot)
{
	__u32 zero = 0;
	const struct lb_live *live = bpf_map_lookup_elem(&lb_live, &zero);

	return live ? &live->settings[slot & (LB_GENERATIONS - 1)] : NULL;
}

#endif
