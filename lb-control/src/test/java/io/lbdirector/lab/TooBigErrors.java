package io.lbdirector.lab;

import io.lbdirector.os.Interfaces;
import io.lbdirector.os.RawFrameSocket;
import io.lbdirector.packet.Frame;
import io.lbdirector.packet.GueModel;
import io.lbdirector.packet.OuterModel;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;

/**
 * What the router says to a VIP of packets that are too big for the way to a client (RFC 1191, RFC
 * 8201): the frames as they arrive at the director, and their way on to the backends. Directors
 * hand such errors to their own kernel as yet; this does their part.
 */
final class TooBigErrors implements AutoCloseable {
  private static final int MACS = 12;
  private static final int ICMP_HEADER = 8;
  private static final int ICMP_CHECKSUM = 2;
  private static final int ICMP_MTU = 6; // the low half of it in ICMPv6
  private static final int TYPE_AND_CODE4 = 0x0304;
  private static final int TYPE_AND_CODE6 = 0x0200;
  private static final int LEAST_TCP = 8; // that is quoted: ports and sequence number
  private static final int OUTER_SOURCE_PORT = 0x8001;

  private final Connection connection;
  private final boolean v4;
  private final int icmp; // offsets in the frame
  private final int quoted;
  private final int quotedTcp;
  private final RawFrameSocket wire;

  /** Hears the errors about one connection, from now on. */
  TooBigErrors(Lab lab, Connection connection) throws Exception {
    this.connection = connection;
    v4 = connection.vip().isV4();
    icmp = Frame.ETHERNET_LENGTH + (v4 ? 20 : 40);
    quoted = icmp + ICMP_HEADER;
    quotedTcp = quoted + (v4 ? 20 : 40);
    wire = lab.director().namespace().call(() -> RawFrameSocket.open(Interfaces.index("eth0")));
  }

  /** Waits for one that says {@code mtu}. */
  byte[] await(int mtu) {
    while (true) {
      byte[] frame =
          wire.receive(Await.LIMIT)
              .orElseThrow(() -> new AssertionError("no error came about " + connection));
      if (isError(frame) && OuterModel.shortAt(frame, icmp + ICMP_MTU) == mtu) {
        return frame;
      }
    }
  }

  private boolean isError(byte[] frame) {
    return frame.length >= quotedTcp + LEAST_TCP
        && frame[Frame.ETHERNET_LENGTH] >> 4 == (v4 ? 4 : 6)
        && frame[Frame.ETHERNET_LENGTH + (v4 ? 9 : 6)] == (v4 ? Frame.ICMP : Frame.ICMP6)
        && OuterModel.shortAt(frame, icmp) == (v4 ? TYPE_AND_CODE4 : TYPE_AND_CODE6)
        && OuterModel.shortAt(frame, quotedTcp) == connection.port()
        && OuterModel.shortAt(frame, quotedTcp + 2) == connection.sourcePort();
  }

  /** The IPv4 error with the least that a router may quote (RFC 792): eight bytes behind IP. */
  byte[] cut(byte[] error) {
    byte[] frame = Arrays.copyOf(error, quotedTcp + LEAST_TCP);
    ByteBuffer fields = ByteBuffer.wrap(frame);
    fields.putShort(Frame.ETHERNET_LENGTH + 2, (short) (frame.length - Frame.ETHERNET_LENGTH));
    OuterModel.setIpv4Checksum(frame, Frame.ETHERNET_LENGTH);
    fields.putShort(icmp + ICMP_CHECKSUM, (short) 0);
    byte[] message = Arrays.copyOfRange(frame, icmp, frame.length);
    fields.putShort(icmp + ICMP_CHECKSUM, Frame.checksum(message));
    return frame;
  }

  /** Sends it on through a row, back by way of the router. */
  void send(byte[] error, List<Lab.Host> row) {
    byte[] frame =
        GueModel.encapsulate(
            error,
            error.length - Frame.ETHERNET_LENGTH,
            row.stream().map(Lab.Host::ipv4).toList(),
            OUTER_SOURCE_PORT,
            0);
    System.arraycopy(error, 0, frame, MACS / 2, MACS / 2);
    System.arraycopy(error, MACS / 2, frame, 0, MACS / 2);
    wire.send(frame);
  }

  @Override
  public void close() {
    wire.close();
  }
}
