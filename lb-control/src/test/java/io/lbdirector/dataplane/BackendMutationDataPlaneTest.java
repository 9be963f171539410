package io.lbdirector.dataplane;

import static io.lbdirector.packet.Actors.CLIENT;
import static io.lbdirector.packet.Actors.CLIENT6;
import static io.lbdirector.packet.Actors.VIP;
import static io.lbdirector.packet.Actors.VIP6;
import static io.lbdirector.packet.Actors.backend;
import static io.lbdirector.packet.Actors.backend6;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lbdirector.abi.Abi;
import io.lbdirector.abi.ControlLayout;
import io.lbdirector.abi.Outcome;
import io.lbdirector.bpf.LeakCheck;
import io.lbdirector.dataplane.LoadedBackend.Sent;
import io.lbdirector.forwarding.IpAddress;
import io.lbdirector.forwarding.Prefix;
import io.lbdirector.packet.Actors;
import io.lbdirector.packet.Frame;
import io.lbdirector.packet.GueModel;
import io.lbdirector.packet.OuterModel;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Damaged tunnel packets: whatever comes, it is counted once, and no byte is written but those that
 * may change. {@code -Dlb.seed=N} repeats a run, {@code -Dlb.frames=N} says how many. Needs
 * CAP_BPF, CAP_NET_ADMIN.
 */
@ExtendWith(LeakCheck.class)
class BackendMutationDataPlaneTest {
  private static final HexFormat HEX = HexFormat.of();
  private static final int PACKETS = Integer.getInteger("lb.frames", 250_000);

  private final long seed = Long.getLong("lb.seed", ThreadLocalRandom.current().nextLong());
  private final SplittableRandom random = new SplittableRandom(seed);

  @Test
  void shouldCountEachOnceAndWriteOnlyWhatMayChange() {
    System.out.println("BackendMutationDataPlaneTest: seed " + seed);
    List<byte[]> bases = bases();
    Map<Outcome, Integer> seen = new EnumMap<>(Outcome.class);
    try (LoadedBackend backend = LoadedBackend.asLoaded()) {
      backend.allow(new Prefix(IpAddress.parse("10.0.0.0"), 16));
      backend.allow(new Prefix(IpAddress.parse("2001:db8::"), 48));
      backend.onlyFor(VIP, VIP6);
      for (int i = 0; i < PACKETS; i++) {
        byte[] frame = mutated(bases.get(random.nextInt(bases.size())));
        Sent sent = backend.send(frame);
        seen.merge(sent.outcome(), 1, Integer::sum);
        check(frame, sent);
      }
    }
    System.out.println("BackendMutationDataPlaneTest: " + seen);
    assertTrue(seen.size() >= 9, "too tame, seed " + seed + ": " + seen);
  }

  private static List<byte[]> bases() {
    byte[] data = new byte[30];
    List<Frame> inner =
        List.of(
            Frame.tcp(CLIENT, 40000, VIP, 443, 16, data),
            Frame.tcp(CLIENT6, 40000, VIP6, 443, 16, data),
            Frame.tcpSyn(CLIENT, 40000, VIP, 443).withTrafficClass(1),
            Frame.tcpSyn(CLIENT6, 40000, VIP6, 443).withTrafficClass(2),
            Frame.tcp(CLIENT, 40000, VIP, 443, 16, data).withOptions(new byte[8]),
            Frame.udp(CLIENT, 1, VIP, 53, data),
            Frame.icmp(CLIENT, VIP, 3, 4, Frame.tcp(VIP, 1, CLIENT, 2, 16, data).ipPacket()),
            Frame.icmp(CLIENT6, VIP6, 2, 0, Frame.tcp(VIP6, 1, CLIENT6, 2, 16, data).ipPacket()));
    List<byte[]> bases = new ArrayList<>();
    for (Frame frame : inner) {
      for (int hops : new int[] {1, 2, 4, 8}) {
        for (boolean v4 : new boolean[] {true, false}) {
          byte[] wrapped = wrapped(frame, hops, v4);
          bases.add(wrapped);
          bases.add(OuterModel.tagged(OuterModel.withUdpChecksum(wrapped), 12));
        }
      }
    }
    byte[] question = ControlLayout.question(VIP, 1, 14);
    bases.add(Frame.udp(Actors.DIRECTOR, 5, backend(1), Abi.GUE_PORT, question).toBytes());
    bases.add(Frame.udp(Actors.DIRECTOR6, 5, backend6(1), Abi.GUE_PORT, question).toBytes());
    return bases;
  }

