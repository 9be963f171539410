package io.lbdirector.abi;

import io.lbdirector.forwarding.MacAddress;
import java.nio.ByteBuffer;
import java.util.Optional;

/**
 * An entry of {@code lb_macs}: what {@code lb_ports} says of an interface, as packets that take the
 * short way want it. Mirrors {@code struct lb_macs} in lb_abi.h.
 *
 * <pre>
 *  0: ifindex (u32) | 4: mtu (u16) | 6: reserved | 8: gateway (6) | 14: mac (6) | 20: pad | length 24
 * </pre>
 */
public final class MacsLayout {
  static final int IFINDEX_OFFSET = 0;
  static final int MTU_OFFSET = 4;
  static final int GATEWAY_OFFSET = 8;
  static final int MAC_OFFSET = 14;
  public static final int LENGTH = 24;

  private static final int UNLIMITED = 0xffff;

  private MacsLayout() {}

  /** Where the entry is that an interface may have. */
  public static int offsetOf(int ifindex) {
    return (ifindex & (Abi.MAX_PORTS - 1)) * LENGTH;
  }

  /**
   * Encodes an entry.
   *
   * @return empty if there is nothing to say: the gateway towards IPv4 backends is not known
   */
  public static Optional<byte[]> encode(int ifindex, PortLayout.Port port) {
    return port.gateway().map(gateway -> encode(ifindex, port.mac(), gateway, port.mtu()));
  }

  /** The interface that an entry is of; 0: none. */
  public static int ifindex(byte[] entry) {
    return Abi.reading(entry, LENGTH).getInt(IFINDEX_OFFSET);
  }

  private static byte[] encode(int ifindex, MacAddress mac, MacAddress gateway, int mtu) {
    ByteBuffer value = Abi.zeroed(LENGTH);
    value.putInt(IFINDEX_OFFSET, ifindex);
    value.putShort(MTU_OFFSET, (short) (mtu == 0 ? UNLIMITED : mtu));
    value.put(GATEWAY_OFFSET, gateway.toBytes());
    value.put(MAC_OFFSET, mac.toBytes());
    return value.array();
  }
}
