package io.lbdirector.abi;

import io.lbdirector.forwarding.IpAddress;
import java.nio.ByteBuffer;

/**
 * A value of {@code lb_probes}. Mirrors {@code struct lb_probe} in lb_abi.h.
 *
 * <pre>
 *  0: backend (16, or 4 and 12 of zero) | 16: source (likewise) | 32: family (u32)
 *  | 36: reserved | length 40
 * </pre>
 */
public final class ProbeLayout {
  static final int BACKEND_OFFSET = 0;
  static final int SOURCE_OFFSET = 16;
  static final int FAMILY_OFFSET = 32;
  public static final int LENGTH = 40;

  private ProbeLayout() {}

  /**
   * @param backend outer destination
   * @param source outer source, of the same family
   * @throws IllegalArgumentException if the families differ
   */
  public static byte[] encode(IpAddress backend, IpAddress source) {
    if (backend.isV4() != source.isV4()) {
      throw new IllegalArgumentException(source + " cannot send to " + backend);
    }
    ByteBuffer value = Abi.zeroed(LENGTH);
    value.put(BACKEND_OFFSET, backend.toBytes()).put(SOURCE_OFFSET, source.toBytes());
    value.putInt(FAMILY_OFFSET, backend.isV4() ? Abi.FAMILY_IPV4 : Abi.FAMILY_IPV6);
    return value.array();
  }
}
