/**
 * The network level of the tests: real processes, real XDP on veth, real traffic, in a network of
 * namespaces that {@code lab/lab} lays out. Needs root, and what docs/lab.md names.
 */
package io.lbdirector.lab;
