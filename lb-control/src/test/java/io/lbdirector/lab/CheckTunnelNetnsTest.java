package io.lbdirector.lab;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lbdirector.abi.Abi;
import io.lbdirector.abi.ProbeResult;
import io.lbdirector.bpf.LeakCheck;
import io.lbdirector.director.CheckTunnel;
import io.lbdirector.forwarding.IpAddress;
import io.lbdirector.os.OsException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/**
 * Checks that walk the traffic's way, from a director to real backends: over IPv4 and IPv6, inside
 * and outside.
 */
@Timeout(300)
@ExtendWith(LeakCheck.class)
final class CheckTunnelNetnsTest {
  private static final List<IpAddress> VIPS = List.of(Lab.VIP4, Lab.VIP6);
  private static final Duration LONG = Duration.ofSeconds(20);
  private static final Duration SHORT = Duration.ofMillis(300);
  private static final int ROUNDS = 5;
  private static final long MEGABYTE = 1 << 20;

  /** The director's MTU, and Ethernet. */
  private static final int LONGEST_FRAME = 1614;

  private static final String VIP4_ROUTE = Lab.VIP4 + "/32";
  private static final String VIP6_ROUTE = Lab.VIP6 + "/128";
  private static final String GATEWAY = "10.0.0.1";
  private static final String GATEWAY6 = "2001:db8::1";

  private static Lab lab;

  @TempDir Path folder;
  private CheckTunnel tunnel;
  private MarkedClient client;

  @BeforeAll
  static void lay() {
    lab = Lab.serving();
  }

  @AfterAll
  static void remove() {
    lab.close();
  }

  @BeforeEach
  void open() {
    Lab.Host director = lab.director();
    tunnel =
        new CheckTunnel(List.of("eth0"), Abi.GUE_PORT, List.of(director.ipv4(), director.ipv6()));
    client = new MarkedClient(director);
  }

  @AfterEach
  void close() {
    client.close();
    tunnel.close();
  }

  private static List<IpAddress> addresses(Lab.Host backend) {
    return List.of(backend.ipv4(), backend.ipv6());
  }

  private int mark(IpAddress backend) throws Exception {
    return lab.director().namespace().call(() -> tunnel.mark(backend));
  }

  private CompletableFuture<Duration> echo(IpAddress backend, IpAddress vip, Duration timeout)
      throws Exception {
    return lab.director().namespace().call(() -> tunnel.echo(backend, vip, timeout));
  }

  private long count(ProbeResult result) {
    return tunnel.counts().get(result).packets();
  }

  @Test
  void shouldSendAsBeforeWhenNewSourcesAreRefused() throws Exception {
    assertEchoes();
    IpAddress withoutScope = IpAddress.parse("fe80::1");
    for (int i = 0; i < 2; i++) { // a call with the same addresses tries again
      assertThrows(OsException.class, () -> sources(lab.director().ipv4(), withoutScope));
      assertEchoes();
    }
    sources(lab.director().ipv4(), lab.director().ipv6());
    assertEchoes();
  }

  private void sources(IpAddress... addresses) throws Exception {
    lab.director()
        .namespace()
        .call(
            () -> {
              tunnel.sources(List.of(addresses));
              return null;
            });
  }

  private void assertEchoes() throws Exception {
    for (IpAddress backend : addresses(lab.backends().get(0))) {
      echo(backend, Lab.VIP4, LONG).get(LONG.toSeconds(), TimeUnit.SECONDS);
    }
  }

  @Test
  void shouldReachExactlyTheBackendOfTheMark() throws Exception {
    for (int round = 0; round < ROUNDS; round++) {
      for (Lab.Host backend : lab.backends()) {
        for (IpAddress address : addresses(backend)) {
          for (IpAddress vip : VIPS) {
            assertEquals(
                backend.name(),
                client.get(mark(address), vip, "/").server(),
                vip + " by way of " + address);
          }
        }
      }
    }
    assertTrue(count(ProbeResult.SENT) > 0);
    assertEquals(0, count(ProbeResult.NOT_IP));
    assertEquals(0, count(ProbeResult.TOO_LONG));
    assertEquals(0, count(ProbeResult.NO_ROOM));
  }

