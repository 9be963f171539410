package io.lbdirector.os;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.lbdirector.forwarding.IpAddress;
import io.lbdirector.os.IcmpSocket.EchoReply;
import io.lbdirector.os.UdpSocket.Datagram;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.slf4j.LoggerFactory;

/**
 * Sockets that send and receive packets, and the thread that reads them. Needs root. {@code near}
 * and {@code far} share a wire; far has 192.0.2.1 and 2001:db8::1, near the same with 10.
 */
final class IpSocketsTest {
  private static final int BUFFER = 1 << 20;
  private static final Duration LONG = Duration.ofSeconds(20);

  private final BlockingQueue<Datagram> received = new LinkedBlockingQueue<>();
  private ScratchNetns near;
  private ScratchNetns far;

  @BeforeEach
  void lay() {
    near = ScratchNetns.create("os-near");
    far = near.own(ScratchNetns.create("os-far"));
    near.sysctl("net.ipv6.conf.default.accept_dad=0");
    far.sysctl("net.ipv6.conf.default.accept_dad=0");
    near.ip("link add eth0 type veth peer name eth0 netns " + far.name());
    near.ip("addr add 192.0.2.10/24 dev eth0");
    near.ip("addr add 2001:db8::10/64 dev eth0 nodad");
    far.ip("addr add 192.0.2.1/24 dev eth0");
    far.ip("addr add 2001:db8::1/64 dev eth0 nodad");
    near.ip("link set eth0 up");
    far.ip("link set eth0 up");
    near.awaitUp("eth0");
  }

  @AfterEach
  void remove() {
    near.close();
  }

  private static IpAddress near(IpFamily family) {
    return IpAddress.parse(family == IpFamily.V4 ? "192.0.2.10" : "2001:db8::10");
  }

  private static IpAddress far(IpFamily family) {
    return IpAddress.parse(family == IpFamily.V4 ? "192.0.2.1" : "2001:db8::1");
  }

  private UdpSocket open(ScratchNetns netns, IpAddress source) throws Exception {
    return netns.opened(() -> UdpSocket.openFrom(source));
  }

  /** Hands over all that a socket receives. */
  private ReadLoop read(UdpSocket socket) {
    return near.own(ReadLoop.start("test", List.of(socket), () -> take(socket)));
  }

  private long take(UdpSocket socket) {
    Optional<Datagram> datagram = socket.receive();
    while (datagram.isPresent()) {
      received.add(datagram.get());
      datagram = socket.receive();
    }
    return Long.MAX_VALUE;
  }

  private Datagram next() throws InterruptedException {
    return Objects.requireNonNull(received.poll(20, TimeUnit.SECONDS), "no datagram came");
  }

  @ParameterizedTest
  @EnumSource(IpFamily.class)
  void shouldCarryDatagramsBothWays(IpFamily family) throws Exception {
    UdpSocket server = open(far, far(family));
    UdpSocket client = near.opened(() -> UdpSocket.open(family));
    client.expectBursts(BUFFER);
    read(server);
    read(client);
    client.send(new byte[] {1, 2, 3}, far(family), server.port());
    Datagram question = next();
    assertArrayEquals(new byte[] {1, 2, 3}, question.payload());
    assertEquals(near(family), question.from());
    assertEquals(client.port(), question.port());

    byte[] longest = new byte[9000]; // in fragments
    longest[8999] = 7;
    server.send(longest, question.from(), question.port());
    Datagram answer = next();
    assertArrayEquals(longest, answer.payload());
    assertEquals(far(family), answer.from());
    assertEquals(server.port(), answer.port());
  }

  @ParameterizedTest
  @CsvSource({"V4, 40", "V6, 60"})
  void shouldSendWithoutChecksum(IpFamily family, int checksum) throws Exception {
    RawFrameSocket wire = far.opened(() -> RawFrameSocket.open(Interfaces.index("eth0")));
    UdpSocket client = near.opened(() -> UdpSocket.open(family));
    client.send(new byte[] {0x5a, 0x5a}, far(family), 9);
    byte[] frame = wire.receive(LONG).orElseThrow();
    while (frame.length <= checksum + 2 || frame[checksum + 2] != 0x5a) { // resolving neighbours
      frame = wire.receive(LONG).orElseThrow();
    }
    assertEquals(0, frame[checksum]);
    assertEquals(0, frame[checksum + 1]);
  }

  @ParameterizedTest
  @CsvSource({"V4, 192.0.2.77", "V6, 2001:db8::77"})
  void shouldSendFromAnAddressThatTheMachineDoesNotHave(IpFamily family, String source)
      throws Exception {
    UdpSocket server = open(far, far(family));
    read(server);
    open(near, IpAddress.parse(source)).send(new byte[1], far(family), server.port());
    assertEquals(IpAddress.parse(source), next().from());
  }

