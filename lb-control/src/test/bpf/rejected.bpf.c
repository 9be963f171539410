// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Two programs, of which the verifier must reject the second: it reads the packet unchecked. */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

SEC("xdp")
int toy_good(struct xdp_md *ctx)
{
	return XDP_PASS;
}

SEC("xdp")
int toy_bad(struct xdp_md *ctx)
{
	return *(__u8 *)(long)ctx->data;
}

char _license[] SEC("license") = "Dual BSD/GPL";
