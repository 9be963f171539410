/**
 * BPF objects, maps, programs and XDP links of the kernel, through libbpf. One closeable class per
 * kernel object; nothing here knows of load balancing. Of ours it sees only the C library and its
 * error numbers, of {@link io.lbdirector.os}.
 */
package io.lbdirector.bpf;
