/**
 * Packets and connections through a lab of network namespaces, end to end: the director's way
 * beside the same way without it.
 */
package io.lbdirector.bench.wire;