  @Test
  void shouldLeaveSocketsWithoutAMarkToTheRowsOfTheDirector() throws Exception {
    try (Lbd lbd = new Lbd(lab, folder)) {
      lbd.start(
          lbd.head()
              + TableText.table("web")
                  .backend(TableText.BACKEND1, "active")
                  .bind("tcp", WebClient.HTTP));
      IpAddress backend = lab.host("backend2").ipv4();
      int mark = mark(backend);
      for (int round = 0; round < ROUNDS; round++) {
        for (IpAddress vip : VIPS) {
          assertEquals("backend1", client.get(MarkedClient.NO_MARK, vip, "/").server());
          assertEquals("backend2", client.get(mark, vip, "/").server());
          assertEquals("backend1", client.get(mark + 1, vip, "/").server());
        }
      }
      tunnel.release(backend);
      assertEquals("backend1", client.get(mark, Lab.VIP4, "/").server());
    }
  }

  /** As on interfaces that are stacked, where a packet meets the program on each. */
  @Test
  void shouldWrapAPacketOnce() throws Exception {
    IpAddress backend = lab.host("backend1").ipv4();
    int mark = mark(backend);
    try (CheckTunnel second =
        new CheckTunnel(List.of("eth0"), Abi.GUE_PORT, List.of(lab.director().ipv4()))) {
      assertEquals(mark, lab.director().namespace().call(() -> second.mark(backend)));
      assertEquals("backend1", client.get(mark, Lab.VIP4, "/").server());
      assertEquals(0, second.counts().get(ProbeResult.SENT).packets());
    }
  }

  /** The frames of a whole exchange, whose checksums the kernel finishes before they leave. */
  @Test
  void shouldSendWhatTheDirectorWouldSend() throws Exception {
    lab.exec("director", "ethtool", "-K", "eth0", "tx", "off");
    giveVipsAnMtu();
    try (WireTap wire = WireTap.on(lab, lab.director())) {
      for (IpAddress address : addresses(lab.host("backend1"))) {
        for (IpAddress vip : VIPS) {
          client.put(mark(address), vip, MEGABYTE).get(20, TimeUnit.SECONDS);
          List<byte[]> frames = wire.frames();
          long payload = 0;
          for (byte[] frame : frames) {
            payload += assertIsTheDirectors(frame, address);
          }
          assertTrue(payload > MEGABYTE, payload + " bytes in " + frames.size() + " frames");
        }
      }
    } finally {
      takeRoutesOfVips();
      lab.exec("director", "ethtool", "-K", "eth0", "tx", "on");
    }
  }

  /**
   * @return bytes of TCP payload
   */
  private static int assertIsTheDirectors(byte[] frame, IpAddress backend) {
    if (!TunnelFrames.isTunnelled(frame)) {
      assertFalse(TunnelFrames.isTcp(frame), () -> "not in the tunnel: " + hex(frame));
      return 0; // resolving neighbours
    }
    byte[] model = TunnelFrames.model(frame, backend);
    assertEquals(hex(model), hex(frame));
    assertTrue(TunnelFrames.isInnerWhole(frame), () -> "inner checksums of " + hex(frame));
    return TunnelFrames.innerPayload(frame);
  }

  private static String hex(byte[] bytes) {
    return HexFormat.of().formatHex(bytes);
  }

  /** What the way to the backends takes is less than the director's own MTU, by 36 or 56 bytes. */
  private static void giveVipsAnMtu() {
    lab.exec("director", "ip", "route", "add", VIP4_ROUTE, "via", GATEWAY, "mtu", "1500");
    lab.exec("director", "ip", "route", "add", VIP6_ROUTE, "via", GATEWAY6, "mtu", "1500");
  }

  private static void takeRoutesOfVips() {
    lab.exec("director", "ip", "route", "del", VIP4_ROUTE);
    lab.exec("director", "ip", "route", "del", VIP6_ROUTE);
  }

