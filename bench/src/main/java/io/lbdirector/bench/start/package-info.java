/** How long the daemon takes to its first packet, and what it takes of memory. */
package io.lbdirector.bench.start;
