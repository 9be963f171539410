package io.lbdirector.doctor;

import io.lbdirector.os.IpFamily;

/** What outer headers cost, in bytes, and what that asks of the way to the backends. */
final class Mtu {
  /** Of the networks that clients come from; few have more. */
  static final int OF_CLIENTS = 1500;

  static final int USUAL_HOPS = 2;

  private static final int IPV4_HEADER = 20;
  private static final int IPV6_HEADER = 40;
  private static final int TCP_HEADER = 20;
  private static final int UDP_HEADER = 8;

  /** GUE's header, and its private data without hops. */
  private static final int GUE_HEADER = 4 + 4;

  private Mtu() {}

  /**
   * Of GUE.
   *
   * @param family of the backends
   * @param hops of a row, the first included
   */
  static int overhead(IpFamily family, int hops) {
    return ipipOverhead(family)
        + UDP_HEADER
        + GUE_HEADER
        + (hops - 1) * (family == IpFamily.V4 ? 4 : 16);
  }

  /**
   * @param family of the backends
   */
  static int ipipOverhead(IpFamily family) {
    return family == IpFamily.V4 ? IPV4_HEADER : IPV6_HEADER;
  }

  /** MTU that lets through whatever clients send. */
  static int needed(int overhead) {
    return OF_CLIENTS + overhead;
  }

  /** Largest TCP segment that {@code mtu} lets through, with a client's packets of a family. */
  static int segment(int mtu, int overhead, IpFamily client) {
    return mtu - overhead - (client == IpFamily.V4 ? IPV4_HEADER : IPV6_HEADER) - TCP_HEADER;
  }
}
