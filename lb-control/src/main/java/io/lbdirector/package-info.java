/** {@code lbd}: the commands of the daemon, and the one place that wires its parts together. */
package io.lbdirector;
