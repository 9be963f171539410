package io.lbdirector.abi;

import io.lbdirector.forwarding.IpAddress;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * The value of {@code lb_live}. Mirrors {@code struct lb_live} in lb_abi.h.
 *
 * <pre>
 *   0: generation (u64) | 8: reserved
 *  64: settings[0] | 128: settings[1] | length 192
 *
 *  settings: 0: source_ip (be32) | 4: flags (u32) | 8: source_ip6 (16) | 24: wide (u32)
 *            | 28: mtu (u16) | 30: tcp_mss (u16) | 32: bind_mask (u32) | 36: class_mask (u8)
 *            | 37: reserved | length 64
 * </pre>
 */
public final class LiveLayout {
  public static final int GENERATION_OFFSET = 0;
  static final int SETTINGS_OFFSET = 64;
  static final int SOURCE_IP_OFFSET = 0;
  static final int FLAGS_OFFSET = 4;
  static final int SOURCE_IP6_OFFSET = 8;
  static final int WIDE_OFFSET = 24;
  static final int MTU_OFFSET = 28;
  static final int TCP_MSS_OFFSET = 30;
  static final int BIND_MASK_OFFSET = 32;
  static final int CLASS_MASK_OFFSET = 36;
  public static final int SETTINGS_LENGTH = 64;
  public static final int LENGTH = 192;

  static final int ECHO_PASS = 1;
  static final int ECHO_REPLY = 1 << 1;
  static final int EGRESS_FIB = 1 << 2;

  private static final byte ECN = 0x03;
  private static final byte DSCP_AND_ECN = (byte) 0xff;
  static final int MTU_OF_PORT = 0xffff;

  /** What becomes of ICMP echo requests to a VIP. */
  public enum Echo {
    /** They go to a backend. */
    FORWARD(0),
    /** The program answers them. */
    REPLY(ECHO_REPLY),
    /** They go to the director's kernel. */
    PASS(ECHO_PASS);

    private final int flag;

    Echo(int flag) {
      this.flag = flag;
    }

    private static Echo of(int flags) {
      return (flags & ECHO_PASS) != 0 ? PASS : (flags & ECHO_REPLY) != 0 ? REPLY : FORWARD;
    }
  }

  private LiveLayout() {}

  /** Where the settings of one slot begin in {@code struct lb_live}. */
  public static int settingsOffset(int slot) {
    return SETTINGS_OFFSET + slot * SETTINGS_LENGTH;
  }

  /** Where the number of wide binds of one slot is in {@code struct lb_live}: a u32. */
  public static int wideOffset(int slot) {
    return settingsOffset(slot) + WIDE_OFFSET;
  }

  /**
   * Where the number of buckets in use, less one, is of one slot in {@code struct lb_live}: u32.
   */
  public static int bindMaskOffset(int slot) {
    return settingsOffset(slot) + BIND_MASK_OFFSET;
  }

  /**
   * What one generation sets for all its tables.
   *
   * @param sourceIp outer source address of packets to IPv4 backends
   * @param sourceIp6 outer source address of packets to IPv6 backends
   * @param copyDscp whether the outer DSCP is that of the inner header
   * @param mtu bytes of IP packet on the way to the backends, 1 to 65535, if they are fewer than
   *     the interface takes; 65535 is no limit, hence taken as none
   * @param tcpMss bytes of segment that a SYN may announce at most, 1 to 65535
   * @param egressFib whether packets leave as the kernel's routes say, not by lb_ports
   */
  public record Settings(
      Optional<IpAddress> sourceIp,
      Optional<IpAddress> sourceIp6,
      boolean copyDscp,
      Echo echo,
      OptionalInt mtu,
      OptionalInt tcpMss,
      boolean egressFib) {
    public Settings {
      if (mtu.isPresent() && mtu.getAsInt() == MTU_OF_PORT) {
        mtu = OptionalInt.empty();
      }
    }

    /** Settings that nothing can be sent with: what an idle slot holds. */
    public static final Settings NONE =
        new Settings(
            Optional.empty(),
            Optional.empty(),
            false,
            Echo.FORWARD,
            OptionalInt.empty(),
            OptionalInt.empty(),
            false);

    /** With no wide binds and one bucket: their numbers are no settings, and written apart. */
    public byte[] encode() {
      ByteBuffer value = Abi.zeroed(SETTINGS_LENGTH);
      sourceIp.ifPresent(ip -> value.put(SOURCE_IP_OFFSET, ip.toBytes()));
      sourceIp6.ifPresent(ip -> value.put(SOURCE_IP6_OFFSET, ip.toBytes()));
      value.putInt(FLAGS_OFFSET, flags());
      value.put(CLASS_MASK_OFFSET, copyDscp ? DSCP_AND_ECN : ECN);
      value.putShort(MTU_OFFSET, (short) mtu.orElse(MTU_OF_PORT));
      value.putShort(TCP_MSS_OFFSET, (short) tcpMss.orElse(0));
      return value.array();
    }

    private int flags() {
      return echo.flag | (egressFib ? EGRESS_FIB : 0);
    }

    public static Settings decode(byte[] bytes) {
      ByteBuffer value = Abi.reading(bytes, SETTINGS_LENGTH);
      int flags = value.getInt(FLAGS_OFFSET);
      return new Settings(
          address(value, SOURCE_IP_OFFSET, 4),
          address(value, SOURCE_IP6_OFFSET, 16),
          value.get(CLASS_MASK_OFFSET) == DSCP_AND_ECN,
          Echo.of(flags),
          limit(value, MTU_OFFSET, MTU_OF_PORT),
          limit(value, TCP_MSS_OFFSET, 0),
          (flags & EGRESS_FIB) != 0);
    }

    private static OptionalInt limit(ByteBuffer value, int offset, int none) {
      int limit = Short.toUnsignedInt(value.getShort(offset));
      return limit == none ? OptionalInt.empty() : OptionalInt.of(limit);
    }

    private static Optional<IpAddress> address(ByteBuffer value, int offset, int length) {
      byte[] bytes = new byte[length];
      value.get(offset, bytes);
      return Optional.of(IpAddress.of(bytes)).filter(ip -> !ip.isUnspecified());
    }
  }
}
