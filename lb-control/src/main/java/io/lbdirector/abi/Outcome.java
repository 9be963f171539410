package io.lbdirector.abi;

import java.util.Locale;

/**
 * What became of a packet on the backend. Mirrors {@code enum lb_outcome} in lb_abi.h, number for
 * number: an outcome's number is its ordinal.
 */
public enum Outcome {
  UNDECIDED(false, "Not an outcome, and never counted."),
  PASSED(true, "No tunnel packet: to the kernel, untouched."),
  SYN(true, "Begins a connection: accepted."),
  KNOWN(true, "A socket here knows its connection: accepted."),
  COOKIE(true, "Brings back a SYN cookie of a listener here: accepted."),
  STATELESS(true, "Not TCP, or a fragment: accepted by the first hop."),
  LAST_RESORT(true, "Unknown, but no hop is left: accepted. Normal in small numbers."),
  TO_SELF(false, "Unknown, and all hops left are this backend itself: accepted."),
  FORWARDED(true, "Unknown: sent to the next hop. Normal while a backend drains."),
  CONTROL(true, "Question for counters: answered."),
  MALFORMED(false, "Tunnel packet cut short, or with lengths that lie: dropped."),
  REFUSED_SOURCE(false, "Sender is not in --allow-from: dropped."),
  REFUSED_VIP(false, "For a VIP that is not in --vip: dropped."),
  REFUSED_ECN(
      false, "Marked as having met congestion, inside a flow without marks (RFC 6040): dropped.");

  private final boolean normal;
  private final String meaning;

  Outcome(boolean normal, String meaning) {
    this.normal = normal;
    this.meaning = meaning;
  }

  /** As in the output of commands: {@code last_resort}. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** Whether a count above zero is part of ordinary work. */
  public boolean isNormal() {
    return normal;
  }

  /** One sentence for operators. */
  public String meaning() {
    return meaning;
  }
}
