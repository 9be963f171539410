package io.lbdirector.dataplane;

import static io.lbdirector.dataplane.LoadedDirector.SETTINGS;
import static io.lbdirector.dataplane.LoadedDirector.quicTable;
import static io.lbdirector.dataplane.LoadedDirector.rows;
import static io.lbdirector.dataplane.LoadedDirector.table;
import static io.lbdirector.packet.Actors.CLIENT;
import static io.lbdirector.packet.Actors.CLIENT6;
import static io.lbdirector.packet.Actors.VIP;
import static io.lbdirector.packet.Actors.VIP6;
import static io.lbdirector.packet.Actors.backend;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.lbdirector.abi.Abi;
import io.lbdirector.abi.BucketLayout;
import io.lbdirector.abi.LiveLayout.Echo;
import io.lbdirector.abi.LiveLayout.Settings;
import io.lbdirector.abi.Verdict;
import io.lbdirector.bpf.LeakCheck;
import io.lbdirector.bpf.MappedMemory;
import io.lbdirector.forwarding.Bind;
import io.lbdirector.forwarding.ForwardingTable;
import io.lbdirector.forwarding.IpAddress;
import io.lbdirector.forwarding.PortRange;
import io.lbdirector.forwarding.Prefix;
import io.lbdirector.forwarding.Protocol;
import io.lbdirector.packet.Frame;
import io.lbdirector.packet.QuicFrames;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Each step of a swap fails in turn; then the old generation serves as if nothing had been tried.
 */
@ExtendWith(LeakCheck.class)
class DataPlaneSwapFaultTest {
  private static final Bind WIDE =
      new Bind(
          new Prefix(IpAddress.parse("198.18.0.0"), 15),
          Optional.of(Protocol.TCP),
          new PortRange(8000, 8099));

  private static final byte[] TO_WIDE =
      Frame.tcpSyn(CLIENT, 40000, IpAddress.parse("198.19.1.2"), 8080).toBytes();

  private static final ForwardingTable ROWS = rows(2, List.of(backend(1), backend(2)));

  private static final byte[] TO_SERVER = QuicFrames.shortHeader(CLIENT, 40000, VIP, 7).toBytes();

  private static final DesiredState BEFORE =
      new DesiredState(
          SETTINGS,
          List.of(
              table(
                  "web",
                  List.of(backend(1), backend(2)),
                  Bind.exact(VIP, Protocol.TCP, 80),
                  Bind.exact(VIP6, Protocol.TCP, 80)),
              table(
                  "other",
                  List.of(backend(3)),
                  Bind.exact(VIP, Protocol.UDP, 53),
                  WIDE,
                  new Bind(Prefix.host(VIP6), Optional.of(Protocol.UDP), PortRange.ANY)),
              quicTable("quic", ROWS, Map.of(7, backend(1)), Bind.exact(VIP, Protocol.UDP, 443))));

  /** Changes backends, rows, binds of both families, whom a server id names, and settings. */
  private static final DesiredState AFTER =
      new DesiredState(
          new Settings(
              SETTINGS.sourceIp(),
              SETTINGS.sourceIp6(),
              true,
              Echo.PASS,
              OptionalInt.of(1400),
              OptionalInt.of(1200),
              false),
          List.of(
              table(
                  "web",
                  List.of(backend(2), backend(4), backend(5)),
                  Bind.exact(VIP, Protocol.TCP, 80),
                  Bind.exact(VIP6, Protocol.TCP, 443)),
              table(
                  "new",
                  List.of(backend(6)),
                  Bind.exact(VIP, Protocol.UDP, 54),
                  WIDE,
                  new Bind(Prefix.host(VIP6), Optional.empty(), new PortRange(1000, 1999))),
              quicTable("quic", ROWS, Map.of(7, backend(2)), Bind.exact(VIP, Protocol.UDP, 443))));

  private LoadedDirector director;

  @BeforeEach
  void load() {
    director = new LoadedDirector();
    director.publish(BEFORE);
  }

  @AfterEach
  void unload() {
    if (director != null) {
      director.close();
    }
  }

  /** Everything that stands in the maps and pins, counters apart. */
  private record Image(
      LiveState live,
      Settings idleSettings,
      List<Integer> wideCounts,
      List<String> wideBits,
      List<Integer> innerMaps,
      List<Integer> serverMaps,
      List<String> exactBinds,
      Map<Integer, IpAddress> backends,
      List<String> pins) {}

