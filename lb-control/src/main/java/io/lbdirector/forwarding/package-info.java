/**
 * The model of what a director serves: addresses, binds, backends, and the rows of a forwarding
 * table. Pure and immutable; nothing here does I/O or knows of the kernel.
 */
package io.lbdirector.forwarding;
