package io.lbdirector.os;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * What drivers say they can do with XDP: the generic netlink family {@code netdev}
 * (include/uapi/linux/netdev.h), which Linux has from 6.3 on.
 *
 * <pre> struct genlmsghdr  0: command (u8) | 1: version (u8) | 2: reserved | length 4 </pre>
 */
public final class XdpSupport {
  private static final int HEADER_LENGTH = 4;

  private static final int CONTROL_FAMILY = 16;
  private static final byte CTRL_CMD_GETFAMILY = 3;
  private static final int CTRL_ATTR_FAMILY_ID = 1;
  private static final int CTRL_ATTR_FAMILY_NAME = 2;

  private static final byte NETDEV_CMD_DEV_GET = 1;
  private static final int NETDEV_A_DEV_IFINDEX = 1;
  private static final int NETDEV_A_DEV_XDP_FEATURES = 3;

  /** {@code NETDEV_XDP_ACT_BASIC}: ABORTED, DROP, PASS and TX. */
  private static final long BASIC = 1;

  /** {@code NETDEV_XDP_ACT_NDO_XMIT}. */
  private static final long SEND = 4;

  private XdpSupport() {}

  /**
   * Whether an interface takes programs in native mode, as it is set up now.
   *
   * @param ifindex in the calling thread's network namespace
   * @return empty if this kernel does not tell
   * @throws OsException if there is no such interface
   */
  public static Optional<Boolean> isNative(int ifindex) {
    return has(ifindex, BASIC);
  }

  /**
   * Whether programs of other interfaces may send by this one, as it is set up now: some drivers do
   * so only where a program is attached, a veth where one is on its peer.
   *
   * @param ifindex in the calling thread's network namespace
   * @return empty if this kernel does not tell
   * @throws OsException if there is no such interface
   */
  public static Optional<Boolean> canSend(int ifindex) {
    return has(ifindex, SEND);
  }

  private static Optional<Boolean> has(int ifindex, long feature) {
    try (Netlink netlink = Netlink.openGeneric()) {
      return family(netlink).map(family -> (features(netlink, family, ifindex) & feature) != 0);
    }
  }

  private static Optional<Integer> family(Netlink netlink) {
    NetlinkRequest request =
        request(CONTROL_FAMILY, CTRL_CMD_GETFAMILY)
            .attribute(CTRL_ATTR_FAMILY_NAME, "netdev\0".getBytes(StandardCharsets.US_ASCII));
    try {
      return Optional.of(
          (int) ask(netlink, request, "find family netdev", CTRL_ATTR_FAMILY_ID, Short.BYTES));
    } catch (OsException e) {
      if (e.errno() == Errno.ENOENT) {
        return Optional.empty();
      }
      throw e;
    }
  }

  private static long features(Netlink netlink, int family, int ifindex) {
    NetlinkRequest request =
        request(family, NETDEV_CMD_DEV_GET).attribute(NETDEV_A_DEV_IFINDEX, ifindex);
    String attempted = "read XDP features of interface " + ifindex;
    return ask(netlink, request, attempted, NETDEV_A_DEV_XDP_FEATURES, Long.BYTES);
  }

  private static NetlinkRequest request(int family, byte command) {
    NetlinkRequest request = new NetlinkRequest(family, NetlinkMessage.ACK, HEADER_LENGTH);
    request.header().put(0, command).put(1, (byte) 1);
    return request;
  }

  /** One number of an answer; 0 if the answer does not have it. */
  private static long ask(
      Netlink netlink, NetlinkRequest request, String attempted, int attribute, int bytes) {
    long[] number = new long[1];
    netlink.exchange(
        request,
        attempted,
        message ->
            NetlinkAttributes.parse(message.payload(), HEADER_LENGTH)
                .value(attribute)
                .ifPresent(value -> number[0] = number(value, bytes)));
    return number[0];
  }

  private static long number(ByteBuffer value, int bytes) {
    ByteBuffer number = value.order(ByteOrder.nativeOrder());
    return bytes == Short.BYTES ? Short.toUnsignedInt(number.getShort(0)) : number.getLong(0);
  }
}