  private Image image() {
    DataPlane plane = director.plane();
    return new Image(
        LiveStateReader.read(plane),
        plane.settings(Abi.slotOf(plane.generation() + 1)),
        List.of(plane.wideCount(0), plane.wideCount(1)),
        List.of(wideBits(plane, 0), wideBits(plane, 1)),
        innerMaps(plane),
        serverMaps(plane),
        List.of(exactBinds(plane, 0), exactBinds(plane, 1)),
        plane.backends(),
        pins());
  }

  /** Ids of the inner maps in both slots of each family, and in the first table slots. */
  private static List<Integer> innerMaps(DataPlane plane) {
    List<Integer> ids = new ArrayList<>();
    for (int family : List.of(Abi.FAMILY_IPV4, Abi.FAMILY_IPV6)) {
      for (int slot = 0; slot < Abi.GENERATIONS; slot++) {
        ids.add(plane.vips(family).outer().lookupInnerId(slot));
      }
    }
    for (int family : List.of(Abi.FAMILY_IPV4, Abi.FAMILY_IPV6)) {
      for (int slot = 0; slot < Abi.GENERATIONS; slot++) {
        ids.add(plane.nets(family).outer().lookupInnerId(slot));
      }
    }
    for (int slot = 0; slot < 32; slot++) {
      int id = plane.map(Abi.TABLES).lookupInnerId(slot);
      ids.add(id == plane.emptyTable().id() ? 0 : id); // both are a slot without a table
    }
    return ids;
  }

  private static List<Integer> serverMaps(DataPlane plane) {
    return List.of(
        plane.servers().outer().lookupInnerId(0), plane.servers().outer().lookupInnerId(1));
  }

  private static String wideBits(DataPlane plane, int slot) {
    byte[] bits = plane.map(Abi.WIDE_BITS).lookup(Abi.key(slot)).orElseThrow();
    return BitSet.valueOf(bits).toString();
  }

  private static String exactBinds(DataPlane plane, int slot) {
    byte[] buckets = new byte[plane.bucketCount(slot) * BucketLayout.LENGTH];
    try (MappedMemory memory = plane.map(Abi.BINDS).mmap(false)) {
      memory.getBytes((long) slot * Abi.BUCKETS * BucketLayout.LENGTH, buckets);
    }
    return HexFormat.of().formatHex(buckets);
  }

