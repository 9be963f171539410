package io.lbdirector.forwarding;

/**
 * What identifies a packet's flow, as the director sees it.
 *
 * @param source client address
 * @param destination VIP, of the same family
 * @param protocolNumber IANA number
 * @param sourcePort 0 to 65535; 0 where the packet has none (echo)
 * @param destinationPort 0 to 65535; 0 where the packet has none
 */
public record Flow(
    IpAddress source,
    IpAddress destination,
    int protocolNumber,
    int sourcePort,
    int destinationPort) {
  public static Flow tcp(IpAddress source, int sourcePort, IpAddress vip, int port) {
    return new Flow(source, vip, Protocol.TCP.number(), sourcePort, port);
  }

  public static Flow udp(IpAddress source, int sourcePort, IpAddress vip, int port) {
    return new Flow(source, vip, Protocol.UDP.number(), sourcePort, port);
  }
}
