package io.lbdirector.os;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.NullSource;
import org.junit.jupiter.params.provider.ValueSource;

final class SdNotifyTest {
  private static final Duration LIMIT = Duration.ofSeconds(5);

  @TempDir Path folder;

  @Test
  void shouldSendOneDatagramToAPath() {
    String path = folder.resolve("notify").toString();
    try (NotifySocket systemd = NotifySocket.listen(path + "\0")) {
      assertTrue(SdNotify.sendTo(path, "READY=1", "STATUS=forwarding"));
      assertEquals("READY=1\nSTATUS=forwarding", systemd.receive(LIMIT).orElseThrow());
    }
  }

  @Test
  void shouldSendToAnAbstractName() {
    String name = "lb-notify-" + ThreadLocalRandom.current().nextLong(Long.MAX_VALUE);
    try (NotifySocket systemd = NotifySocket.listen("\0" + name)) {
      assertTrue(SdNotify.sendTo("@" + name, "STOPPING=1"));
      assertEquals("STOPPING=1", systemd.receive(LIMIT).orElseThrow());
    }
  }

  @ParameterizedTest
  @NullSource
  @ValueSource(strings = {"", "relative", "vsock:2:1", "/nowhere/at/all"})
  void shouldSayFalseWhenThereIsNoOneToTell(String socket) {
    assertFalse(SdNotify.sendTo(socket, "READY=1"));
  }

  @Test
  void shouldSayFalseForAPathThatDoesNotFit() {
    assertFalse(SdNotify.sendTo("/" + "x".repeat(107), "READY=1"));
  }

  @Test
  void shouldCountMicrosecondsOfTheMonotonicClock() throws Exception {
    String uptime = Files.readString(Path.of("/proc/uptime"));
    long bootMicros = (long) (Double.parseDouble(uptime.split(" ")[0]) * 1e6);
    long micros = SdNotify.monotonicMicros();
    assertTrue(micros > 0 && micros <= bootMicros + 1_000_000_000L, micros + " " + bootMicros);
    assertTrue(SdNotify.monotonicMicros() >= micros);
  }

  @Test
  void shouldKnowHowOftenTheWatchdogWantsToHear() {
    Optional<Duration> half = Optional.of(Duration.ofMillis(500));
    assertEquals(half, SdNotify.watchdogInterval("500000", null, 7));
    assertEquals(half, SdNotify.watchdogInterval("500000", "7", 7));
    assertEquals(Optional.empty(), SdNotify.watchdogInterval("500000", "8", 7));
    assertEquals(Optional.empty(), SdNotify.watchdogInterval(null, "7", 7));
    assertEquals(Optional.empty(), SdNotify.watchdogInterval("0", null, 7));
    assertEquals(Optional.empty(), SdNotify.watchdogInterval("soon", null, 7));
  }
}
