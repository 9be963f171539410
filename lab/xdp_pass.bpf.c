// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Passes every frame. A veth delivers what its peer sends by XDP_TX only if it runs a program of
 * its own, so the lab's router carries this one on its ports to the director and to the backends.
 */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

SEC("xdp")
int lab_pass(struct xdp_md *ctx)
{
	(void)ctx;
	return XDP_PASS;
}

char _license[] SEC("license") = "Dual BSD/GPL";
