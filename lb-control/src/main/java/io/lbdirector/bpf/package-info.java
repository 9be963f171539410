/**
 * BPF objects, maps, programs and XDP links of the kernel, through libbpf. One closeable class per
 * kernel object; nothing here knows of load balancing.
 */
package io.lbdirector.bpf;
