package io.lbdirector.os;

import io.lbdirector.forwarding.IpAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * An address and port as the socket calls take and give them.
 *
 * <pre>
 * struct sockaddr_in
 * 0: family (u16) | 2: port (be16) | 4: address (4) | 8: zero | length 16
 *
 * struct sockaddr_in6
 * 0: family (u16) | 2: port (be16) | 4: flow label | 8: address (16) | 24: scope (u32) | length 28
 * </pre>
 */
final class SocketAddress {
  static final int MOST_BYTES = 28;

  private static final int LENGTH4 = 16;
  private static final int PORT = 2;
  private static final int ADDRESS4 = 4;
  private static final int ADDRESS6 = 8;

  private SocketAddress() {}

  /**
   * @param port 0 to 65535; 0 where the kernel is to choose, or where ports mean nothing
   */
  static byte[] encode(IpAddress address, int port) {
    boolean v4 = address.isV4();
    ByteBuffer bytes = Sys.nativeBuffer(v4 ? LENGTH4 : MOST_BYTES);
    bytes.putShort(0, (short) IpFamily.of(address).number());
    bytes.put(PORT, (byte) (port >> 8)).put(PORT + 1, (byte) port);
    bytes.put(v4 ? ADDRESS4 : ADDRESS6, address.toBytes());
    return bytes.array();
  }

  /** The address in what the kernel wrote. */
  static IpAddress address(byte[] bytes) {
    ByteBuffer buffer = ByteBuffer.wrap(bytes).order(ByteOrder.nativeOrder());
    boolean v4 = buffer.getShort(0) == IpFamily.V4.number();
    byte[] address = new byte[v4 ? 4 : 16];
    buffer.get(v4 ? ADDRESS4 : ADDRESS6, address);
    return IpAddress.of(address);
  }

  /** The port in what the kernel wrote. */
  static int port(byte[] bytes) {
    return Short.toUnsignedInt(ByteBuffer.wrap(bytes).getShort(PORT));
  }
}
