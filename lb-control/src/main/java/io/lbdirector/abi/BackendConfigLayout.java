package io.lbdirector.abi;

/**
 * The value of {@code lb_be_config}. Mirrors {@code struct lb_be_config} in lb_abi.h.
 *
 * <pre> 0: flags (u32) | 4: reserved | length 8 </pre>
 */
public final class BackendConfigLayout {
  public static final int LENGTH = 8;
  static final int FLAGS_OFFSET = 0;
  static final int ONLY_LISTED_VIPS = 1;

  private BackendConfigLayout() {}

  /**
   * @param onlyListedVips whether packets for VIPs that are not in lb_vip_list are refused
   */
  public static byte[] encode(boolean onlyListedVips) {
    return Abi.zeroed(LENGTH).putInt(FLAGS_OFFSET, onlyListedVips ? ONLY_LISTED_VIPS : 0).array();
  }
}