  private static byte[] wrapped(Frame inner, int hops, boolean v4) {
    List<IpAddress> chain =
        IntStream.rangeClosed(1, hops).mapToObj(n -> v4 ? backend(n) : backend6(n)).toList();
    byte[] frame = inner.toBytes();
    int marked = hops == 4 ? 3 : 0; // congestion met
    return GueModel.encapsulate(frame, frame.length - 14, chain, 0x8123, marked);
  }

  /** Up to four bytes changed within the headers; one in eight is also cut, or made longer. */
  private byte[] mutated(byte[] base) {
    byte[] frame = base.clone();
    for (int changes = random.nextInt(5); changes > 0; changes--) {
      int at = 12 + random.nextInt(frame.length - 12);
      boolean bit = random.nextBoolean();
      frame[at] = (byte) (bit ? frame[at] ^ 1 << random.nextInt(8) : random.nextInt(256));
    }
    return random.nextInt(8) > 0 ? frame : Arrays.copyOf(frame, 14 + random.nextInt(300));
  }

  private void check(byte[] frame, Sent sent) {
    switch (sent.outcome()) {
      case PASSED -> checkUntouched(LoadedDirector.PASS, frame, sent);
      case MALFORMED, REFUSED_SOURCE, REFUSED_VIP, REFUSED_ECN ->
          checkUntouched(LoadedDirector.DROP, frame, sent);
      case FORWARDED -> checkForwarded(frame, sent);
      case CONTROL -> checkAnswered(frame, sent);
      default -> checkStripped(frame, sent);
    }
  }

  private void checkUntouched(int action, byte[] frame, Sent sent) {
    same(action, sent.action(), frame, sent);
    same(HEX.formatHex(frame), HEX.formatHex(sent.packet()), frame, sent);
  }

  /** Whatever the IPv4 checksum was, it is right now; the UDP checksum is as right as before. */
  private void checkForwarded(byte[] frame, Sent sent) {
    same(LoadedDirector.TX, sent.action(), frame, sent);
    int hop = sent.packet()[OuterModel.gueOffset(frame) + 6] - 1;
    int checksum = OuterModel.udpOffset(frame) + 6;
    byte[] model = OuterModel.forwarded(frame, hop);
    boolean none = OuterModel.shortAt(frame, checksum) == 0;
    same(none, OuterModel.shortAt(sent.packet(), checksum) == 0, frame, sent);
    System.arraycopy(sent.packet(), checksum, model, checksum, 2);
    same(HEX.formatHex(model), HEX.formatHex(sent.packet()), frame, sent);
  }

  private void checkStripped(byte[] frame, Sent sent) {
    same(LoadedDirector.PASS, sent.action(), frame, sent);
    byte[] model = OuterModel.stripped(frame);
    int ip = OuterModel.ipOffset(frame);
    boolean v4 = frame[ip] >> 4 == 4;
    int outside = v4 ? frame[ip + 1] & 3 : frame[ip + 1] >> 4 & 3;
    if (outside == 3) {
      mark(model, OuterModel.ipOffset(frame), sent.packet());
    }
    same(HEX.formatHex(model), HEX.formatHex(sent.packet()), frame, sent);
  }

  /** As RFC 6040 wants it; the checksum is taken as it is, for it may have been wrong before. */
  private static void mark(byte[] model, int inner, byte[] sent) {
    if (model[inner] >> 4 == 4) {
      model[inner + 1] |= 3;
      System.arraycopy(sent, inner + 10, model, inner + 10, 2);
    } else {
      model[inner + 1] |= 0x30;
    }
  }

  /** Outside of MACs, addresses, ports, checksum and the message nothing may change. */
  private void checkAnswered(byte[] frame, Sent sent) {
    same(LoadedDirector.TX, sent.action(), frame, sent);
    int udp = OuterModel.udpOffset(frame);
    int end = udp + OuterModel.shortAt(frame, udp + 4);
    int addresses = frame[OuterModel.ipOffset(frame)] >> 4 == 4 ? 8 : 32;
    same(part(frame, 12, udp - addresses), part(sent.packet(), 12, udp - addresses), frame, sent);
    same(part(frame, udp + 4, udp + 6), part(sent.packet(), udp + 4, udp + 6), frame, sent);
    int rest = frame.length;
    same(part(frame, end, rest), part(sent.packet(), end, sent.packet().length), frame, sent);
  }

  private static String part(byte[] frame, int from, int to) {
    return HEX.formatHex(frame, from, to);
  }

  private void same(Object expected, Object actual, byte[] frame, Sent sent) {
    assertEquals(
        expected,
        actual,
        () -> sent.outcome() + ", seed " + seed + ", frame " + HEX.formatHex(frame));
  }
}
