package io.lbdirector.forwarding;

/**
 * What a packet is for: its destination, and what an exact entry of the VIP hash map equals.
 *
 * @param address destination address
 * @param protocolNumber IANA number: TCP, UDP, or ICMP(v6) for the echo requests to the address
 * @param port destination port, 1 to 65535; 0 for echo, and for fragments where ports decide
 *     nothing
 */
public record Vip(IpAddress address, int protocolNumber, int port) {
  private static final int ICMP = 1;
  private static final int ICMP6 = 58;

  /** Whether this is the entry of echo requests to the address. */
  public boolean isEcho() {
    return equals(echo(address));
  }

  /** Whether this is an entry beside those of binds, which an address has once for all of them. */
  public boolean isPortless() {
    return port == 0;
  }

  /** The entry that fragments of the same address and protocol find. */
  public Vip withoutPort() {
    return new Vip(address, protocolNumber, 0);
  }

  /** The entry that echo requests to {@code address} find. */
  public static Vip echo(IpAddress address) {
    return new Vip(address, address.isV4() ? ICMP : ICMP6, 0);
  }
}
