package io.lbdirector.forwarding;

/** A transport protocol that a bind can name. */
public enum Protocol {
  TCP(6),
  UDP(17);

  private final int number;

  Protocol(int number) {
    this.number = number;
  }

  /** The IANA protocol number, as in the IP header. */
  public int number() {
    return number;
  }
}
