package io.lbdirector.lab;

import io.lbdirector.forwarding.IpAddress;
import io.lbdirector.packet.Actors;
import io.lbdirector.packet.Frame;
import io.lbdirector.packet.OuterModel;
import java.util.Arrays;

/**
 * What a router says to a VIP of packets that are too big for the way to a client (RFC 1191, RFC
 * 8201). The lab's own router says it too soon for a test, so it is made to hold its tongue, and
 * such errors are made by hand of what a backend sends, and sent to the director from the router.
 */
final class TooBigErrors implements AutoCloseable {
  private static final int LEAST_TCP = 8; // that is quoted: ports and sequence number
  private static final int MOST_QUOTED = 500;

  private final Connection connection;
  private final boolean v4;
  private final int tcp; // offset in the IP packet
  private final WireTap fromOwner;
  private final WireTap toDirector;

  /** Hears what {@code owner} sends, from now on. */
  TooBigErrors(Lab lab, Connection connection, Lab.Host owner) throws Exception {
    this.connection = connection;
    v4 = connection.vip().isV4();
    tcp = v4 ? 20 : 40;
    silenceRouter(lab, connection.vip());
    fromOwner = WireTap.on(lab, owner);
    toDirector = WireTap.on(lab, lab.director());
  }

  /** What the router itself has to say to the VIP goes nowhere; what it forwards does. */
  private static void silenceRouter(Lab lab, IpAddress vip) {
    lab.exec(
        "router",
        "ip",
        vip.isV4() ? "-4" : "-6",
        "rule",
        "add",
        "iif",
        "lo",
        "to",
        vip.toString(),
        "blackhole");
  }

  /** Waits for a packet of the connection that is longer than {@code mtu}; returns the error. */
  byte[] await(int mtu) {
    byte[] frame = fromOwner.await(f -> isTooBig(f, mtu));
    return error(frame, mtu, MOST_QUOTED);
  }

  /** The same with the least that a router may quote (RFC 792): eight bytes behind IP. */
  byte[] awaitAndCut(int mtu) {
    byte[] frame = fromOwner.await(f -> isTooBig(f, mtu));
    return error(frame, mtu, tcp + LEAST_TCP);
  }

  private byte[] error(byte[] frame, int mtu, int bytes) {
    int from = Frame.ETHERNET_LENGTH;
    byte[] quoted = Arrays.copyOfRange(frame, from, from + bytes);
    IpAddress router = v4 ? Actors.ROUTER : Actors.ROUTER6;
    return Frame.icmpError(router, connection.vip(), v4 ? 3 : 2, v4 ? 4 : 0, mtu, quoted).toBytes();
  }

  private boolean isTooBig(byte[] frame, int mtu) {
    int ip = Frame.ETHERNET_LENGTH;
    return frame.length > ip + mtu
        && frame[ip] >> 4 == (v4 ? 4 : 6)
        && frame[ip + (v4 ? 9 : 6)] == Frame.TCP
        && OuterModel.shortAt(frame, ip + tcp) == connection.port()
        && OuterModel.shortAt(frame, ip + tcp + 2) == connection.sourcePort();
  }

  /** Sends it to the director. */
  void send(byte[] error) {
    toDirector.send(error);
  }

  @Override
  public void close() {
    toDirector.close();
    fromOwner.close();
  }
}
