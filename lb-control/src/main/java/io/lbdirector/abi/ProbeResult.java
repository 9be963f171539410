package io.lbdirector.abi;

import java.util.Locale;

/**
 * What became of a packet of a marked socket. Mirrors {@code enum lb_probe_result} in lb_abi.h,
 * number for number: a result's number is its ordinal.
 */
public enum ProbeResult {
  SENT(true, "Encapsulated for the backend of its mark, and on its way."),
  NOT_IP(false, "Neither IPv4 nor IPv6 behind the Ethernet header: dropped."),
  TOO_LONG(false, "Longer than the interface's MTU, once encapsulated: dropped."),
  NO_ROOM(false, "The kernel makes no room for the outer headers: dropped.");

  private final boolean normal;
  private final String meaning;

  ProbeResult(boolean normal, String meaning) {
    this.normal = normal;
    this.meaning = meaning;
  }

  /** As in metrics: {@code too_long}. */
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
