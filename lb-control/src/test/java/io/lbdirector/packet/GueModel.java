package io.lbdirector.packet;

import io.lbdirector.forwarding.IpAddress;
import io.lbdirector.forwarding.MacAddress;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * What a director must send for a packet: the outer headers, written from the wire format
 * (draft-ietf-intarea-gue variant 0 with GLB's private data), in front of the untouched packet.
 */
public final class GueModel {
  public static final int PORT = 19523;

  private static final int MACS = 12;

  private GueModel() {}

  /**
   * The frame that leaves.
   *
   * @param received frame as received; its tags stay in front, and what follows the IP packet
   *     (padding) follows still
   * @param innerLength bytes of its IP packet
   * @param hops first hop and those that remain behind it, all of one family
   * @param sourcePort of the outer UDP header
   * @param trafficClass of the outer IP header
   */
  public static byte[] encapsulate(
      byte[] received, int innerLength, List<IpAddress> hops, int sourcePort, int trafficClass) {
    boolean v4 = hops.get(0).isV4();
    byte[] gue = gue(received, hops);
    ByteBuffer udp = ByteBuffer.allocate(8);
    udp.putShort((short) sourcePort).putShort((short) PORT);
    udp.putShort((short) (8 + gue.length + innerLength)).putShort((short) 0);

    int payload = 8 + gue.length + innerLength;
    ByteArrayOutputStream frame = new ByteArrayOutputStream();
    int ip = OuterModel.ipOffset(received);
    frame.writeBytes(link(received, ip, v4));
    frame.writeBytes(
        v4
            ? ipv4(hops.get(0), Frame.UDP, payload, trafficClass)
            : ipv6(hops.get(0), Frame.UDP, payload, trafficClass));
    frame.writeBytes(udp.array());
    frame.writeBytes(gue);
    frame.write(received, ip, received.length - ip);
    return frame.toByteArray();
  }

  static byte[] link(byte[] received, int length, boolean v4) {
    MacAddress gateway = v4 ? Actors.GATEWAY_MAC : Actors.GATEWAY6_MAC;
    return ByteBuffer.allocate(length)
        .put(gateway.toBytes())
        .put(Actors.DIRECTOR_MAC.toBytes())
        .put(received, MACS, length - Frame.ETHERNET_LENGTH)
        .putShort((short) (v4 ? 0x0800 : 0x86dd))
        .array();
  }

  static byte[] ipv4(IpAddress to, int protocol, int payload, int trafficClass) {
    ByteBuffer header = ByteBuffer.allocate(20);
    header.put((byte) 0x45).put((byte) trafficClass).putShort((short) (20 + payload));
    header.putShort((short) 0).putShort((short) 0x4000); // id 0, don't fragment
    header.put((byte) 64).put((byte) protocol).putShort((short) 0);
    header.put(Actors.DIRECTOR.toBytes()).put(to.toBytes());
    header.putShort(10, Frame.checksum(header.array()));
    return header.array();
  }

  static byte[] ipv6(IpAddress to, int protocol, int payload, int trafficClass) {
    ByteBuffer header = ByteBuffer.allocate(40);
    header.putInt(6 << 28 | trafficClass << 20).putShort((short) payload);
    header.put((byte) protocol).put((byte) 64);
    return header.put(Actors.DIRECTOR6.toBytes()).put(to.toBytes()).array();
  }

  private static byte[] gue(byte[] received, List<IpAddress> hops) {
    int remaining = hops.size() - 1;
    int address = hops.get(0).length();
    ByteBuffer gue = ByteBuffer.allocate(8 + remaining * address);
    gue.put((byte) (1 + remaining * address / 4)); // variant 0, data, hlen
    gue.put((byte) (received[OuterModel.ipOffset(received)] >> 4 == 4 ? 4 : 41))
        .putShort((short) 0);
    gue.putShort((short) (address == 4 ? 0 : 1)); // private data: what the hops are
    gue.put((byte) 0).put((byte) remaining);
    hops.subList(1, hops.size()).forEach(hop -> gue.put(hop.toBytes()));
    return gue.array();
  }
}
