package io.lbdirector.lab;

import io.lbdirector.forwarding.IpAddress;
import io.lbdirector.forwarding.MacAddress;
import io.lbdirector.os.Interfaces;
import io.lbdirector.os.RawFrameSocket;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A client without a kernel, which would answer by itself. Its addresses are nobody's: the router
 * sends what is for them to client1, where packet sockets see it and the kernel drops it.
 */
final class HandMadeClient {
  private static final IpAddress IPV4 = IpAddress.parse("198.51.100.77");
  private static final IpAddress IPV6 = IpAddress.parse("2001:db8:51:1::77");
  private static final Pattern MAC = Pattern.compile("link/ether (\\S+)");

  private final Lab.Host host;
  private final MacAddress mac;
  private final MacAddress routerMac;
  private int lastSourcePort = 20_000;

  private HandMadeClient(Lab.Host host, MacAddress mac, MacAddress routerMac) {
    this.host = host;
    this.mac = mac;
    this.routerMac = routerMac;
  }

  /** Has the router know it; one in a lab. */
  static HandMadeClient in(Lab lab) {
    Lab.Host machine = lab.client1();
    route(lab, IPV4 + "/32", machine, machine.ipv4());
    route(lab, IPV6 + "/128", machine, machine.ipv6());
    return new HandMadeClient(
        new Lab.Host("client made by hand", machine.namespace(), IPV4, IPV6),
        mac(lab, machine.name(), "eth0"),
        mac(lab, "router", machine.name()));
  }

  private static void route(Lab lab, String to, Lab.Host machine, IpAddress via) {
    lab.exec("router", "ip", "route", "add", to, "via", via.toString(), "dev", machine.name());
  }

  static MacAddress mac(Lab lab, String host, String device) {
    Matcher found = MAC.matcher(lab.exec(host, "ip", "link", "show", "dev", device));
    if (!found.find()) {
      throw new AssertionError(device + " of " + host + " has no MAC");
    }
    return MacAddress.tryParse(found.group(1)).orElseThrow();
  }

  /** A connection of which nothing is sent yet, with a source port of its own. */
  Connection connection(IpAddress vip, OpenPort port) {
    return new Connection(host, ++lastSourcePort, vip, port.number());
  }

  /** The same, one that is wanted. */
  Connection connection(IpAddress vip, OpenPort port, Predicate<Connection> wanted) {
    Connection connection = connection(vip, port);
    while (!wanted.test(connection)) {
      connection = connection(vip, port);
    }
    return connection;
  }

  /**
   * Opens it as far as the SYN-ACK.
   *
   * @param firstNumber initial sequence number
   */
  HandMadeConnection openHalf(Connection connection, int firstNumber) throws Exception {
    RawFrameSocket socket =
        host.namespace().call(() -> RawFrameSocket.open(Interfaces.index("eth0")));
    HandMadeConnection opened =
        new HandMadeConnection(connection, firstNumber, mac, routerMac, socket);
    try {
      opened.openHalf();
      return opened;
    } catch (RuntimeException | Error e) {
      opened.close();
      throw e;
    }
  }

  /** Opens it. */
  HandMadeConnection open(Connection connection, int firstNumber) throws Exception {
    HandMadeConnection opened = openHalf(connection, firstNumber);
    opened.acknowledge();
    return opened;
  }
}
