/**
 * Packets for tests: built field by field from named actors, and the model of what a director makes
 * of them, written from the wire format and not from the program.
 */
package io.lbdirector.packet;
