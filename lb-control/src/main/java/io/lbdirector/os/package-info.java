/**
 * What the kernel gives beside BPF: links, addresses, neighbours and routes over netlink, what
 * drivers tell, network namespaces, raw frames, locks, signals and word to systemd. Knows nothing
 * of load balancing; of ours it sees only the address types of {@link io.lbdirector.forwarding}.
 */
package io.lbdirector.os;
