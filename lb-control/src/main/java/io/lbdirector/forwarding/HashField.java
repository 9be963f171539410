package io.lbdirector.forwarding;

/** A field of the packet that may enter the flow hash; they enter in the order declared here. */
public enum HashField {
  SRC_ADDR,
  DST_ADDR,
  SRC_PORT,
  DST_PORT
}
