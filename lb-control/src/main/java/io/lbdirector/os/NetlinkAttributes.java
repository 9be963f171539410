package io.lbdirector.os;

import io.lbdirector.forwarding.IpAddress;
import io.lbdirector.forwarding.MacAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * The attributes that follow a message's fixed part; of repeated ones the last counts.
 *
 * <pre> struct rtattr  0: length (u16) | 2: type (u16) | 4: value | aligned to 4 </pre>
 */
final class NetlinkAttributes {
  static final int HEADER_LENGTH = 4;

  /** Without the flags "nested" and "network byte order". */
  private static final int TYPE_MASK = 0x3fff;

  private final Map<Integer, ByteBuffer> values = new HashMap<>();

  private NetlinkAttributes() {}

  /**
   * @param buffer native order; read from {@code from} to its limit
   * @throws IllegalArgumentException if a length in it does not fit
   */
  static NetlinkAttributes parse(ByteBuffer buffer, int from) {
    NetlinkAttributes attributes = new NetlinkAttributes();
    int at = from;
    while (buffer.limit() - at >= HEADER_LENGTH) {
      int length = Short.toUnsignedInt(buffer.getShort(at));
      if (length < HEADER_LENGTH || length > buffer.limit() - at) {
        throw new IllegalArgumentException(
            "netlink attribute of " + length + " bytes at " + at + " of " + buffer.limit());
      }
      int type = Short.toUnsignedInt(buffer.getShort(at + 2)) & TYPE_MASK;
      attributes.values.put(type, slice(buffer, at + HEADER_LENGTH, length - HEADER_LENGTH));
      at += NetlinkMessage.align(length);
    }
    return attributes;
  }

  /** The raw value, native order, position 0; do not move its position. */
  Optional<ByteBuffer> value(int type) {
    return Optional.ofNullable(values.get(type));
  }

  OptionalInt integer(int type) {
    ByteBuffer value = values.get(type);
    return value != null && value.remaining() >= Integer.BYTES
        ? OptionalInt.of(value.getInt(0))
        : OptionalInt.empty();
  }

  /** Text up to its zero byte; empty text if there is no such attribute. */
  String text(int type) {
    byte[] bytes = bytes(type, 0);
    int end = bytes.length > 0 && bytes[bytes.length - 1] == 0 ? bytes.length - 1 : bytes.length;
    return new String(bytes, 0, end, StandardCharsets.UTF_8);
  }

  Optional<MacAddress> mac(int type) {
    byte[] bytes = bytes(type, 0);
    return bytes.length == MacAddress.LENGTH ? Optional.of(MacAddress.of(bytes)) : Optional.empty();
  }

  Optional<IpAddress> address(int type) {
    return address(type, 0);
  }

  /** An address that begins {@code offset} bytes into the value. */
  Optional<IpAddress> address(int type, int offset) {
    byte[] bytes = bytes(type, offset);
    return bytes.length == 4 || bytes.length == 16
        ? Optional.of(IpAddress.of(bytes))
        : Optional.empty();
  }

  private byte[] bytes(int type, int offset) {
    ByteBuffer value = values.get(type);
    if (value == null || value.remaining() <= offset) {
      return new byte[0];
    }
    byte[] bytes = new byte[value.remaining() - offset];
    value.get(offset, bytes);
    return bytes;
  }

  private static ByteBuffer slice(ByteBuffer buffer, int at, int length) {
    return buffer.slice(at, length).order(ByteOrder.nativeOrder());
  }
}
