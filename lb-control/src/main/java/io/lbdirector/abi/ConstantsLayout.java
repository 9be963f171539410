package io.lbdirector.abi;

/**
 * The {@code .rodata} that a loader sets. Mirrors {@code struct lb_constants} in lb_abi.h.
 *
 * <pre> 0: gue_port (u16) | 2: reserved | length 8 </pre>
 */
public final class ConstantsLayout {
  static final int GUE_PORT_OFFSET = 0;
  public static final int LENGTH = 8;

  private ConstantsLayout() {}

  /**
   * @param guePort outer UDP destination port, 1 to 65535
   */
  public static byte[] encode(int guePort) {
    return Abi.zeroed(LENGTH).putShort(GUE_PORT_OFFSET, (short) guePort).array();
  }
}
