package io.lbdirector.lab;

import io.lbdirector.abi.Abi;
import io.lbdirector.forwarding.IpAddress;
import io.lbdirector.packet.Frame;
import io.lbdirector.packet.GueModel;
import io.lbdirector.packet.OuterModel;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;

/** What a tunnelled frame must be like, by models that are written from the wire format. */
final class TunnelFrames {
  private static final int MACS = 12;
  private static final int IP = Frame.ETHERNET_LENGTH;
  private static final int ICMP = IP + 20;

  private TunnelFrames() {}

  static boolean isTunnelled(byte[] frame) {
    return isIp(frame)
        && protocol(frame, IP) == Frame.UDP
        && OuterModel.shortAt(frame, OuterModel.udpOffset(frame) + 2) == Abi.GUE_PORT;
  }

  static boolean isTcp(byte[] frame) {
    return isIp(frame) && protocol(frame, IP) == Frame.TCP;
  }

  private static boolean isIp(byte[] frame) {
    int type = OuterModel.shortAt(frame, MACS);
    return type == 0x0800 || type == 0x86dd;
  }

  /** Of the IP packet at {@code ip}. */
  private static int protocol(byte[] frame, int ip) {
    return frame[ip] >> 4 == 4 ? frame[ip + 9] : frame[ip + 6];
  }

  /**
   * What the director would make of the inner packet for {@code backend}, alike in what is free:
   * MACs, source port, and the number that IPv4 packets have which the kernel has cut.
   */
  static byte[] model(byte[] frame, IpAddress backend) {
    byte[] inner = OuterModel.stripped(frame);
    int port = OuterModel.shortAt(frame, OuterModel.udpOffset(frame));
    byte[] model =
        GueModel.encapsulate(
            inner, inner.length - Frame.ETHERNET_LENGTH, List.of(backend), port, 0);
    System.arraycopy(frame, 0, model, 0, MACS);
    if (backend.isV4()) {
      System.arraycopy(frame, IP + 4, model, IP + 4, 2);
      OuterModel.setIpv4Checksum(model, IP);
    }
    return model;
  }

  static IpAddress outerSource(byte[] frame) {
    return address(frame, IP, 0);
  }

  /** Source (0) or destination (1) of the IP packet at {@code ip}. */
  private static IpAddress address(byte[] frame, int ip, int which) {
    boolean v4 = frame[ip] >> 4 == 4;
    int length = v4 ? 4 : 16;
    int at = ip + (v4 ? 12 : 8) + which * length;
    return IpAddress.of(Arrays.copyOfRange(frame, at, at + length));
  }

  /** Whether the checksums of the inner TCP segment, and of its IPv4 header, are right. */
  static boolean isInnerWhole(byte[] frame) {
    int ip = OuterModel.innerOffset(frame);
    int tcp = ip + headerLength(frame, ip);
    byte[] header = Arrays.copyOfRange(frame, ip, tcp);
    byte[] segment = Arrays.copyOfRange(frame, tcp, frame.length);
    ByteArrayOutputStream covered = new ByteArrayOutputStream();
    covered.writeBytes(address(frame, ip, 0).toBytes());
    covered.writeBytes(address(frame, ip, 1).toBytes());
    covered.writeBytes(ByteBuffer.allocate(8).putInt(Frame.TCP).putInt(segment.length).array());
    covered.writeBytes(segment);
    boolean isHeaderWhole = frame[ip] >> 4 == 6 || Frame.checksum(header) == 0;
    return protocol(frame, ip) == Frame.TCP
        && isHeaderWhole
        && Frame.checksum(covered.toByteArray()) == 0;
  }

  private static int headerLength(byte[] frame, int ip) {
    return frame[ip] >> 4 == 4 ? 4 * (frame[ip] & 0xf) : 40;
  }

  /** Bytes of payload in the inner TCP segment. */
  static int innerPayload(byte[] frame) {
    int ip = OuterModel.innerOffset(frame);
    int tcp = ip + headerLength(frame, ip);
    return frame.length - tcp - 4 * (frame[tcp + 12] >> 4 & 0xf);
  }

  /** What the VIP answers to a tunnelled echo request of IPv4, on its way to the director. */
  static byte[] echoReply(byte[] request) {
    byte[] reply = OuterModel.stripped(request);
    System.arraycopy(request, 0, reply, 6, 6);
    System.arraycopy(request, 6, reply, 0, 6);
    System.arraycopy(
        address(request, OuterModel.innerOffset(request), 1).toBytes(), 0, reply, IP + 12, 4);
    System.arraycopy(
        address(request, OuterModel.innerOffset(request), 0).toBytes(), 0, reply, IP + 16, 4);
    reply[ICMP] = 0;
    return summed(reply);
  }

  /** Replies like it of which one thing is wrong: sender, identifier, sequence, nonce, length. */
  static List<byte[]> forgeries(byte[] reply) {
    byte[] longer = Arrays.copyOf(reply, reply.length + 1);
    longer[IP + 3]++;
    return List.of(
        summed(OuterModel.with(reply, IP + 15, reply[IP + 15] ^ 1)),
        summed(OuterModel.with(reply, ICMP + 5, reply[ICMP + 5] ^ 1)),
        summed(OuterModel.with(reply, ICMP + 7, reply[ICMP + 7] ^ 1)),
        summed(OuterModel.with(reply, ICMP + 8, reply[ICMP + 8] ^ 1)),
        summed(longer));
  }

  private static byte[] summed(byte[] echo) {
    byte[] whole = echo.clone();
    OuterModel.setIpv4Checksum(whole, IP);
    whole[ICMP + 2] = 0;
    whole[ICMP + 3] = 0;
    short checksum = Frame.checksum(Arrays.copyOfRange(whole, ICMP, whole.length));
    ByteBuffer.wrap(whole).putShort(ICMP + 2, checksum);
    return whole;
  }
}