  @Test
  void shouldSayWhatCouldNotBeSent() throws Exception {
    UdpSocket client = near.opened(() -> UdpSocket.open(IpFamily.V4));
    assertEquals(
        "send 2 bytes to 198.51.100.1 port 9: ENETUNREACH (101)",
        assertThrows(
                OsException.class,
                () -> client.send(new byte[2], IpAddress.parse("198.51.100.1"), 9))
            .getMessage());
    client.close();
    client.close();
    assertThrows(IllegalStateException.class, client::receive);
    assertThrows(IllegalStateException.class, () -> client.send(new byte[2], far(IpFamily.V4), 9));
  }

  @ParameterizedTest
  @EnumSource(IpFamily.class)
  void shouldHearEchoRepliesAndNoOtherMessages(IpFamily family) throws Exception {
    IcmpSocket icmp = near.opened(() -> IcmpSocket.open(family, BUFFER));
    far.exec("ping", "-c", "2", "-W", "20", near(family).toString()); // requests, to near
    assertEquals(Optional.empty(), icmp.receive());
    near.exec("ping", "-c", "2", "-i", "0.1", "-W", "20", "-p", "5a", far(family).toString());
    EchoReply first = icmp.receive().orElseThrow();
    EchoReply second = icmp.receive().orElseThrow();
    assertEquals(Optional.empty(), icmp.receive());
    assertEquals(far(family), first.from());
    assertEquals(List.of(1, 2), List.of(first.sequence(), second.sequence()));
    assertEquals(first.identifier(), second.identifier());
    assertEquals(56, first.payload().length);
    assertEquals(0x5a, first.payload()[55]);
  }

  @Test
  void shouldWorkWhenItIsTimeAndWhenWoken() throws Exception {
    AtomicLong rounds = new AtomicLong();
    AtomicLong wait = new AtomicLong(1000);
    try (ReadLoop loop =
        ReadLoop.start(
            "test",
            List.of(),
            () -> {
              rounds.incrementAndGet();
              return wait.get();
            })) {
      awaitRounds(rounds, 3); // by its clock
      wait.set(Long.MAX_VALUE);
      for (int woken = 0; woken < 3; woken++) {
        long before = rounds.get();
        loop.wake();
        awaitRounds(rounds, before + 1);
      }
    }
  }

  @Test
  void shouldGoOnAfterAFailure() throws Exception {
    Logger logger = (Logger) LoggerFactory.getLogger(ReadLoop.class);
    ListAppender<ILoggingEvent> log = new ListAppender<>();
    log.start();
    logger.addAppender(log);
    AtomicLong rounds = new AtomicLong();
    try (ReadLoop loop =
        ReadLoop.start(
            "test",
            List.of(),
            () -> {
              if (rounds.incrementAndGet() == 1) {
                throw new IllegalStateException("as the test wants");
              }
              return Long.MAX_VALUE;
            })) {
      awaitRounds(rounds, 1);
      loop.wake();
      awaitRounds(rounds, 2);
    } finally {
      logger.detachAppender(log);
    }
    assertEquals(
        List.of("sockets not read, goes on"),
        log.list.stream().map(ILoggingEvent::getFormattedMessage).toList());
  }

  private static void awaitRounds(AtomicLong rounds, long wanted) {
    long deadline = System.nanoTime() + LONG.toNanos();
    while (rounds.get() < wanted) {
      assertTrue(System.nanoTime() < deadline, "nothing was done any more");
      Thread.onSpinWait();
    }
  }

  private IpAddress towards(String destination, int mark) throws Exception {
    return near.open().call(() -> SourceAddress.towards(IpAddress.parse(destination), mark));
  }

  @Test
  void shouldSayWhichAddressIsSentFrom() throws Exception {
    assertEquals(near(IpFamily.V4), towards("192.0.2.1", 0));
    assertEquals(near(IpFamily.V6), towards("2001:db8::1", 0));
    assertEquals(near(IpFamily.V4), towards("192.0.2.10", 0), "oneself");
    near.ip("addr add 192.0.2.99/24 dev eth0");
    near.ip("route add 198.51.100.0/24 via 192.0.2.1 src 192.0.2.99");
    assertEquals(IpAddress.parse("192.0.2.99"), towards("198.51.100.1", 0));
  }

  @Test
  void shouldFollowRulesForMarks() throws Exception {
    OsException noRoute =
        assertThrows(OsException.class, () -> towards("198.51.100.1", 0x1b000000));
    assertEquals(
        "find a way to 198.51.100.1: ENETUNREACH (101); is there a route?", noRoute.getMessage());
    near.ip("rule add fwmark 0x1b000000/0xff000000 lookup 77");
    near.ip("route add default via 192.0.2.1 table 77");
    assertEquals(near(IpFamily.V4), towards("198.51.100.1", 0x1b000000));
    assertThrows(OsException.class, () -> towards("198.51.100.1", 0));
  }
}
