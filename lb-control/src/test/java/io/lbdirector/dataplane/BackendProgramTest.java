package io.lbdirector.dataplane;

import static io.lbdirector.packet.Actors.CLIENT;
import static io.lbdirector.packet.Actors.VIP;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lbdirector.abi.Outcome;
import io.lbdirector.bpf.BpfException;
import io.lbdirector.bpf.BpfFs;
import io.lbdirector.bpf.LeakCheck;
import io.lbdirector.bpf.PrivateBpfFs;
import io.lbdirector.dataplane.BackendProgram.Attached;
import io.lbdirector.dataplane.BackendProgram.Options;
import io.lbdirector.dataplane.CounterReader.Count;
import io.lbdirector.forwarding.IpAddress;
import io.lbdirector.forwarding.Prefix;
import io.lbdirector.packet.Actors;
import io.lbdirector.packet.Frame;
import io.lbdirector.packet.OuterModel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The backend's program on a real interface. Needs root: a network namespace, a bpffs, XDP. */
@ExtendWith(LeakCheck.class)
class BackendProgramTest {
  private static final int PORT = 19523;
  private static final Prefix DIRECTOR = Prefix.host(Actors.DIRECTOR);
  private static final Prefix OTHERS = new Prefix(IpAddress.parse("192.0.2.0"), 24);
  private static final byte[] SYN = BackendHost.tunnelled(Frame.tcpSyn(CLIENT, 40000, VIP, 443));

  private PrivateBpfFs bpffs;
  private BackendHost host;
  private BackendProgram program;

  @BeforeEach
  void open() throws Exception {
    bpffs = PrivateBpfFs.mount();
    host = new BackendHost();
    program = on("eth0");
  }

  @AfterEach
  void close() {
    try {
      host.close();
    } finally {
      bpffs.close();
    }
  }

  private BackendProgram on(String interfaceName) {
    return new BackendProgram(bpffs.folder(), host.inode(), interfaceName, BpfObjects.backend());
  }

  private Attached attach(Set<Prefix> allowFrom, IpAddress... vips) throws Exception {
    Options options = new Options(PORT, allowFrom, Set.of(vips));
    return host.call(() -> program.attach(BackendHost.ETH0, options));
  }

  /** Sends a tunnelled packet, and then a plain one; returns what the kernel gets first. */
  private byte[] sendAndReceive() {
    byte[] plain = Frame.udp(CLIENT, 1, VIP, 2, new byte[30]).toBytes();
    host.send(SYN);
    host.send(plain);
    byte[] first = host.receive();
    if (first.length != plain.length) {
      assertArrayEquals(plain, host.receive());
    }
    return first;
  }

  private boolean isAccepted() {
    return Arrays.equals(OuterModel.stripped(SYN), sendAndReceive());
  }

  private long count(Outcome outcome) {
    return program.stats().total().get(outcome).packets();
  }

  @Test
  void shouldAcceptFromTheListedSendersOnceAttached() throws Exception {
    assertEquals(Attached.NATIVE, attach(Set.of(DIRECTOR)));
    assertTrue(isAccepted());
    assertEquals(new Count(1, SYN.length), program.stats().vips().get(VIP).get(Outcome.SYN));
    assertEquals(1, count(Outcome.PASSED));
  }

  @Test
  void shouldAcceptFromEverybodyIfToldSo() throws Exception {
    attach(Set.of(Options.ANY));
    assertTrue(isAccepted());
  }

  @Test
  void shouldReplaceListsAndKeepCountersWhenAttachedAgain() throws Exception {
    attach(Set.of(OTHERS));
    assertFalse(isAccepted());
    assertEquals(Attached.REPLACED, attach(Set.of(DIRECTOR, OTHERS)));
    assertTrue(isAccepted());
    assertEquals(Attached.REPLACED, attach(Set.of(DIRECTOR), Actors.STRANGER));
    assertFalse(isAccepted());
    assertEquals(Attached.REPLACED, attach(Set.of(DIRECTOR), VIP));
    assertTrue(isAccepted());
    assertEquals(Attached.REPLACED, attach(Set.of(DIRECTOR)));
    assertTrue(isAccepted());
    assertEquals(Attached.REPLACED, attach(Set.of(OTHERS)));
    assertFalse(isAccepted());
    assertEquals(3, count(Outcome.SYN));
    assertEquals(2, count(Outcome.REFUSED_SOURCE));
    assertEquals(1, count(Outcome.REFUSED_VIP));
  }

  @Test
  void shouldTellWhatIsAttachedAndWhoMaySend() throws Exception {
    assertEquals(Optional.empty(), program.pinnedLink());
    attach(Set.of(DIRECTOR, OTHERS), VIP, Actors.VIP6);
    PinnedLink link = program.pinnedLink().orElseThrow();
    assertEquals("eth0", link.interfaceName());
    assertEquals(BackendHost.ETH0, link.ifindex());
    assertEquals(Set.of(DIRECTOR, OTHERS), program.allowed());
    assertEquals(Set.of(VIP, Actors.VIP6), program.listedVips());
    attach(Set.of(Options.ANY));
    assertEquals(link.linkId(), program.pinnedLink().orElseThrow().linkId());
    assertEquals(Set.of(Options.ANY), program.allowed());
    assertEquals(Set.of(), program.listedVips());
  }

