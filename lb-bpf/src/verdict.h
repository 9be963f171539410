/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The one way out of the director. A step that finds a reason not to forward returns that verdict;
 * 0 is LB_TX_FORWARDED, so that "no reason" and "forward" are the same word.
 */
#ifndef LB_VERDICT_H
#define LB_VERDICT_H

#include "counter.h"
#include "maps.h"

static __always_inline int verdict_action(enum lb_verdict reason)
{
	switch (reason) {
	case LB_TX_FORWARDED:
	case LB_TX_TOO_BIG:
	case LB_TX_ECHO:
		return XDP_TX;
	case LB_PASS_NOT_IP:
	case LB_PASS_NO_BIND:
	case LB_PASS_PROTOCOL:
	case LB_PASS_ICMP:
	case LB_PASS_ECHO:
	case LB_PASS_VLAN:
	case LB_PASS_OPTIONS:
	case LB_PASS_FRAGMENT:
	case LB_PASS_MALFORMED:
	case LB_PASS_UNCONFIGURED:
	case LB_PASS_QUOTE:
	case LB_PASS_NARROW:
		return XDP_PASS;
	default:
		return XDP_DROP;
	}
}

/* Counts a packet that came in with @length bytes, and says what the driver shall do with it. */
static __always_inline int verdict(enum lb_verdict reason, __u32 length)
{
	counter_add(&lb_verdicts, reason, length);
	return verdict_action(reason);
}

#endif
