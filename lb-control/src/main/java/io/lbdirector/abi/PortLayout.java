package io.lbdirector.abi;

import io.lbdirector.forwarding.MacAddress;
import java.nio.ByteBuffer;
import java.util.Optional;

/**
 * A value of {@code lb_ports}: how frames leave an interface. Mirrors {@code struct lb_port} in
 * lb_abi.h.
 *
 * <pre> 0: mac (6) | 6: gateway (6) | 12: gateway6 (6) | 18: mtu (u16) | 20: reserved | length 24
 * </pre>
 */
public final class PortLayout {
  static final int MAC_OFFSET = 0;
  static final int GATEWAY_OFFSET = 6;
  static final int GATEWAY6_OFFSET = 12;
  static final int MTU_OFFSET = 18;
  public static final int LENGTH = 24;

  private static final MacAddress UNKNOWN = MacAddress.of(new byte[MacAddress.LENGTH]);

  private PortLayout() {}

  /**
   * Encodes a port.
   *
   * @param gateway next hop towards IPv4 backends; empty while unknown
   * @param gateway6 next hop towards IPv6 backends; empty while unknown
   * @param mtu bytes of IP packet; more than 65535 is stored as 65535
   */
  public static byte[] encode(
      MacAddress mac, Optional<MacAddress> gateway, Optional<MacAddress> gateway6, int mtu) {
    ByteBuffer value = Abi.zeroed(LENGTH);
    value.put(MAC_OFFSET, mac.toBytes());
    gateway.ifPresent(g -> value.put(GATEWAY_OFFSET, g.toBytes()));
    gateway6.ifPresent(g -> value.put(GATEWAY6_OFFSET, g.toBytes()));
    value.putShort(MTU_OFFSET, (short) Math.min(mtu, 0xffff));
    return value.array();
  }

  /**
   * A decoded port, as {@link #encode} takes it.
   *
   * @param gateway empty while unknown: a MAC of zeros
   */
  public record Port(
      MacAddress mac, Optional<MacAddress> gateway, Optional<MacAddress> gateway6, int mtu) {}

  /**
   * Decodes a port.
   *
   * @throws IllegalArgumentException if {@code bytes} are not {@link #LENGTH} bytes
   */
  public static Port decode(byte[] bytes) {
    ByteBuffer value = Abi.reading(bytes, LENGTH);
    return new Port(
        mac(value, MAC_OFFSET),
        known(mac(value, GATEWAY_OFFSET)),
        known(mac(value, GATEWAY6_OFFSET)),
        Short.toUnsignedInt(value.getShort(MTU_OFFSET)));
  }

  private static MacAddress mac(ByteBuffer value, int offset) {
    byte[] mac = new byte[MacAddress.LENGTH];
    value.get(offset, mac);
    return MacAddress.of(mac);
  }

  private static Optional<MacAddress> known(MacAddress mac) {
    return mac.equals(UNKNOWN) ? Optional.empty() : Optional.of(mac);
  }
}
