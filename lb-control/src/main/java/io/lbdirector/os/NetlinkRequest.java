package io.lbdirector.os;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/** Builds one request: header, fixed part, attributes. */
final class NetlinkRequest {
  private static final int MOST_ATTRIBUTE_BYTES = 64;

  private final ByteBuffer bytes;
  private final int headerLength;

  /**
   * @param flags beside {@link NetlinkMessage#REQUEST}
   * @param headerLength bytes of the type's fixed part, a multiple of 4
   */
  NetlinkRequest(int type, int flags, int headerLength) {
    this.headerLength = headerLength;
    bytes = Sys.nativeBuffer(NetlinkMessage.HEADER_LENGTH + headerLength + MOST_ATTRIBUTE_BYTES);
    bytes.putShort(4, (short) type).putShort(6, (short) (flags | NetlinkMessage.REQUEST));
    bytes.position(NetlinkMessage.HEADER_LENGTH + headerLength);
  }

  /** The fixed part, zero until written to. */
  ByteBuffer header() {
    return bytes.slice(NetlinkMessage.HEADER_LENGTH, headerLength).order(ByteOrder.nativeOrder());
  }

  NetlinkRequest attribute(int type, byte[] value) {
    int length = NetlinkAttributes.HEADER_LENGTH + value.length;
    int end = bytes.position() + NetlinkMessage.align(length);
    bytes.putShort((short) length).putShort((short) type).put(value).position(end);
    return this;
  }

  NetlinkRequest attribute(int type, int value) {
    return attribute(type, Sys.nativeBuffer(Integer.BYTES).putInt(value).array());
  }

  /** The whole message. */
  byte[] toBytes(int sequence) {
    bytes.putInt(0, bytes.position()).putInt(8, sequence);
    return Arrays.copyOf(bytes.array(), bytes.position());
  }
}
