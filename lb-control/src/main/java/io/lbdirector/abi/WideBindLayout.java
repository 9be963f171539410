package io.lbdirector.abi;

import io.lbdirector.abi.VipLayout.Target;
import io.lbdirector.forwarding.Bind;
import io.lbdirector.forwarding.IpAddress;
import io.lbdirector.forwarding.PortRange;
import io.lbdirector.forwarding.Prefix;
import io.lbdirector.forwarding.Protocol;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Optional;

/**
 * An entry of {@code lb_wide_binds}: where the packets of a wide bind go, and which bind it is.
 * Mirrors {@code struct lb_wide_bind} in lb_abi.h.
 *
 * <pre>
 *   0: vip (32) | 32: address (16; IPv4 in the first 4) | 48: length (u8) | 49: family (u8)
 *  50: protocol (u8; 0: any) | 51: pad | 52: first_port (u16) | 54: last_port (u16) | 56: reserved
 *  length 64
 * </pre>
 */
public final class WideBindLayout {
  static final int VIP_OFFSET = 0;
  static final int ADDRESS_OFFSET = 32;
  static final int LENGTH_OFFSET = 48;
  static final int FAMILY_OFFSET = 49;
  static final int PROTOCOL_OFFSET = 50;
  static final int FIRST_PORT_OFFSET = 52;
  static final int LAST_PORT_OFFSET = 54;
  public static final int LENGTH = 64;

  private static final byte ANY_PROTOCOL = 0;

  private WideBindLayout() {}

  /** Index of the first entry of a generation's slot. */
  public static int firstOf(int slot) {
    return 1 + slot * Abi.MAX_BINDS;
  }

  public static byte[] encode(Bind bind, Target target) {
    IpAddress address = bind.prefix().address();
    ByteBuffer value = Abi.zeroed(LENGTH);
    value.put(VIP_OFFSET, target.encode());
    value.put(ADDRESS_OFFSET, address.toBytes());
    value.put(LENGTH_OFFSET, (byte) bind.prefix().length());
    value.put(FAMILY_OFFSET, (byte) (address.isV4() ? Abi.FAMILY_IPV4 : Abi.FAMILY_IPV6));
    value.put(PROTOCOL_OFFSET, bind.protocol().map(p -> (byte) p.number()).orElse(ANY_PROTOCOL));
    value.putShort(FIRST_PORT_OFFSET, (short) bind.ports().first());
    value.putShort(LAST_PORT_OFFSET, (short) bind.ports().last());
    return value.array();
  }

  public static Target decodeTarget(byte[] bytes) {
    return Target.decode(Arrays.copyOfRange(bytes, VIP_OFFSET, VIP_OFFSET + VipLayout.LENGTH));
  }

  /**
   * @throws IllegalArgumentException if it is none
   */
  public static Bind decodeBind(byte[] bytes) {
    ByteBuffer value = Abi.reading(bytes, LENGTH);
    byte[] address = new byte[value.get(FAMILY_OFFSET) == Abi.FAMILY_IPV4 ? 4 : 16];
    value.get(ADDRESS_OFFSET, address);
    return new Bind(
        new Prefix(IpAddress.of(address), value.get(LENGTH_OFFSET) & 0xff),
        protocol(value.get(PROTOCOL_OFFSET)),
        new PortRange(
            value.getShort(FIRST_PORT_OFFSET) & 0xffff, value.getShort(LAST_PORT_OFFSET) & 0xffff));
  }

  private static Optional<Protocol> protocol(byte number) {
    return Arrays.stream(Protocol.values()).filter(p -> p.number() == number).findFirst();
  }
}