  @Test
  void shouldCarryLargeTransfersThatFit() throws Exception {
    giveVipsAnMtu();
    try {
      for (IpAddress address : addresses(lab.host("backend3"))) {
        for (IpAddress vip : VIPS) {
          assertTrue(client.get(mark(address), vip, "/download/64M").bytes() > 64 * MEGABYTE);
          MarkedClient.Answer answer =
              client.put(mark(address), vip, 16 * MEGABYTE).get(60, TimeUnit.SECONDS);
          assertEquals("backend3 received 16777216 bytes", answer.body());
        }
      }
    } finally {
      takeRoutesOfVips();
    }
    assertEquals(0, count(ProbeResult.TOO_LONG));
  }

  /** What TCP leaves to the kernel to cut is cut to fit; a segment that fills the MTU does not. */
  @Test
  void shouldDropAndCountWhatDoesNotFit() throws Exception {
    try (WireTap wire = WireTap.on(lab, lab.director())) {
      CompletableFuture<MarkedClient.Answer> answer =
          client.put(mark(lab.host("backend3").ipv4()), Lab.VIP4, 16 * MEGABYTE);
      Await.until("a segment is too long", () -> count(ProbeResult.TOO_LONG) > 0);
      int fits = wire.await(frame -> frame.length >= LONGEST_FRAME).length;
      assertEquals(LONGEST_FRAME, fits);
      assertFalse(answer.isDone());
    }
  }

  @Test
  void shouldEchoFromEveryBackend() throws Exception {
    for (Lab.Host backend : lab.backends()) {
      for (IpAddress address : addresses(backend)) {
        for (IpAddress vip : VIPS) {
          Duration trip = echo(address, vip, LONG).get(20, TimeUnit.SECONDS);
          assertTrue(trip.compareTo(Duration.ZERO) > 0, trip.toString());
        }
      }
    }
  }

  @Test
  void shouldAnswerThousandsOfEchoes() throws Exception {
    int at = 0;
    int batch = 50; // what the rings of a veth hold, with ease
    for (int sent = 0; sent < 5000; sent += batch) {
      List<CompletableFuture<Duration>> echoes = new ArrayList<>();
      for (int i = 0; i < batch; i++) {
        Lab.Host backend = lab.backends().get(at++ % 3);
        echoes.add(echo(addresses(backend).get(at % 2), VIPS.get(at / 2 % 2), LONG));
      }
      for (CompletableFuture<Duration> echo : echoes) {
        echo.get(20, TimeUnit.SECONDS);
      }
    }
  }

  @Test
  void shouldFailWhenNothingButTheDecapsulationIsBroken() throws Exception {
    Lab.Host backend = lab.host("backend2");
    echo(backend.ipv4(), Lab.VIP4, LONG).get(20, TimeUnit.SECONDS);
    assertEquals("backend2", client.get(mark(backend.ipv4()), Lab.VIP4, "/").server());

    backendProgram("detach");
    try {
      for (IpAddress address : addresses(backend)) {
        for (IpAddress vip : VIPS) {
          assertNoEcho(address, vip);
        }
      }
      CompletableFuture<MarkedClient.Answer> answer =
          client.put(mark(backend.ipv4()), Lab.VIP4, MEGABYTE);
      assertEquals("backend2", client.get(MarkedClient.NO_MARK, backend.ipv4(), "/").server());
      assertThrows(TimeoutException.class, () -> answer.get(2, TimeUnit.SECONDS));
      int other = mark(lab.host("backend3").ipv4());
      assertEquals("backend3", client.get(other, Lab.VIP4, "/").server());
    } finally {
      backendProgram("attach", "--allow-from", "any");
    }
    assertEquals("backend2", client.get(mark(backend.ipv4()), Lab.VIP4, "/").server());
  }

  /** Of backend2. */
  private static void backendProgram(String command, String... options) {
    List<String> arguments = new ArrayList<>(List.of("backend", command, "--interface", "eth0"));
    arguments.addAll(List.of(options));
    Shell.Result done = Lbd.command(lab, "backend2", arguments.toArray(String[]::new));
    assertEquals(0, done.exit(), done.err());
  }

  private void assertNoEcho(IpAddress backend, IpAddress vip) throws Exception {
    CompletableFuture<Duration> echo = echo(backend, vip, SHORT);
    ExecutionException failed =
        assertThrows(ExecutionException.class, () -> echo.get(20, TimeUnit.SECONDS));
    assertEquals(
        "no echo from " + vip + " by way of " + backend + " in 300 ms",
        assertInstanceOf(TimeoutException.class, failed.getCause()).getMessage());
  }

