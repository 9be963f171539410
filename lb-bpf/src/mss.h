/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Lowers the largest segment that a SYN says its sender can take. This is the one thing that the
 * director ever writes into a packet that is not its own.
 */
#ifndef LB_MSS_H
#define LB_MSS_H

#include <linux/bpf.h>
#include <linux/tcp.h>
#include <bpf/bpf_endian.h>
#include "csum.h"
#include "cursor.h"

#define MSS_END		0 /* options: no more */
#define MSS_NO_OPTION	1 /* one byte of nothing */
#define MSS_OPTION	2
#define MSS_LENGTH	4
#define MSS_MAX_OFFSET	0x3f /* all ones; the longest TCP header has 60 bytes */
#define MSS_MAX_OPTIONS 40   /* if each is a byte */

struct mss_option {
	__u8 kind;
	__u8 length;
	__be16 mss;
} __attribute__((packed));

/* 0: that cannot be, as an option has at least a kind and a length. */
static __always_inline __u32 mss_option_length(const struct mss_option *option)
{
	if (option->kind == MSS_NO_OPTION)
		return 1;
	return option->length < 2 ? 0 : option->length;
}

/* A word under a checksum counts with its bytes exchanged where it begins at an odd offset. */
static __always_inline __be16 mss_as_summed(__be16 mss, __u32 offset)
{
	return offset & 1 ? __builtin_bswap16(mss) : mss;
}

/* The option is @offset bytes behind the start of the header. */
static __always_inline void mss_lower(struct tcphdr *tcp, struct mss_option *option, __u32 offset,
				      __u32 mss)
{
	const __be16 before = option->mss;
	const __be16 after = bpf_htons(mss);

	if (bpf_ntohs(before) <= mss)
		return;
	option->mss = after;
	tcp->check = csum_replace(tcp->check, mss_as_summed(before, offset),
				  mss_as_summed(after, offset));
}

/* The TCP header is @syn bytes into the frame, and the IP packet ends at @end; 0 for @syn: there is
 * no SYN, for @mss: it may say what it likes. A global function of numbers: so the verifier walks
 * the options once. Always 0. */
__noinline int mss_clamp(struct xdp_md *ctx, __u32 syn, __u32 end, __u32 mss)
{
	struct cursor cursor = cursor_at(ctx, syn);
	struct tcphdr *tcp = cursor.at;
	__u32 length;
	__u32 left;

	if (!syn || !mss || !cursor_has(&cursor, sizeof(*tcp)))
		return 0;
	length = tcp->doff * 4;
	if (length < sizeof(*tcp) || syn + length > end)
		return 0;
	/* Counted down and masked, so that to the verifier all rounds look alike. */
	left = length - sizeof(*tcp);
	for (int i = 0; i < MSS_MAX_OPTIONS && left >= MSS_LENGTH; i++) {
		const __u32 at = (length - left) & MSS_MAX_OFFSET;
		struct mss_option *option = cursor.at + at;
		__u32 bytes;

		if ((void *)(option + 1) > cursor.end || option->kind == MSS_END)
			break;
		if (option->kind == MSS_OPTION && option->length == MSS_LENGTH) {
			mss_lower(tcp, option, at, mss);
			break;
		}
		bytes = mss_option_length(option);
		if (!bytes || bytes > left)
			break;
		left = (left - bytes) & MSS_MAX_OFFSET;
	}
	return 0;
}

#endif
