package io.lbdirector.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lbdirector.admin.FakeDirector;
import io.lbdirector.director.DirectorControl.BackendReport;
import io.lbdirector.director.DirectorControl.BindReport;
import io.lbdirector.director.DirectorControl.Counter;
import io.lbdirector.director.DirectorControl.CountersReport;
import io.lbdirector.director.DirectorControl.MetricsReport;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
final class StatsdTest {
  private final FakeDirector director = new FakeDirector();

  private MetricsReport sent(long packets) {
    return sent(packets, List.of());
  }

  private MetricsReport sent(long packets, List<BindReport> binds) {
    MetricsReport made = director.metrics().toCompletableFuture().join();
    BackendReport backend =
        new BackendReport("10.0.1.11", 1, List.of("web"), "up", packets, 100 * packets);
    CountersReport counters =
        new CountersReport(7, new Counter(0, 0), Map.of(), binds, List.of(backend));
    return new MetricsReport(
        made.status(), made.tables(), counters, made.health(), Map.of(), made.lastPublished());
  }

  @Test
  void shouldTellHowFarCountersGrew() {
    StatsdText text = new StatsdText();
    List<String> gauges = text.lines(sent(100));
    assertTrue(gauges.stream().allMatch(line -> line.endsWith("|g")), gauges.toString());
    assertTrue(gauges.contains("lb.default.generation:7|g"), gauges.toString());
    assertTrue(gauges.contains("lb.default.table.web.down:1|g"), gauges.toString());
    List<String> lines = text.lines(sent(130));
    assertTrue(lines.contains("lb.default.backend.10_0_1_11.packets:30|c"), lines.toString());
    assertTrue(lines.contains("lb.default.backend.10_0_1_11.bytes:3000|c"), lines.toString());
    assertEquals(gauges, text.lines(sent(130)));
    assertTrue(
        text.lines(sent(5)).contains("lb.default.backend.10_0_1_11.packets:5|c"), "began anew");
  }

  @Test
  void shouldAddUpWhatHasTheSameName() {
    StatsdText text = new StatsdText();
    text.lines(sent(0));
    List<BindReport> binds =
        Stream.of("a.b", "a_b").map(table -> new BindReport("vip", table, 3, 300)).toList();
    List<String> lines = text.lines(sent(0, binds));
    assertTrue(lines.contains("lb.default.bind.a_b.vip.packets:6|c"), lines.toString());
    assertTrue(lines.contains("lb.default.bind.a_b.vip.bytes:600|c"), lines.toString());
  }

  @Test
  void shouldFillDatagramsWithWholeLines() {
    List<String> lines = Collections.nCopies(100, "x".repeat(99));
    List<String> datagrams = StatsdPush.datagrams(lines);
    assertEquals(8, datagrams.size());
    assertTrue(datagrams.stream().allMatch(d -> d.length() <= 1400 && d.endsWith("\n")));
    assertEquals(100, String.join("", datagrams).lines().count());
    assertEquals(List.of(), StatsdPush.datagrams(List.of()));
  }

  @Test
  void shouldSendToStatsd() throws Exception {
    try (DatagramSocket statsd = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
      InetSocketAddress address =
          new InetSocketAddress(InetAddress.getLoopbackAddress(), statsd.getLocalPort());
      try (StatsdPush push = StatsdPush.start(address, director, Duration.ofMillis(10))) {
        statsd.setSoTimeout(30_000);
        DatagramPacket packet = new DatagramPacket(new byte[2000], 2000);
        statsd.receive(packet);
        String text =
            new String(packet.getData(), 0, packet.getLength(), StandardCharsets.US_ASCII);
        assertTrue(text.contains("lb.default.ready:1|g\n"), text);
        assertFalse(text.contains("|c"), text);
      }
    }
  }
}
