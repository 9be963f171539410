package io.lbdirector.abi;

import java.nio.ByteBuffer;

/**
 * A value of {@code lb_narrow}. Mirrors {@code struct lb_narrow} in lb_abi.h; the keys are as
 * {@link AddressLayout} has them.
 *
 * <pre> 0: packets (u64) | 8: mtu (u32) | 12: reserved | length 16 </pre>
 */
public final class NarrowLayout {
  static final int PACKETS_OFFSET = 0;
  static final int MTU_OFFSET = 8;
  public static final int LENGTH = 16;

  private NarrowLayout() {}

  /**
   * What routers have said of packets to one backend.
   *
   * @param packets that were too big
   * @param mtu bytes of IP packet that fit, as the last of them said; 0 if it did not say
   */
  public record Narrow(long packets, long mtu) {}

  public static Narrow decode(byte[] bytes) {
    ByteBuffer value = Abi.reading(bytes, LENGTH);
    return new Narrow(
        value.getLong(PACKETS_OFFSET), Integer.toUnsignedLong(value.getInt(MTU_OFFSET)));
  }
}
