/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A place in an IP packet whose end is known: what lies behind that end in the frame is padding,
 * and not to be read. */
#ifndef LB_REST_H
#define LB_REST_H

#include "cursor.h"

/* What is left of an IP packet: from the cursor to the offset @end in the frame. */
struct rest {
	struct cursor cursor;
	const void *frame;
	__u64 end;
};

/* Where the cursor stands in the frame. The barrier keeps the compiler from subtracting halves of
 * pointers, which the verifier refuses. */
static __always_inline __u64 rest_offset(const struct rest *rest)
{
	__u64 offset = rest->cursor.at - rest->frame;

	barrier_var(offset);
	return offset;
}

static __always_inline int rest_has(const struct rest *rest, __u32 bytes)
{
	return cursor_has(&rest->cursor, bytes) && rest_offset(rest) + bytes <= rest->end;
}

/* Counted from the start of the frame and masked anew, the place looks to the verifier the same
 * whatever came before it: so it need not follow every way to get there. */
static __always_inline void rest_skip(struct rest *rest, __u32 bytes)
{
	const __u64 offset = rest_offset(rest) + bytes;

	rest->cursor.at = (void *)rest->frame + (offset & CURSOR_MAX_OFFSET);
}

/* The IP packet at the cursor has @length bytes; 0: the frame has fewer. */
static __always_inline int rest_ends_after(struct rest *rest, __u32 length)
{
	const __u64 end = rest_offset(rest) + length;

	if (end > rest->end)
		return 0;
	rest->end = end;
	return 1;
}

#endif
