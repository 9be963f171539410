package io.lbdirector.os;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells systemd how the daemon is, as sd_notify(3) does. Without {@code NOTIFY_SOCKET} in the
 * environment every method does nothing; a socket that does not answer is logged at debug and never
 * hurts the daemon.
 */
public final class SdNotify {
  private static final Logger LOG = LoggerFactory.getLogger(SdNotify.class);
  private static final int SOCK_DGRAM = 2;
  private static final int MSG_NOSIGNAL = 0x4000;
  private static final int CLOCK_MONOTONIC = 1;

  /** {@code sun_path} of {@code struct sockaddr_un}. */
  private static final int MAX_PATH_BYTES = 108;

  private SdNotify() {}

  /** The service forwards; {@code status} is what {@code systemctl status} shows. */
  public static boolean ready(String status) {
    return send("READY=1", "STATUS=" + oneLine(status));
  }

  /** What {@code systemctl status} shows. */
  public static boolean status(String status) {
    return send("STATUS=" + oneLine(status));
  }

  /** A reload begins; {@link #ready} ends it. For {@code Type=notify-reload} too. */
  public static boolean reloading() {
    return socket() != null && send("RELOADING=1", "MONOTONIC_USEC=" + monotonicMicros());
  }

  /** The daemon is about to end. */
  public static boolean stopping() {
    return send("STOPPING=1");
  }

  /** For a service with {@code WatchdogSec}: it works. */
  public static boolean alive() {
    return send("WATCHDOG=1");
  }

  /** How long systemd waits for {@link #alive} before it ends the service; empty: for ever. */
  public static Optional<Duration> watchdogInterval() {
    return watchdogInterval(
        System.getenv("WATCHDOG_USEC"),
        System.getenv("WATCHDOG_PID"),
        ProcessHandle.current().pid());
  }

  /**
   * @param micros as in {@code WATCHDOG_USEC}, or null
   * @param pid as in {@code WATCHDOG_PID}, or null: the process that is meant
   */
  static Optional<Duration> watchdogInterval(String micros, String pid, long own) {
    try {
      boolean meant = pid == null || Long.parseLong(pid) == own;
      return micros == null || !meant
          ? Optional.empty()
          : Optional.of(Duration.of(Long.parseLong(micros), ChronoUnit.MICROS))
              .filter(interval -> !interval.isZero() && !interval.isNegative());
    } catch (NumberFormatException e) {
      return Optional.empty();
    }
  }

  /**
   * Sends assignments in one datagram.
   *
   * @param assignments {@code NAME=value}, no line breaks
   * @return whether systemd got them; false also if there is none to tell
   */
  public static boolean send(String... assignments) {
    return sendTo(socket(), assignments);
  }

  /**
   * @param socket a path, or {@code @name} for an abstract socket; null or empty: no one to tell
   */
  static boolean sendTo(String socket, String... assignments) {
    if (socket == null || socket.isEmpty()) {
      return false;
    }
    try {
      transmit(address(socket), String.join("\n", assignments).getBytes(StandardCharsets.UTF_8));
      return true;
    } catch (RuntimeException e) {
      LOG.atDebug().addKeyValue("socket", socket).setCause(e).log("notify socket does not answer");
      return false;
    }
  }

  private static void transmit(byte[] address, byte[] message) {
    int fd =
        Sys.check(
            Sys.LIBC.socket(Sys.AF_UNIX, SOCK_DGRAM | Sys.SOCK_CLOEXEC, 0), "open unix socket");
    try {
      Sys.check(
          Sys.LIBC.sendto(fd, message, message.length, MSG_NOSIGNAL, address, address.length),
          "send to NOTIFY_SOCKET",
          "");
    } finally {
      Sys.LIBC.close(fd);
    }
  }

  /**
   *
   *
   * <pre> struct sockaddr_un  0: family (u16) | 2: path (up to 108 bytes) </pre>
   *
   * An abstract name has a zero byte in place of the {@code @} and ends where the address ends.
   */
  private static byte[] address(String socket) {
    byte[] path = socket.getBytes(StandardCharsets.UTF_8);
    if (path.length >= MAX_PATH_BYTES || (path[0] != '/' && path[0] != '@')) {
      throw new IllegalArgumentException(
          "neither an absolute path nor @name of less than " + MAX_PATH_BYTES + " bytes");
    }
    if (path[0] == '@') {
      path[0] = 0;
    } else {
      path = Arrays.copyOf(path, path.length + 1);
    }
    return Sys.nativeBuffer(2 + path.length).putShort((short) Sys.AF_UNIX).put(path).array();
  }

  /** CLOCK_MONOTONIC by name: what {@link System#nanoTime} counts from is not promised. */
  static long monotonicMicros() {
    ByteBuffer timespec = Sys.nativeBuffer(16);
    Sys.check(Sys.LIBC.clock_gettime(CLOCK_MONOTONIC, timespec.array()), "read the clock");
    return timespec.getLong(0) * 1_000_000 + timespec.getLong(8) / 1_000;
  }

  private static String socket() {
    return System.getenv("NOTIFY_SOCKET");
  }

  private static String oneLine(String text) {
    return text.replace('\n', ' ');
  }
}
