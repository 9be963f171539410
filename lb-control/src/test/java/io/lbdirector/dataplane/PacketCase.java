package io.lbdirector.dataplane;

import io.lbdirector.abi.Verdict;
import io.lbdirector.forwarding.Flow;
import io.lbdirector.forwarding.IpAddress;
import io.lbdirector.packet.Frame;
import java.util.List;
import java.util.Optional;

/**
 * A kind of packet, and what must become of it: a line of docs/packets.md.
 *
 * @param before frames that came before it
 * @param innerLength bytes of its IP packet
 * @param flow what is hashed, as the client's packets have it; empty if it is not forwarded
 * @param named who is the first hop, whatever the hash
 * @param port what enters the outer source port
 */
record PacketCase(
    String name,
    Verdict verdict,
    List<byte[]> before,
    byte[] frame,
    int innerLength,
    Optional<Flow> flow,
    Optional<IpAddress> named,
    int port) {

  /** Goes to the hops of {@code flow}. */
  static PacketCase forwarded(String name, Frame frame, Flow flow) {
    return forwarded(name, frame, frame.toBytes(), flow);
  }

  /**
   * The same.
   *
   * @param changed the frame, with something in it that {@link Frame} does not make
   */
  static PacketCase forwarded(String name, Frame frame, byte[] changed, Flow flow) {
    return forwarded(name, List.of(), frame, changed, flow, flow.sourcePort());
  }

  /** The same packet, which says itself who is the first hop. */
  PacketCase to(IpAddress backend) {
    return new PacketCase(
        name, verdict, before, frame, innerLength, flow, Optional.of(backend), port);
  }

  /** The same packet, behind others. */
  PacketCase after(Frame... frames) {
    return new PacketCase(
        name, verdict, bytes(List.of(frames)), frame, innerLength, flow, named, port);
  }

  /** A fragment: no port enters the outer source port. */
  static PacketCase fragment(String name, List<Frame> before, Frame frame, Flow flow) {
    return forwarded(name, before, frame, frame.toBytes(), flow, 0);
  }

  private static PacketCase forwarded(
      String name, List<Frame> before, Frame frame, byte[] changed, Flow flow, int port) {
    return new PacketCase(
        name,
        Verdict.TX_FORWARDED,
        bytes(before),
        changed,
        frame.ipPacket().length,
        Optional.of(flow),
        Optional.empty(),
        port);
  }

  /** Passed or dropped. */
  static PacketCase ended(String name, Frame frame, Verdict verdict) {
    return ended(name, List.of(), frame, verdict);
  }

  static PacketCase ended(String name, byte[] frame, Verdict verdict) {
    return new PacketCase(
        name, verdict, List.of(), frame, 0, Optional.empty(), Optional.empty(), 0);
  }

  static PacketCase ended(String name, List<Frame> before, Frame frame, Verdict verdict) {
    return new PacketCase(
        name, verdict, bytes(before), frame.toBytes(), 0, Optional.empty(), Optional.empty(), 0);
  }

  private static List<byte[]> bytes(List<Frame> frames) {
    return frames.stream().map(Frame::toBytes).toList();
  }

  @Override
  public String toString() {
    return name;
  }
}
