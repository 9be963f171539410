package io.lbdirector.abi;

import io.lbdirector.forwarding.Prefix;
import java.nio.ByteBuffer;

/**
 * Keys and values of {@code lb_nets4} and {@code lb_nets6}: a prefix that wide binds have, and what
 * it leads to. Mirrors {@code struct lb_net4_key}, {@code struct lb_net6_key} and {@code struct
 * lb_net} in lb_abi.h.
 *
 * <pre>
 *  key:   0: length (u32) | 4: address (4 or 16) | length 8 or 20
 *  value: 0: tcp (list) | 8: udp (list) | 16: echo (u32) | 20: reserved | length 24
 *  list:  0: first (u32) | 4: count (u32) | length 8
 * </pre>
 */
public final class NetLayout {
  public static final int KEY4_LENGTH = 8;
  public static final int KEY6_LENGTH = 20;
  static final int KEY_LENGTH_OFFSET = 0;
  static final int KEY_ADDRESS_OFFSET = 4;
  static final int TCP_OFFSET = 0;
  static final int UDP_OFFSET = 8;
  static final int ECHO_OFFSET = 16;
  public static final int LENGTH = 24;

  static final int LIST_FIRST_OFFSET = 0;
  static final int LIST_COUNT_OFFSET = 4;
  static final int LIST_LENGTH = 8;

  private NetLayout() {}

  /**
   * A list of spans.
   *
   * @param first index in lb_spans
   * @param count 0: no bind
   */
  public record SpanList(int first, int count) {
    private void putTo(ByteBuffer value, int offset) {
      value.putInt(offset + LIST_FIRST_OFFSET, first).putInt(offset + LIST_COUNT_OFFSET, count);
    }
  }

  /** {@link #KEY4_LENGTH} or {@link #KEY6_LENGTH} bytes. */
  public static byte[] encodeKey(Prefix prefix) {
    byte[] address = prefix.address().toBytes();
    ByteBuffer key = Abi.zeroed(KEY_ADDRESS_OFFSET + address.length);
    key.putInt(KEY_LENGTH_OFFSET, prefix.length());
    return key.put(KEY_ADDRESS_OFFSET, address).array();
  }

  /**
   * @param echo index in lb_wide_binds
   */
  public static byte[] encode(SpanList tcp, SpanList udp, int echo) {
    ByteBuffer value = Abi.zeroed(LENGTH);
    tcp.putTo(value, TCP_OFFSET);
    udp.putTo(value, UDP_OFFSET);
    return value.putInt(ECHO_OFFSET, echo).array();
  }
}
