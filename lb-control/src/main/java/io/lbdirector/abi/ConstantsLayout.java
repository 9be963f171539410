package io.lbdirector.abi;

/**
 * The {@code .rodata} that a loader sets. Mirrors {@code struct lb_constants} in lb_abi.h.
 *
 * <pre> 0: gue_port (u16) | 2: frags (u8) | 3: reserved | length 8 </pre>
 */
public final class ConstantsLayout {
  static final int GUE_PORT_OFFSET = 0;
  static final int FRAGS_OFFSET = 2;
  public static final int LENGTH = 8;

  private ConstantsLayout() {}

  /**
   * @param guePort outer UDP destination port, 1 to 65535
   * @param frags whether the program is loaded to take frames of several buffers
   */
  public static byte[] encode(int guePort, boolean frags) {
    return Abi.zeroed(LENGTH)
        .putShort(GUE_PORT_OFFSET, (short) guePort)
        .put(FRAGS_OFFSET, (byte) (frags ? 1 : 0))
        .array();
  }
}
