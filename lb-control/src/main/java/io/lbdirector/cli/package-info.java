/**
 * {@code lbctl}, the operator's hand: parses a command, asks the daemon over its admin socket,
 * prints the answer, and exits with a code. It loads neither Netty, nor jnr-ffi, nor anything of
 * the daemon, because its start-up is what a person waits for.
 */
package io.lbdirector.cli;
