package io.lbdirector.dataplane;

import static io.lbdirector.packet.Actors.CLIENT;
import static io.lbdirector.packet.Actors.DIRECTOR;
import static io.lbdirector.packet.Actors.DIRECTOR6;
import static io.lbdirector.packet.Actors.STRANGER;
import static io.lbdirector.packet.Actors.VIP;
import static io.lbdirector.packet.Actors.VIP6;
import static io.lbdirector.packet.Actors.backend;
import static io.lbdirector.packet.Actors.backend6;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.lbdirector.abi.Abi;
import io.lbdirector.abi.ControlLayout;
import io.lbdirector.abi.ControlLayout.Answer;
import io.lbdirector.abi.ControlLayout.Counter;
import io.lbdirector.abi.Outcome;
import io.lbdirector.bpf.LeakCheck;
import io.lbdirector.dataplane.LoadedBackend.Sent;
import io.lbdirector.forwarding.IpAddress;
import io.lbdirector.forwarding.Prefix;
import io.lbdirector.packet.Frame;
import io.lbdirector.packet.GueModel;
import io.lbdirector.packet.OuterModel;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Questions for counters, and their answers. Needs CAP_BPF, CAP_NET_ADMIN. */
@ExtendWith(LeakCheck.class)
class BackendControlDataPlaneTest {
  private static final HexFormat HEX = HexFormat.of();
  private static final long NONCE = 0xfedcba9876543210L;
  private static final int ALL = Outcome.values().length;
  private static final int ASKER_PORT = 50_001;
  private static final boolean[] BOTH = {true, false};

  private LoadedBackend backend;

  @BeforeEach
  void load() {
    backend = LoadedBackend.open();
  }

  @AfterEach
  void unload() {
    backend.close();
  }

  private static Frame question(boolean v4, byte[] payload) {
    return v4
        ? Frame.udp(DIRECTOR, ASKER_PORT, backend(1), Abi.GUE_PORT, payload)
        : Frame.udp(DIRECTOR6, ASKER_PORT, backend6(1), Abi.GUE_PORT, payload);
  }

  private static Frame answer(boolean v4, byte[] payload) {
    return v4
        ? Frame.udp(backend(1), Abi.GUE_PORT, DIRECTOR, ASKER_PORT, payload)
        : Frame.udp(backend6(1), Abi.GUE_PORT, DIRECTOR6, ASKER_PORT, payload);
  }

  /** Asks, holds the frame to what an answer must be, and reads it. */
  private Answer ask(boolean v4, IpAddress vip, int room) {
    byte[] frame = question(v4, ControlLayout.question(vip, NONCE, room)).toBytes();
    Sent sent = backend.send(frame);
    assertEquals(Outcome.CONTROL, sent.outcome());
    assertEquals(LoadedDirector.TX, sent.action());
    byte[] payload =
        Arrays.copyOfRange(sent.packet(), OuterModel.gueOffset(frame), sent.packet().length);
    byte[] model = answer(v4, payload).toBytes();
    System.arraycopy(frame, 6, model, 0, 6);
    System.arraycopy(frame, 0, model, 6, 6);
    assertEquals(HEX.formatHex(model), HEX.formatHex(sent.packet()), "all but the payload");
    return ControlLayout.decode(payload);
  }

  private static List<Counter> zeros(int count) {
    return Collections.nCopies(count, new Counter(0, 0));
  }

  private static byte[] syn() {
    byte[] inner = Frame.tcpSyn(CLIENT, 40000, VIP, 443).toBytes();
    List<IpAddress> hops = List.of(backend(1), backend(2));
    return GueModel.encapsulate(inner, inner.length - Frame.ETHERNET_LENGTH, hops, 0x8123, 0);
  }

  @Test
  @Tag("flood")
  void shouldAnswerWithTheCountersOfTheVip() {
    byte[] syn = syn();
    for (int i = 0; i < 70_000; i++) {
      backend.send(syn); // more than 16 bits hold
    }
    List<Counter> expected = new ArrayList<>(zeros(ALL));
    expected.set(Outcome.SYN.ordinal(), new Counter(70_000, 70_000L * syn.length));
    for (boolean v4 : BOTH) {
      assertEquals(new Answer(NONCE, VIP, expected), ask(v4, VIP, ALL));
    }
  }

  @Test
  void shouldAnswerWithZerosForAVipThatItHasNotSeen() {
    backend.send(syn());
    for (boolean v4 : BOTH) {
      assertEquals(new Answer(NONCE, VIP6, zeros(ALL)), ask(v4, VIP6, ALL));
      assertEquals(new Answer(NONCE, STRANGER, zeros(ALL)), ask(v4, STRANGER, ALL));
    }
    assertEquals(2, backend.stats().vips().size(), "questions make no entries but that of ::");
  }

