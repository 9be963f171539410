/**
 * What the kernel gives beside BPF: links, neighbours and routes over netlink, network namespaces,
 * raw frames, locks, signals and word to systemd. Knows nothing of load balancing; of ours it sees
 * only the address types of {@link io.lbdirector.forwarding}.
 */
package io.lbdirector.os;
