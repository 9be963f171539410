package io.lbdirector.os;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.ThreadLocalRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.NullSource;
import org.junit.jupiter.params.provider.ValueSource;

final class SdNotifyTest {
  @TempDir Path folder;

  @Test
  void shouldSendOneDatagramToAPath() {
    String path = folder.resolve("notify").toString();
    int fd = listen(path + "\0");
    try {
      assertTrue(SdNotify.sendTo(path, "READY=1", "STATUS=forwarding"));
      assertEquals("READY=1\nSTATUS=forwarding", receive(fd));
    } finally {
      Sys.LIBC.close(fd);
    }
  }

  @Test
  void shouldSendToAnAbstractName() {
    String name = "lb-notify-" + ThreadLocalRandom.current().nextLong(Long.MAX_VALUE);
    int fd = listen("\0" + name);
    try {
      assertTrue(SdNotify.sendTo("@" + name, "STOPPING=1"));
      assertEquals("STOPPING=1", receive(fd));
    } finally {
      Sys.LIBC.close(fd);
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

  private static int listen(String sunPath) {
    byte[] path = sunPath.getBytes(StandardCharsets.UTF_8);
    byte[] address = Sys.nativeBuffer(2 + path.length).putShort((short) 1).put(path).array();
    int fd = Sys.check(Sys.LIBC.socket(Sys.AF_UNIX, 2, 0), "socket");
    Sys.check(Sys.LIBC.bind(fd, address, address.length), "bind");
    return fd;
  }

  private static String receive(int fd) {
    assertTrue(Sys.awaitReadable(5000, fd));
    ByteBuffer buffer = ByteBuffer.allocateDirect(4096);
    int length = Sys.check(Sys.LIBC.recv(fd, buffer, buffer.capacity(), 0), "recv");
    return StandardCharsets.UTF_8.decode(buffer.limit(length)).toString();
  }
}
