package io.lbdirector.os;

import java.nio.ByteBuffer;
import java.util.Optional;

/**
 * Addresses in rtnetlink's terms (include/uapi/linux/if_addr.h).
 *
 * <pre>
 * struct ifaddrmsg
 * 0: family (u8) | 1: prefix length (u8) | 2: flags (u8) | 3: scope (u8) | 4: ifindex (u32) | length 8
 * </pre>
 */
final class AddressCodec {
  private static final int GET = 22;
  private static final int HEADER_LENGTH = 8;
  private static final int IFINDEX = 4;

  private static final int IFA_ADDRESS = 1;
  private static final int IFA_LOCAL = 2;

  private AddressCodec() {}

  static NetlinkRequest dump() {
    return new NetlinkRequest(GET, NetlinkMessage.DUMP, HEADER_LENGTH);
  }

  /** On a point-to-point link IFA_ADDRESS is the peer's; the own one is IFA_LOCAL then. */
  static Optional<AddressInfo> parse(ByteBuffer payload) {
    NetlinkAttributes attributes = NetlinkAttributes.parse(payload, HEADER_LENGTH);
    return attributes
        .address(IFA_LOCAL)
        .or(() -> attributes.address(IFA_ADDRESS))
        .map(address -> new AddressInfo(payload.getInt(IFINDEX), address));
  }
}
