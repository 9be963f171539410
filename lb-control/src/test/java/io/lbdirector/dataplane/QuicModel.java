package io.lbdirector.dataplane;

import java.nio.ByteBuffer;
import java.util.Optional;

/** The server id in a QUIC packet, by RFC 8999 and the draft on QUIC load balancers. */
final class QuicModel {
  private static final int SHORTEST_ID = 3;

  private QuicModel() {}

  /**
   * @param datagram UDP header and all behind it in the IP packet
   * @return 0 to 65535; empty if there is none, or the id says that it has none
   */
  static Optional<Integer> serverId(byte[] datagram) {
    int length = ByteBuffer.wrap(datagram).getShort(4) & 0xffff;
    if (length <= 8 || length > datagram.length) {
      return Optional.empty();
    }
    ByteBuffer payload = ByteBuffer.wrap(datagram, 8, length - 8).slice();
    return connectionId(payload)
        .filter(id -> id.get(0) >> 5 != -1)
        .map(id -> id.getShort(1) & 0xffff);
  }

  private static Optional<ByteBuffer> connectionId(ByteBuffer packet) {
    boolean isLong = packet.get() < 0;
    int length = packet.remaining();
    if (isLong) {
      if (packet.remaining() < 5 || packet.getInt() == 0) {
        return Optional.empty();
      }
      length = packet.get() & 0xff;
    }
    return length < SHORTEST_ID || length > packet.remaining()
        ? Optional.empty()
        : Optional.of(packet.slice());
  }
}
