/** Nanoseconds a packet costs in the director's program, by way of a driver program. */
package io.lbdirector.bench.packet;
