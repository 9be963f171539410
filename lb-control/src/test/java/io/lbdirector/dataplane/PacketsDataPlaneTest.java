package io.lbdirector.dataplane;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lbdirector.bpf.BpfProgram.TestRun;
import io.lbdirector.bpf.LeakCheck;
import io.lbdirector.forwarding.Flow;
import io.lbdirector.forwarding.IpAddress;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every line of docs/packets.md, byte for byte. Needs CAP_BPF, CAP_NET_ADMIN. */
@ExtendWith(LeakCheck.class)
class PacketsDataPlaneTest {
  private static final Path PAGE = Path.of("../docs/packets.md");
  private static final Pattern LINE =
      Pattern.compile("^\\| ([^|]+) \\| `(\\w+)` \\|", Pattern.MULTILINE);
  private static final int LEAST_LINES = 60;
  private static final HexFormat HEX = HexFormat.of();

  private static PacketWorld world;

  @BeforeAll
  static void load() {
    world = new PacketWorld();
  }

  @AfterAll
  static void unload() {
    if (world != null) {
      world.close();
    }
  }

  static Stream<PacketCase> cases() {
    return PacketCases.all();
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("cases")
  void shouldDoWhatThePageSays(PacketCase packet) {
    NeedsKernel.forFrame(packet.frame());
    assertDoneAsThePageSays(packet);
  }

  /** Else of the packets that take the short way only that would be seen. */
  @Test
  void shouldDoTheSameByTheCompleteWay() {
    LoadedDirector director = world.director();
    director.closeShortWay();
    try {
      cases()
          .filter(packet -> NeedsKernel.canRun(packet.frame()))
          .forEach(PacketsDataPlaneTest::assertDoneAsThePageSays);
    } finally {
      director.setPort(LoadedDirector.LOOPBACK, PacketWorld.MTU);
    }
  }

  private static void assertDoneAsThePageSays(PacketCase packet) {
    LoadedDirector director = world.director();
    packet.before().forEach(director::send);
    assertEquals(packet.verdict(), director.verdictOf(packet.frame()), packet.name());

    TestRun out = director.send(packet.frame());
    String action = packet.verdict().label().replaceAll("_.*", "");
    assertEquals(
        Map.of("tx", LoadedDirector.TX, "pass", LoadedDirector.PASS, "drop", LoadedDirector.DROP)
            .get(action),
        out.result());
    byte[] expected =
        packet.flow().map(flow -> wrapped(packet, flow, packet.named())).orElse(packet.frame());
    assertEquals(HEX.formatHex(expected), HEX.formatHex(out.packet()), packet.name());
  }

  /** Else the cases of QUIC would prove nothing: the hash must lead all of them elsewhere. */
  @Test
  void shouldTellTheServerFromTheRow() {
    List<PacketCase> quic =
        cases().filter(c -> c.flow().stream().anyMatch(f -> isQuic(f))).toList();
    assertTrue(quic.size() >= 30, quic.size() + " cases");
    for (PacketCase packet : quic) {
      Flow flow = packet.flow().orElseThrow();
      byte[] byHash = wrapped(packet, flow, Optional.empty());
      byte[] byId = wrapped(packet, flow, Optional.of(QuicCases.SERVER));
      assertFalse(Arrays.equals(byHash, byId), packet.name());
    }
  }

  private static boolean isQuic(Flow flow) {
    return PacketWorld.QUIC.contains(flow.destination());
  }

  private static byte[] wrapped(PacketCase packet, Flow flow, Optional<IpAddress> named) {
    return world.wrapped(packet.frame(), packet.innerLength(), flow, named, packet.port(), 0);
  }

  @Test
  void shouldHaveALineForEachCase() throws IOException {
    Map<String, String> cases = new LinkedHashMap<>();
    cases().forEach(c -> cases.put(c.name(), c.verdict().label()));
    EgressCase.all().forEach(c -> cases.put(c.name(), c.verdict().label()));
    assertEquals(cases.size(), cases().count() + EgressCase.all().size(), "two cases of one name");
    Map<String, String> page = new LinkedHashMap<>();
    Matcher lines = LINE.matcher(Files.readString(PAGE));
    while (lines.find()) {
      assertEquals(null, page.put(lines.group(1), lines.group(2)), "twice: " + lines.group(1));
    }
    assertEquals(cases, page);
    assertTrue(cases.size() >= LEAST_LINES, cases.size() + " lines");
  }
}
