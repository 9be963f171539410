package io.lbdirector.os;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HexFormat;

/** Writes what the kernel would send, field by field, in native order. */
final class NetlinkBytes {
  private final ByteBuffer bytes = ByteBuffer.allocate(4096).order(ByteOrder.nativeOrder());

  static NetlinkBytes begin() {
    return new NetlinkBytes();
  }

  NetlinkBytes u8(int... values) {
    for (int value : values) {
      bytes.put((byte) value);
    }
    return this;
  }

  NetlinkBytes u16(int value) {
    bytes.putShort((short) value);
    return this;
  }

  NetlinkBytes u32(int value) {
    bytes.putInt(value);
    return this;
  }

  /** An attribute with a value in hexadecimal digits, padded to 4 bytes. */
  NetlinkBytes attribute(int type, String hex) {
    byte[] value = HexFormat.of().parseHex(hex.replace(" ", ""));
    u16(4 + value.length).u16(type);
    bytes.put(value).position((bytes.position() + 3) & ~3);
    return this;
  }

  NetlinkBytes attribute(int type, int value) {
    return u16(8).u16(type).u32(value);
  }

  /** An attribute that holds what {@code nested} holds. */
  NetlinkBytes attribute(int type, NetlinkBytes nested) {
    ByteBuffer value = nested.build();
    u16(4 + value.remaining()).u16(type);
    bytes.put(value);
    return this;
  }

  ByteBuffer build() {
    return bytes.slice(0, bytes.position()).order(ByteOrder.nativeOrder());
  }
}
