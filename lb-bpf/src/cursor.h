/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A place in a frame, and its end. Every read through it is checked against the end first. The end
 * is that of the frame's first buffer: headers are in there, of a jumbo frame the rest may not be.
 */
#ifndef LB_CURSOR_H
#define LB_CURSOR_H

#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>
#include "constants.h"

#define CURSOR_MAX_OFFSET 0x3fff /* all ones */

#define IPV4_MORE_FRAGMENTS  0x2000
#define IPV4_FRAGMENT_OFFSET 0x1fff

struct cursor {
	void *at;
	void *end;
};

/* A cursor on the first byte of the frame, the Ethernet header. */
static __always_inline struct cursor cursor_of(const struct xdp_md *ctx)
{
	struct cursor cursor = {
		.at = (void *)(long)ctx->data,
		.end = (void *)(long)ctx->data_end,
	};

	return cursor;
}

/* A cursor @offset bytes from the first. The verifier refuses packet pointers that may be further
 * than 65,535 bytes away, so no offset here is allowed beyond what a frame has. */
static __always_inline struct cursor cursor_at(const struct xdp_md *ctx, __u32 offset)
{
	struct cursor cursor = cursor_of(ctx);

	cursor.at += offset & CURSOR_MAX_OFFSET;
	return cursor;
}

/* Whether @bytes more bytes are there; the comparison is what the verifier wants to see. */
static __always_inline int cursor_has(const struct cursor *cursor, __u32 bytes)
{
	return cursor->at + bytes <= cursor->end;
}

/* Bytes from where the cursor stands to the end of what can be reached of the frame. */
static __always_inline __u32 cursor_left(const struct cursor *cursor)
{
	return cursor->end - cursor->at;
}

/* Bytes of the frame in @ctx that can be reached: its first buffer, nearly always all of it. */
static __always_inline __u32 frame_reach(const struct xdp_md *ctx)
{
	return ctx->data_end - ctx->data;
}

/* Length of the frame in @ctx, in bytes, Ethernet header included. Kernels that give no frames of
 * several buffers have no such call, and nobody to miss it. */
static __always_inline __u32 frame_length(struct xdp_md *ctx)
{
	return lb_constants.frags ? bpf_xdp_get_buff_len(ctx) : frame_reach(ctx);
}

#endif