  private List<String> pins() {
    try (Stream<Path> all = Files.walk(director.pins().instance())) {
      return all.map(Path::toString).sorted().toList();
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  /** Descriptors of BPF objects; others come and go with what else the JVM does. */
  private static long openFds() throws IOException {
    try (Stream<Path> fds = Files.list(Path.of("/proc/self/fd"))) {
      return fds.filter(DataPlaneSwapFaultTest::isBpf).count();
    }
  }

  private static boolean isBpf(Path fd) {
    try {
      return Files.readSymbolicLink(fd).toString().contains("bpf");
    } catch (IOException closedMeanwhile) {
      return false;
    }
  }

  @ParameterizedTest
  @EnumSource(value = SwapStep.class, mode = EnumSource.Mode.EXCLUDE, names = "SWEEP")
  void shouldChangeNothingThatIsLiveWhenAStepFailsAndSucceedAtTheNextTry(SwapStep failing)
      throws IOException {
    byte[] syn = Frame.tcpSyn(CLIENT, 40000, VIP, 80).toBytes();
    Image before = image();
    byte[] sent = director.send(syn).packet();
    byte[] sentWide = director.send(TO_WIDE).packet();
    byte[] sentToServer = director.send(TO_SERVER).packet();
    long fds = openFds();
    IllegalStateException fault = new IllegalStateException("made to fail");

    RuntimeException thrown =
        assertThrows(
            RuntimeException.class,
            () ->
                director.publish(
                    AFTER,
                    step -> {
                      if (step == failing) {
                        throw fault;
                      }
                    }));

    assertSame(fault, thrown);
    assertEquals(0, thrown.getSuppressed().length);
    assertEquals(before, image());
    assertEquals(fds, openFds());
    assertArrayEquals(sent, director.send(syn).packet());
    assertArrayEquals(sentWide, director.send(TO_WIDE).packet());
    assertArrayEquals(sentToServer, director.send(TO_SERVER).packet());

    Transition transition = director.publish(AFTER);
    assertEquals(transition.next(), LiveStateReader.read(director.plane()));
    assertEquals(2, director.plane().generation());
  }

  /** Only IPv4 left, other backends, other rows: what is littered must not shine through. */
  private static final DesiredState ONLY_IPV4 =
      new DesiredState(
          SETTINGS, List.of(table("web", List.of(backend(8)), Bind.exact(VIP, Protocol.TCP, 80))));

  private static SwapStep.Observer failingAt(SwapStep first) {
    return step -> {
      if (step == first || step == SwapStep.SWEEP) {
        throw new IllegalStateException("made to fail at " + step);
      }
    };
  }

  private void assertServesOnlyIpv4AndNothingElseStands() {
    Image found = image();
    assertEquals(Settings.NONE, found.idleSettings());
    assertEquals(Set.of(backend(8)), found.live().backends().keySet());
    int slot = found.live().tables().values().iterator().next();
    int generation = Abi.slotOf(found.live().generation());
    for (int family = 0; family < 2; family++) {
      int live = found.innerMaps().get(2 * family + generation);
      int idle = found.innerMaps().get(2 * family + 1 - generation);
      int empty =
          director.plane().vips(family == 0 ? Abi.FAMILY_IPV4 : Abi.FAMILY_IPV6).empty().id();
      assertEquals(family == 1, live == empty);
      assertEquals(empty, idle);
    }
    for (int at = 0; at < 4; at++) {
      int family = at < 2 ? Abi.FAMILY_IPV4 : Abi.FAMILY_IPV6;
      assertEquals(director.plane().nets(family).empty().id(), found.innerMaps().get(4 + at));
    }
    int noServers = director.plane().servers().empty().id();
    assertEquals(List.of(noServers, noServers), found.serverMaps());
    assertEquals(List.of(0, 0), found.wideCounts());
    assertEquals(List.of("{}", "{}"), found.wideBits());
    for (int at = 0; at < 32; at++) {
      assertEquals(at == slot, found.innerMaps().get(8 + at) != 0, "table slot " + at);
    }
    assertEquals(
        Verdict.PASS_NO_BIND, director.verdictOf(Frame.tcpSyn(CLIENT6, 1, VIP6, 80).toBytes()));
    assertEquals(Verdict.PASS_NO_BIND, director.verdictOf(TO_WIDE));
    assertEquals(
        Verdict.TX_FORWARDED, director.verdictOf(Frame.tcpSyn(CLIENT, 1, VIP, 80).toBytes()));
  }

  @ParameterizedTest
  @EnumSource(SwapStep.class)
  void shouldLetNothingShineThroughOfWhatADaemonThatDiedHadBegun(SwapStep last) {
    assertThrows(RuntimeException.class, () -> director.publish(AFTER, failingAt(last)));
    director.closeHandles();
    director.open();
    director.publish(ONLY_IPV4);
    assertServesOnlyIpv4AndNothingElseStands();
  }

  @ParameterizedTest
  @EnumSource(SwapStep.class)
  void shouldFreeAtTheNextSwapWhatCouldNotBeFreed(SwapStep last) {
    assertThrows(RuntimeException.class, () -> director.publish(AFTER, failingAt(last)));
    director.publish(ONLY_IPV4);
    assertServesOnlyIpv4AndNothingElseStands();
  }

  @Test
  void shouldSweepWithoutPublishingWhenNothingElseIsToDo() {
    assertThrows(
        RuntimeException.class, () -> director.publish(AFTER, failingAt(SwapStep.READ_VIPS_BACK)));
    director.closeHandles();
    director.open();
    director.publish(BEFORE);
    assertEquals(1, director.plane().generation());
    assertEquals(
        Set.of(backend(1), backend(2), backend(3)),
        Set.copyOf(director.plane().backends().values()));
  }

  @Test
  void shouldBeLiveThoughItsSweepFails() {
    DataPlaneSwap.RetireException late =
        assertThrows(
            DataPlaneSwap.RetireException.class,
            () ->
                director.publish(
                    AFTER,
                    step -> {
                      if (step == SwapStep.SWEEP) {
                        throw new IllegalStateException("made to fail");
                      }
                    }));
    assertEquals(2, director.plane().generation());
    assertEquals(late.live(), director.live());
    assertEquals(
        Verdict.TX_FORWARDED, director.verdictOf(Frame.tcpSyn(CLIENT6, 1, VIP6, 443).toBytes()));
  }

  @Test
  void shouldReachEveryStepInOrder() {
    List<SwapStep> steps = new ArrayList<>();
    director.publish(AFTER, steps::add);
    assertEquals(List.of(SwapStep.values()), steps.stream().distinct().toList());
  }

  @Test
  void shouldLeaveNothingBehindOverManySwaps() throws IOException {
    director.publish(AFTER);
    director.publish(BEFORE);
    List<String> pins = pins();
    long fds = openFds();
    for (int i = 0; i < 10; i++) {
      director.publish(AFTER);
      director.publish(BEFORE);
    }
    assertEquals(fds, openFds());
    assertEquals(pins, pins());
    assertEquals(23, director.plane().generation());
  }
}