  /** Directors that announce VIPs by a routing daemon often have such routes. */
  @Test
  void shouldFollowARuleForMarksPastABlackholeRoute() throws Exception {
    IpAddress backend = lab.host("backend1").ipv4();
    lab.exec("director", "ip", "route", "add", "blackhole", VIP4_ROUTE);
    try {
      assertEquals(
          "find a way to 203.0.113.10: EINVAL (22); is there a route?",
          ownFault(echo(backend, Lab.VIP4, LONG)));
      String marks =
          "0x%x/0x%x".formatted(CheckTunnel.MARK_BASE, CheckTunnel.MARK_MASK & 0xffff_ffffL);
      lab.exec("director", "ip", "rule", "add", "fwmark", marks, "lookup", "1953");
      lab.exec("director", "ip", "route", "add", "default", "via", GATEWAY, "table", "1953");
      echo(backend, Lab.VIP4, LONG).get(20, TimeUnit.SECONDS);
      assertEquals("backend1", client.get(mark(backend), Lab.VIP4, "/").server());
    } finally {
      lab.exec("director", "ip", "route", "del", "blackhole", VIP4_ROUTE);
      lab.exec("director", "ip", "rule", "del", "lookup", "1953");
      lab.exec("director", "ip", "route", "flush", "table", "1953");
    }
  }

  @Test
  void shouldSayThatTheVipIsTheDirectorsOwn() throws Exception {
    lab.exec("director", "ip", "addr", "add", VIP4_ROUTE, "dev", "lo");
    try {
      assertEquals(
          "203.0.113.10 is an address of this machine: a director must not have the VIPs it serves",
          ownFault(echo(lab.host("backend1").ipv4(), Lab.VIP4, LONG)));
    } finally {
      lab.exec("director", "ip", "addr", "del", VIP4_ROUTE, "dev", "lo");
    }
  }

  @Test
  void shouldTakeNoReplyButTheRightOne() throws Exception {
    IpAddress silent = lab.client1().ipv4();
    try (WireTap wire = WireTap.on(lab, lab.director())) {
      CompletableFuture<Duration> echo = echo(silent, Lab.VIP4, LONG);
      byte[] request = wire.await(TunnelFrames::isTunnelled);
      byte[] reply = TunnelFrames.echoReply(request);
      for (byte[] wrong : TunnelFrames.forgeries(reply)) {
        wire.send(wrong);
      }
      // Replies are read in their order: what came before this one has been looked at.
      echo(lab.host("backend1").ipv4(), Lab.VIP4, LONG).get(20, TimeUnit.SECONDS);
      assertFalse(echo.isDone());
      wire.send(reply);
      echo.get(20, TimeUnit.SECONDS);
    }
  }

  @Test
  void shouldFollowTheSourceAddressesOfTheTraffic() throws Exception {
    IpAddress backend = lab.host("backend1").ipv4();
    int mark = mark(backend);
    echo(backend, Lab.VIP4, LONG).get(20, TimeUnit.SECONDS);
    IpAddress notOurs = IpAddress.parse("10.0.0.77"); // as source_ip may be
    lab.director()
        .namespace()
        .call(
            () -> {
              tunnel.sources(List.of(notOurs));
              return tunnel;
            });
    try (WireTap wire = WireTap.on(lab, lab.director())) {
      echo(backend, Lab.VIP4, LONG).get(20, TimeUnit.SECONDS);
      assertEquals("backend1", client.get(mark, Lab.VIP4, "/").server());
      List<byte[]> tunnelled = wire.frames().stream().filter(TunnelFrames::isTunnelled).toList();
      assertTrue(tunnelled.size() > 5, tunnelled.size() + " frames");
      tunnelled.forEach(frame -> assertEquals(notOurs, TunnelFrames.outerSource(frame)));
    }
  }

