package io.lbdirector.packet;

import io.lbdirector.forwarding.IpAddress;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * Datagrams shaped like QUIC (RFC 8999), with connection ids as draft-ietf-quic-load-balancers
 * makes them without a key: first octet, server id of two bytes, nonce. What is protected in them
 * is not filled in.
 */
public final class QuicFrames {
  public static final int PORT = 443;
  public static final int VERSION_1 = 1;

  /** Config rotation 0, and the length of what follows. */
  private static final int FIRST_OCTET = 0x07;

  private static final byte[] NONCE = {(byte) 0x9c, 0x69, (byte) 0xc2, 0x75, 0x5a};
  private static final int SHORT = 0x43;
  private static final int INITIAL = 0xc3;
  private static final int REST = 40;

  private QuicFrames() {}

  /** An id of eight bytes that names a server. */
  public static byte[] id(int serverId) {
    return id(FIRST_OCTET, serverId);
  }

  /**
   * The same.
   *
   * @param first config rotation in the high three bits
   */
  public static byte[] id(int first, int serverId) {
    return ByteBuffer.allocate(3 + NONCE.length)
        .put((byte) first)
        .putShort((short) serverId)
        .put(NONCE)
        .array();
  }

  /** A short header in front of {@code id}, which begins at once; then {@code rest} more bytes. */
  public static byte[] shortHeader(byte[] id, int rest) {
    return ByteBuffer.allocate(1 + id.length + rest).put((byte) SHORT).put(id).array();
  }

  /** An Initial, or a packet of another version that looks alike: its own id, then the client's. */
  public static byte[] longHeader(int version, byte[] id) {
    ByteBuffer packet = ByteBuffer.allocate(1 + 4 + 1 + id.length + 1 + REST);
    packet.put((byte) INITIAL).putInt(version).put((byte) id.length).put(id).put((byte) 0);
    return packet.array();
  }

  /** A datagram with a short header, to the port of QUIC. */
  public static Frame shortHeader(IpAddress source, int sourcePort, IpAddress vip, int serverId) {
    return Frame.udp(source, sourcePort, vip, PORT, shortHeader(id(serverId), REST));
  }

  /** A datagram with a long header, to the port of QUIC. */
  public static Frame longHeader(IpAddress source, int sourcePort, IpAddress vip, int serverId) {
    return Frame.udp(source, sourcePort, vip, PORT, longHeader(VERSION_1, id(serverId)));
  }

  /** The first bytes of a payload. */
  public static byte[] cut(byte[] payload, int bytes) {
    return Arrays.copyOf(payload, bytes);
  }
}