  @Test
  void shouldTellWhatWasDroppedBeforeItsVipWasKnown() {
    byte[] syn = syn();
    backend.send(OuterModel.with(syn, OuterModel.gueOffset(syn), 0x45));
    List<Counter> expected = new ArrayList<>(zeros(ALL));
    expected.set(Outcome.MALFORMED.ordinal(), new Counter(1, syn.length));
    assertEquals(expected, ask(true, IpAddress.parse("::"), ALL).counters());
  }

  @Test
  void shouldAnswerWithAsManyCountersAsThereIsRoomFor() {
    backend.send(syn());
    for (boolean v4 : BOTH) {
      List<Counter> all = ask(v4, VIP, ALL).counters();
      assertEquals(ALL, all.size());
      for (int room = 0; room <= ALL + 6; room++) {
        int fit = Math.min(room, ALL);
        assertEquals(new Answer(NONCE, VIP, all.subList(0, fit)), ask(v4, VIP, room));
      }
    }
  }

  @Test
  void shouldNotWriteHalfACounter() {
    byte[] two = ControlLayout.question(VIP, NONCE, 2);
    byte[] halves = Arrays.copyOf(two, two.length - 1);
    Arrays.fill(halves, ControlLayout.LENGTH, halves.length, (byte) 0x5a);
    byte[] frame = question(true, halves).toBytes();
    byte[] out = backend.send(frame).packet();
    byte[] payload = Arrays.copyOfRange(out, OuterModel.gueOffset(frame), out.length);
    assertEquals(1, ControlLayout.decode(payload).counters().size());
    int behind = ControlLayout.LENGTH + ControlLayout.COUNTER_LENGTH;
    assertEquals("5a".repeat(15), HEX.formatHex(payload, behind, payload.length));
    byte[] whole = OuterModel.withUdpChecksum(out);
    assertEquals(HEX.formatHex(whole), HEX.formatHex(out));
  }

  @Test
  void shouldNotWriteBehindTheDatagram() {
    Frame frame = question(true, ControlLayout.question(VIP, NONCE, 0)).withPadding(40);
    byte[] out = backend.send(frame.toBytes()).packet();
    assertEquals("a5".repeat(40), HEX.formatHex(out, out.length - 40, out.length));
  }

  @Test
  void shouldLeaveAChecksumThatIsNotThere() {
    byte[] frame = question(true, ControlLayout.question(VIP, NONCE, ALL)).toBytes();
    int checksum = OuterModel.udpOffset(frame) + 6;
    byte[] without = OuterModel.with(OuterModel.with(frame, checksum, 0), checksum + 1, 0);
    assertEquals(0, OuterModel.shortAt(backend.send(without).packet(), checksum));
  }

  @Test
  void shouldAnswerThroughVlanTags() {
    byte[] frame = question(false, ControlLayout.question(VIP, NONCE, ALL)).toBytes();
    byte[] out = backend.send(OuterModel.tagged(frame, 7, 8)).packet();
    byte[] bare = backend.send(frame).packet();
    assertEquals(HEX.formatHex(OuterModel.tagged(bare, 7, 8)), HEX.formatHex(out));
  }

  @Test
  void shouldDropWhatIsNoQuestion() {
    byte[] question = ControlLayout.question(VIP, NONCE, 2);
    List<byte[]> wrong =
        List.of(
            OuterModel.with(question, 0, 0x21), // with options
            OuterModel.with(question, 1, 0),
            OuterModel.with(question, 1, 2), // an answer: two backends would play ping-pong
            OuterModel.with(question, 2, 1),
            OuterModel.with(question, 3, 1),
            Arrays.copyOf(question, ControlLayout.LENGTH - 1),
            Arrays.copyOf(question, 8));
    for (byte[] payload : wrong) {
      for (boolean v4 : BOTH) {
        byte[] frame = question(v4, payload).toBytes();
        Sent sent = backend.send(frame);
        assertEquals(Outcome.MALFORMED, sent.outcome());
        assertEquals(LoadedDirector.DROP, sent.action());
        assertEquals(HEX.formatHex(frame), HEX.formatHex(sent.packet()));
      }
    }
  }

  @Test
  void shouldAnswerAllowedSendersOnly() {
    byte[] question = ControlLayout.question(VIP, NONCE, ALL);
    try (LoadedBackend closed = LoadedBackend.asLoaded()) {
      for (boolean v4 : BOTH) {
        byte[] frame = question(v4, question).toBytes();
        Sent refused = closed.send(frame);
        assertEquals(Outcome.REFUSED_SOURCE, refused.outcome());
        assertEquals(LoadedDirector.DROP, refused.action());
        closed.allow(Prefix.host(v4 ? DIRECTOR : DIRECTOR6));
        assertEquals(Outcome.CONTROL, closed.send(frame).outcome());
      }
    }
  }
}
