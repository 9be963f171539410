package io.lbdirector.packet;

import io.lbdirector.forwarding.IpAddress;
import java.io.ByteArrayOutputStream;

/**
 * What the director must make of a packet for a table with {@code encapsulation = "ipip"}: outer
 * Ethernet, IP, then the untouched packet (RFC 2003, 2473, 4213).
 */
public final class IpipModel {
  private static final int IPV4 = 4;
  private static final int IPV6 = 41;

  private IpipModel() {}

  /**
   * The frame that leaves; parameters as of {@link GueModel#encapsulate}.
   *
   * @param hop the first of the row
   */
  public static byte[] encapsulate(
      byte[] received, int innerLength, IpAddress hop, int trafficClass) {
    int ip = OuterModel.ipOffset(received);
    int protocol = received[ip] >> 4 == 4 ? IPV4 : IPV6;
    ByteArrayOutputStream frame = new ByteArrayOutputStream();
    frame.writeBytes(GueModel.link(received, ip, hop.isV4()));
    frame.writeBytes(
        hop.isV4()
            ? GueModel.ipv4(hop, protocol, innerLength, trafficClass)
            : GueModel.ipv6(hop, protocol, innerLength, trafficClass));
    frame.write(received, ip, received.length - ip);
    return frame.toByteArray();
  }
}