  @Test
  void shouldSayWhatIsMissing() {
    try (CheckTunnel v4Only =
            new CheckTunnel(List.of("eth0"), Abi.GUE_PORT, List.of(lab.director().ipv4()));
        CheckTunnel noSuchPort =
            new CheckTunnel(List.of("eth7"), Abi.GUE_PORT, List.of(lab.director().ipv4()))) {
      assertEquals(
          "nothing to send to backend 2001:db8:1::11 from: set director.source_ip6",
          refusal(v4Only, lab.host("backend1").ipv6()));
      String missing =
          "checks cannot go through the tunnel: no such interface: eth7; there are: lo, eth0; or do"
              + " without via = \"tunnel\"";
      assertEquals(missing, refusal(noSuchPort, lab.host("backend1").ipv4()));
      assertEquals(missing, refusal(noSuchPort, lab.host("backend2").ipv4()));
    }
  }

  private static String refusal(CheckTunnel tunnel, IpAddress backend) {
    return assertThrows(
            IllegalStateException.class,
            () -> lab.director().namespace().call(() -> tunnel.mark(backend)))
        .getMessage();
  }

  @Test
  void shouldKeepAMarkUntilItIsReleasedAndNotGiveItOutAgainSoon() throws Exception {
    IpAddress first = lab.host("backend1").ipv4();
    int mark = mark(first);
    assertEquals(CheckTunnel.MARK_BASE, mark & CheckTunnel.MARK_MASK);
    assertEquals(mark, mark(first));
    int second = mark(lab.host("backend2").ipv4());
    tunnel.release(first);
    tunnel.release(first);
    Set<Integer> seen = new HashSet<>(List.of(mark, second));
    for (int i = 0; i < 100; i++) {
      assertTrue(seen.add(mark(first)), "given out again");
      tunnel.release(first);
    }
  }

  @Test
  void shouldLeaveNoDescriptorOpen() throws Exception {
    long before = openDescriptors();
    for (int i = 0; i < 20; i++) {
      try (CheckTunnel another =
          new CheckTunnel(List.of("eth0"), Abi.GUE_PORT, List.of(lab.director().ipv4()))) {
        lab.director()
            .namespace()
            .call(
                () -> {
                  another.mark(lab.host("backend1").ipv4());
                  another.sources(List.of(lab.director().ipv4(), lab.director().ipv6()));
                  return another.echo(lab.host("backend1").ipv4(), Lab.VIP4, LONG);
                })
            .get(20, TimeUnit.SECONDS);
        another.sources(List.of());
      }
    }
    // Each round has ten; what else goes on in this JVM opens and closes one at times.
    assertTrue(openDescriptors() < before + 10, openDescriptors() + " after " + before);
  }

  private static long openDescriptors() throws IOException {
    try (Stream<Path> descriptors = Files.list(Path.of("/proc/self/fd"))) {
      return descriptors.count();
    }
  }

  @Test
  void shouldFailWhatIsWaitedForWhenClosed() throws Exception {
    CompletableFuture<Duration> echo = echo(lab.client1().ipv4(), Lab.VIP4, LONG);
    tunnel.close();
    assertEquals("the tunnel of checks is closed", ownFault(echo));
    assertEquals(
        "the tunnel of checks is closed", ownFault(echo(lab.client1().ipv4(), Lab.VIP4, LONG)));
  }

  /** The message of an echo that failed by this machine's own fault. */
  private static String ownFault(CompletableFuture<Duration> echo) {
    ExecutionException failed =
        assertThrows(ExecutionException.class, () -> echo.get(20, TimeUnit.SECONDS));
    return assertInstanceOf(IllegalStateException.class, failed.getCause()).getMessage();
  }

  @Test
  void shouldSayThatABackendCannotBeReached() throws Exception {
    String away = "192.0.2.0/24";
    lab.exec("director", "ip", "route", "add", "unreachable", away);
    try {
      CompletableFuture<Duration> echo = echo(IpAddress.parse("192.0.2.1"), Lab.VIP4, LONG);
      ExecutionException failed =
          assertThrows(ExecutionException.class, () -> echo.get(20, TimeUnit.SECONDS));
      assertEquals(
          "send 44 bytes to 192.0.2.1 port 19523: EHOSTUNREACH (113)",
          assertInstanceOf(IOException.class, failed.getCause()).getMessage());
    } finally {
      lab.exec("director", "ip", "route", "del", away);
    }
  }
}
