package io.lbdirector.abi;

import java.util.Locale;

/**
 * What became of a packet on the director. Mirrors {@code enum lb_verdict} in lb_abi.h, number for
 * number: a verdict's number is its ordinal.
 */
public enum Verdict {
  TX_FORWARDED(true, "Encapsulated and sent to its first hop."),
  PASS_NOT_IP(true, "Neither IPv4 nor IPv6, such as ARP: to the kernel."),
  PASS_NO_BIND(true, "No bind matches, so not ours: to the kernel."),
  PASS_PROTOCOL(true, "Neither TCP nor UDP nor ICMP: to the kernel."),
  PASS_ICMP(true, "ICMP but echo requests and errors, such as neighbour discovery: to the kernel."),
  PASS_ECHO(true, "Echo request to a VIP under icmp_echo = \"pass\": to the kernel."),
  PASS_VLAN(false, "More than two VLAN tags: to the kernel."),
  PASS_OPTIONS(false, "More than eight IPv6 extension headers: to the kernel."),
  PASS_FRAGMENT(false, "First fragment of an ICMP message that is no echo request: to the kernel."),
  PASS_MALFORMED(false, "Headers cut short or lengths that lie: to the kernel, which drops it."),
  PASS_UNCONFIGURED(false, "No generation published yet: to the kernel."),
  DROP_NO_TABLE(false, "Bind without a table: dropped. Never normal: report it."),
  DROP_NO_HOP(false, "Row without hops, every backend being inactive: dropped."),
  DROP_NO_BACKEND(
      false, "Row that names an empty backend index: dropped. Never normal: report it."),
  DROP_NO_SOURCE(false, "No outer source address of the backend's family: dropped."),
  DROP_NO_GATEWAY(false, "MAC of the gateway not known yet: dropped."),
  DROP_NO_HEADROOM(false, "No room in front of the frame for the outer headers: dropped."),
  DROP_TOO_LONG(false, "Longer than an IP packet can be, once encapsulated: dropped."),
  PASS_QUOTE(true, "ICMP error that quotes no flow of its destination: to the kernel."),
  DROP_FRAGMENT(true, "Fragment to a VIP that came without, or before, its first: dropped."),
  DROP_TOO_BIG(
      false, "Too big for the way to the backends, and not answered, as too many were: dropped."),
  TX_TOO_BIG(true, "Too big for the way to the backends: its sender was told so."),
  TX_ECHO(true, "Echo request to a VIP under icmp_echo = \"reply\": answered."),
  PASS_NARROW(
      false, "A router's word that a packet sent to a backend was too big for it: to the kernel."),
  DROP_NO_NEIGHBOUR(
      false, "egress = \"fib\": MAC of the route's next hop not known: dropped until it answers."),
  DROP_NO_ROUTE(
      false,
      "egress = \"fib\": the routing table leads nowhere from the backend's address: dropped."),
  DROP_NO_FORWARDING(
      false, "egress = \"fib\": forwarding is off on the interface that it came in on: dropped."),
  DROP_NO_EGRESS(
      false,
      "egress = \"fib\": its route leaves by an interface that XDP cannot send by: dropped.");

  private final boolean normal;
  private final String meaning;

  Verdict(boolean normal, String meaning) {
    this.normal = normal;
    this.meaning = meaning;
  }

  /** As in the API and in metrics: {@code tx_forwarded}. */
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
