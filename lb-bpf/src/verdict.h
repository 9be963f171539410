/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The one way out of the director. A step that finds a reason not to forward returns that verdict;
 * 0 is LB_TX_FORWARDED, so that "no reason" and "forward" are the same word.
 */
#ifndef LB_VERDICT_H
#define LB_VERDICT_H

#include "counter.h"
#include "maps.h"

/* Counts a packet that came in with @length bytes, and says what the driver shall do with it. */
static __always_inline int verdict(enum lb_verdict reason, __u32 length)
{
	counter_add(&lb_verdicts, reason, length);

	if (reason == LB_TX_FORWARDED)
		return XDP_TX;
	return reason < LB_DROP_NO_TABLE ? XDP_PASS : XDP_DROP;
}

#endif