  @Test
  void shouldNeverRefuseASenderThatIsListedBeforeAndAfter() throws Exception {
    Set<Prefix> some = Set.of(DIRECTOR, OTHERS);
    Set<Prefix> more = many();
    attach(some, VIP);
    AtomicBoolean done = new AtomicBoolean();
    CompletableFuture<Long> sender = CompletableFuture.supplyAsync(() -> sendUntil(done));
    try {
      for (int i = 0; i < 15; i++) {
        attach(more, VIP, Actors.VIP6);
        attach(some);
        attach(some, VIP);
      }
    } finally {
      done.set(true);
    }
    long sent = sender.get();
    assertTrue(sent > 0);
    assertEquals(sent, count(Outcome.SYN));
    assertEquals(sent, program.stats().total().values().stream().mapToLong(Count::packets).sum());
  }

  private static Set<Prefix> many() {
    Set<Prefix> networks =
        IntStream.range(0, 200)
            .mapToObj(i -> Prefix.host(IpAddress.parse("10.9.0." + i)))
            .collect(Collectors.toSet());
    networks.add(DIRECTOR);
    return networks;
  }

  /** One at a time, so that none is lost in a ring. */
  private long sendUntil(AtomicBoolean done) {
    long sent = 0;
    while (!done.get()) {
      host.send(SYN);
      host.receive();
      sent++;
    }
    return sent;
  }

  @Test
  void shouldLeaveNothingBehindWhenDetached() throws Exception {
    attach(Set.of(DIRECTOR));
    assertTrue(program.detach());
    assertFalse(program.detach());
    assertArrayEquals(SYN, sendAndReceive());
    assertEquals(0, bpffs.folder().resolve("lb-backend").toFile().list().length);
  }

  @Test
  void shouldAttachAnewAtOnceWhenDetached() throws Exception {
    for (int i = 0; i < 10; i++) {
      assertEquals(Attached.NATIVE, attach(Set.of(DIRECTOR)));
      assertTrue(isAccepted());
      assertEquals(1, count(Outcome.SYN));
      assertTrue(program.detach());
    }
  }

  @Test
  void shouldLeaveNothingBehindWhenItCannotAttach() throws Exception {
    Options options = new Options(PORT, Set.of(DIRECTOR), Set.of());
    assertThrows(
        BpfException.class, () -> host.call(() -> program.attach(4711, options)), "no such device");
    assertEquals(0, bpffs.folder().resolve("lb-backend").toFile().list().length);
  }

  @Test
  void shouldTakeOverFromAProgramWithOtherMaps() throws Exception {
    attach(Set.of(DIRECTOR));
    Path seen = pins().resolve("lb_vip_seen");
    BpfFs.unpin(seen);
    assertEquals(Attached.REPLACED, attach(Set.of(DIRECTOR)));
    assertTrue(Files.exists(seen));
    assertTrue(isAccepted());
    assertEquals(Set.of(VIP), program.stats().vips().keySet());
  }

  private Path pins() {
    return bpffs.folder().resolve("lb-backend").resolve(host.inode() + "/eth0");
  }

  @Test
  void shouldSayThatItIsNotAttached() {
    IllegalStateException none = assertThrows(IllegalStateException.class, program::stats);
    assertTrue(
        none.getMessage().startsWith("interface eth0 of this network namespace has no backend"),
        none.getMessage());
    assertTrue(none.getMessage().contains(pins().resolve("link").toString()), none.getMessage());
  }

  /** As when a container ends and the namespace of the next gets its number. */
  @Test
  void shouldNotTakePinsOfAnInterfaceThatIsGoneForItsOwn() throws Exception {
    attach(Set.of(DIRECTOR));
    assertTrue(isAccepted());
    host.exec("ip", "link", "delete", "eth0");
    host.exec("ip", "link", "add", "eth0", "index", "10", "type", "veth", "peer", "name", "wire");
    assertThrows(IllegalStateException.class, program::stats);
    assertEquals(Attached.NATIVE, attach(Set.of(DIRECTOR)));
    assertEquals(0, count(Outcome.SYN));
    host.exec("ip", "link", "delete", "eth0");
    assertFalse(program.detach());
    assertFalse(Files.exists(pins()));
  }

  @Test
  void shouldRefuseOptionsThatLetNobodyInOrHaveNoRoom() {
    assertThrows(
        IllegalArgumentException.class, () -> new Options(PORT, Set.of(), Set.of()), "nobody");
    Set<Prefix> tooMany =
        IntStream.rangeClosed(0, 4096)
            .mapToObj(i -> Prefix.host(IpAddress.parse("10." + (i >> 8) + "." + (i & 255) + ".1")))
            .collect(Collectors.toSet());
    IllegalArgumentException refused =
        assertThrows(IllegalArgumentException.class, () -> new Options(PORT, tooMany, Set.of()));
    assertEquals("4097 networks; at most 4096 have room", refused.getMessage());
  }
}
