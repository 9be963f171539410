package io.lbdirector.os;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Links in rtnetlink's terms (include/uapi/linux/if_link.h).
 *
 * <pre>
 * struct ifinfomsg
 * 0: family (u8) | 2: type (u16) | 4: ifindex (s32) | 8: flags (u32) | 12: change (u32) | length 16
 * </pre>
 */
final class LinkCodec {
  static final int NEW = 16;
  static final int DELETE = 17;
  static final int GET = 18;

  private static final int HEADER_LENGTH = 16;
  private static final int IFINDEX = 4;
  private static final int FLAGS = 8;

  private static final int IFF_UP = 0x1;
  private static final int IFF_LOWER_UP = 0x10000;

  private static final int IFLA_ADDRESS = 1;
  private static final int IFLA_IFNAME = 3;
  private static final int IFLA_MTU = 4;
  private static final int IFLA_EXT_MASK = 29;
  private static final int IFLA_XDP = 43;
  private static final int SKIP_STATISTICS = 8;

  private LinkCodec() {}

  static NetlinkRequest dump() {
    return new NetlinkRequest(GET, NetlinkMessage.DUMP, HEADER_LENGTH)
        .attribute(IFLA_EXT_MASK, SKIP_STATISTICS);
  }

  /**
   * Reads the payload of {@link #NEW} or {@link #DELETE}. Empty for what is said of a link by a
   * bridge: that it is a port, or no longer one, and not that it came or went.
   */
  static Optional<LinkInfo> parse(ByteBuffer payload) {
    if (payload.remaining() < HEADER_LENGTH || payload.get(0) != 0) {
      return Optional.empty();
    }
    NetlinkAttributes attributes = NetlinkAttributes.parse(payload, HEADER_LENGTH);
    int flags = payload.getInt(FLAGS);
    return Optional.of(
        new LinkInfo(
            payload.getInt(IFINDEX),
            attributes.text(IFLA_IFNAME),
            attributes.mac(IFLA_ADDRESS),
            attributes.integer(IFLA_MTU).orElse(0),
            (flags & IFF_UP) != 0,
            (flags & IFF_LOWER_UP) != 0));
  }

  /** The XDP programs on the link that the payload of {@link #NEW} is about, one a mode. */
  static List<AttachedXdp> parseXdp(ByteBuffer payload) {
    if (payload.remaining() < HEADER_LENGTH || payload.get(0) != 0) {
      return List.of();
    }
    Optional<ByteBuffer> nested = NetlinkAttributes.parse(payload, HEADER_LENGTH).value(IFLA_XDP);
    if (nested.isEmpty()) {
      return List.of();
    }
    NetlinkAttributes xdp = NetlinkAttributes.parse(nested.get(), 0);
    List<AttachedXdp> programs = new ArrayList<>();
    for (AttachedXdp.Mode mode : AttachedXdp.Mode.values()) {
      xdp.integer(mode.attribute())
          .ifPresent(id -> programs.add(new AttachedXdp(payload.getInt(IFINDEX), mode, id)));
    }
    return programs;
  }
}
