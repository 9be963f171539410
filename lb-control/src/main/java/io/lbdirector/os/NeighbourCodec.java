package io.lbdirector.os;

import io.lbdirector.forwarding.IpAddress;
import java.nio.ByteBuffer;
import java.util.Optional;

/**
 * Neighbours in rtnetlink's terms (include/uapi/linux/neighbour.h).
 *
 * <pre>
 * struct ndmsg
 * 0: family (u8) | 4: ifindex (s32) | 8: state (u16) | 10: flags (u8) | 11: type (u8) | length 12
 * </pre>
 */
final class NeighbourCodec {
  static final int NEW = 28;
  static final int DELETE = 29;
  static final int GET = 30;

  private static final int HEADER_LENGTH = 12;
  private static final int IFINDEX = 4;
  private static final int STATE = 8;
  private static final int FLAGS = 10;
  private static final int FLAG_USE = 0x1;
  private static final int FLAG_PROXY = 0x8;

  private static final int NDA_DST = 1;
  private static final int NDA_LLADDR = 2;

  private NeighbourCodec() {}

  /** All neighbours of both families. */
  static NetlinkRequest dump() {
    return new NetlinkRequest(GET, NetlinkMessage.DUMP, HEADER_LENGTH);
  }

  /**
   * "Behave as if a packet had just been sent to it": creates the entry if need be, and probes it
   * unless it is known to be reachable.
   */
  static NetlinkRequest use(int ifindex, IpAddress address) {
    NetlinkRequest request =
        new NetlinkRequest(NEW, NetlinkMessage.ACK | NetlinkMessage.CREATE, HEADER_LENGTH);
    request
        .header()
        .put(0, (byte) IpFamily.of(address).number())
        .putInt(IFINDEX, ifindex)
        .put(FLAGS, (byte) FLAG_USE);
    return request.attribute(NDA_DST, address.toBytes());
  }

  /**
   * Reads the payload of {@link #NEW} or {@link #DELETE}. Empty for entries of a bridge's
   * forwarding database, which come the same way, and for proxied addresses.
   */
  static Optional<NeighbourInfo> parse(ByteBuffer payload) {
    if (payload.remaining() < HEADER_LENGTH
        || IpFamily.ofNumber(payload.get(0)).isEmpty()
        || (payload.get(FLAGS) & FLAG_PROXY) != 0) {
      return Optional.empty();
    }
    NetlinkAttributes attributes = NetlinkAttributes.parse(payload, HEADER_LENGTH);
    NeighbourInfo.State state = NeighbourInfo.State.ofBits(payload.getShort(STATE) & 0xffff);
    return attributes
        .address(NDA_DST)
        .map(
            address ->
                new NeighbourInfo(
                    payload.getInt(IFINDEX), address, state, attributes.mac(NDA_LLADDR)));
  }
}
