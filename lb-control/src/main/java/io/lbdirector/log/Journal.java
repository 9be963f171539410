package io.lbdirector.log;

import ch.qos.logback.classic.Level;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** journald, as the reader of standard error. */
final class Journal {
  private static final Path STDERR = Path.of("/proc/self/fd/2");

  private Journal() {}

  /** {@code <3>} to {@code <7>}, what sd-daemon(3) puts in front of a line. */
  static String prefix(Level level) {
    return switch (level.toInt()) {
      case Level.ERROR_INT -> "<3>";
      case Level.WARN_INT -> "<4>";
      case Level.INFO_INT -> "<6>";
      default -> "<7>";
    };
  }

  static boolean readsStderr() {
    return reads(System.getenv("JOURNAL_STREAM"), STDERR);
  }

  /**
   * @param stream device and inode of the journal's end, {@code 9:4711}, as systemd.exec(5) says it
   *     gives them; or null. A child's standard error may be another file by now
   */
  static boolean reads(String stream, Path file) {
    if (stream == null) {
      return false;
    }
    try {
      return stream.equals(
          Files.getAttribute(file, "unix:dev") + ":" + Files.getAttribute(file, "unix:ino"));
    } catch (IOException e) {
      return false;
    }
  }
}
