package io.lbdirector.dataplane;

import static io.lbdirector.packet.Actors.CLIENT;
import static io.lbdirector.packet.Actors.CLIENT6;
import static io.lbdirector.packet.Actors.VIP;
import static io.lbdirector.packet.Actors.VIP6;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lbdirector.abi.Outcome;
import io.lbdirector.abi.Verdict;
import io.lbdirector.bpf.BpfObject;
import io.lbdirector.bpf.BpfProgram.TestRun;
import io.lbdirector.bpf.LeakCheck;
import io.lbdirector.forwarding.Bind;
import io.lbdirector.forwarding.Protocol;
import io.lbdirector.packet.Actors;
import io.lbdirector.packet.Frame;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Frames that the kernel gives in several buffers. Needs CAP_BPF, CAP_NET_ADMIN. */
@ExtendWith(LeakCheck.class)
class JumboDataPlaneTest {
  private static final HexFormat HEX = HexFormat.of();
  private static final int JUMBO = 9000;
  private static final int OUTER = 20 + 8 + 8;

  @BeforeEach
  void kernelMustHaveThem() {
    NeedsKernel.from("5.18", "no XDP program takes a frame of several buffers");
    assertTrue(BpfObject.kernelHasXdpFrags());
  }

  private static LoadedDirector serve(int mtu) {
    LoadedDirector director = new LoadedDirector();
    director.setMtu(mtu);
    director.publish(
        new DesiredState(
            LoadedDirector.SETTINGS,
            List.of(
                LoadedDirector.table(
                    "web",
                    LoadedDirector.rows(1, List.of(Actors.backend(1))),
                    Bind.exact(VIP, Protocol.TCP, 443),
                    Bind.exact(VIP6, Protocol.TCP, 443)))));
    return director;
  }

  /** A segment in an IP packet of {@code length} bytes. */
  private static Frame segment(boolean v4, int length) {
    byte[] payload = new byte[length - (v4 ? 20 : 40) - 20];
    for (int i = 0; i < payload.length; i++) {
      payload[i] = (byte) (i * 31 + i / 256);
    }
    return v4
        ? Frame.tcp(CLIENT, 40000, VIP, 443, 0x10, payload)
        : Frame.tcp(CLIENT6, 40000, VIP6, 443, 0x10, payload);
  }

  @ParameterizedTest
  @CsvSource({"true,3000", "true,4000", "true,8964", "false,4000", "false,8964"})
  void shouldGoWholeToABackendAndOutOfTheTunnel(boolean v4, int length) {
    Frame frame = segment(v4, length);
    byte[] wrapped;
    try (LoadedDirector director = serve(JUMBO)) {
      assertEquals(Verdict.TX_FORWARDED, director.verdictOf(frame.toBytes()));
      TestRun out = director.send(frame.toBytes());
      assertEquals(LoadedDirector.TX, out.result());
      wrapped = out.packet();
    }
    assertEquals(Frame.ETHERNET_LENGTH + OUTER + length, wrapped.length);
    String inner = HEX.formatHex(frame.ipPacket());
    assertEquals(inner, HEX.formatHex(wrapped, Frame.ETHERNET_LENGTH + OUTER, wrapped.length));
    try (LoadedBackend backend = LoadedBackend.open()) {
      byte[] out = backend.send(wrapped).packet();
      assertEquals(inner, HEX.formatHex(out, Frame.ETHERNET_LENGTH, out.length));
    }
  }

  @ParameterizedTest
  @CsvSource({"true,8965", "false,8965", "true,8999"})
  void shouldTellTheSenderOfAJumboFrameThatIsTooBig(boolean v4, int length) {
    try (LoadedDirector director = serve(JUMBO)) {
      Frame frame = segment(v4, length);
      assertEquals(Verdict.TX_TOO_BIG, director.verdictOf(frame.toBytes()));
      byte[] answer = director.send(frame.toBytes()).packet();
      assertEquals(Frame.ETHERNET_LENGTH + (v4 ? 576 : 1280), answer.length);
      int quote = v4 ? 548 : 1232;
      assertEquals(
          HEX.formatHex(Arrays.copyOf(frame.ipPacket(), quote)),
          HEX.formatHex(answer, answer.length - quote, answer.length));
    }
  }

  @Test
  void shouldKnowALengthThatLies() {
    try (LoadedDirector director = serve(JUMBO)) {
      byte[] whole = segment(true, 8000).toBytes();
      assertEquals(
          Verdict.PASS_MALFORMED, director.verdictOf(Arrays.copyOf(whole, whole.length - 1)));
      assertEquals(
          Verdict.TX_FORWARDED, director.verdictOf(Arrays.copyOf(whole, whole.length + 1)));
    }
  }

  @Test
  void shouldKnowALyingLengthOnTheBackendToo() {
    byte[] wrapped;
    try (LoadedDirector director = serve(JUMBO)) {
      wrapped = director.send(segment(true, 8000).toBytes()).packet();
    }
    try (LoadedBackend backend = LoadedBackend.open()) {
      byte[] cut = Arrays.copyOf(wrapped, wrapped.length - 1);
      assertEquals(Outcome.MALFORMED, backend.send(cut).outcome());
    }
  }

  /** Every step that needs all of the headers, with as little as a byte behind the first buffer. */
  @Test
  void shouldForwardEverySizeAroundTheEndOfTheFirstBuffer() {
    try (LoadedDirector director = serve(JUMBO)) {
      for (int length = 3300; length < 3900; length += 7) {
        byte[] out = director.send(segment(true, length).toBytes()).packet();
        assertEquals(Frame.ETHERNET_LENGTH + OUTER + length, out.length, "length " + length);
      }
    }
  }
}
