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
	__u64 number = *(const volatile __u64 *)&lb_live.generation;

	if (!number)
		return LB_PASS_UNCONFIGURED;
	generation->slot = number & (LB_GENERATIONS - 1);
	generation->settings = &lb_live.settings[generation->slot];
	return LB_TX_FORWARDED;
}

/* Settings of @slot, for a later step of the packet that has read it. */
static __always_inline const struct lb_settings *generation_settings(__u32 slot)
{
	return &lb_live.settings[slot & (LB_GENERATIONS - 1)];
}

#endif
