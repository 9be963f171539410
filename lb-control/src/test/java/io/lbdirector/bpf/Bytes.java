package io.lbdirector.bpf;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Numbers as bytes in the machine's order, as maps hold them. */
final class Bytes {
  private Bytes() {}

  static byte[] u32(int value) {
    return buffer(Integer.BYTES).putInt(value).array();
  }

  static byte[] u64(long... values) {
    ByteBuffer buffer = buffer(values.length * Long.BYTES);
    for (long value : values) {
      buffer.putLong(value);
    }
    return buffer.array();
  }

  static int u32(byte[] bytes) {
    return ByteBuffer.wrap(bytes).order(ByteOrder.nativeOrder()).getInt();
  }

  static long u64(byte[] bytes) {
    return ByteBuffer.wrap(bytes).order(ByteOrder.nativeOrder()).getLong();
  }

  /** A direct buffer for batches. */
  static ByteBuffer direct(int size) {
    return ByteBuffer.allocateDirect(size).order(ByteOrder.nativeOrder());
  }

  private static ByteBuffer buffer(int size) {
    return ByteBuffer.allocate(size).order(ByteOrder.nativeOrder());
  }
}
