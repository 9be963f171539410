package io.lbdirector.health;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * What checks may take.
 *
 * @param atOnce checks under way at a time, each with a connection; the others wait their turn
 * @param headerBytes of an answer
 * @param bodyBytes of an answer in which a text is looked for
 * @param answerBytes of an answer altogether
 * @param stallTolerance how long the event loop may not come round
 */
record Limits(
    int atOnce, int headerBytes, int bodyBytes, int answerBytes, Duration stallTolerance) {
  static final Limits DEFAULT =
      new Limits(1024, 16 << 10, 64 << 10, 1 << 20, Duration.ofSeconds(5));

  private static final Path PROC_LIMITS = Path.of("/proc/self/limits");
  private static final String OPEN_FILES = "Max open files";
  private static final int SHARE_OF_FILES = 4;

  /** The default, or less where a quarter of the files that this process may open is less. */
  static Limits ofThisProcess() {
    try {
      return DEFAULT.within(Files.readAllLines(PROC_LIMITS));
    } catch (IOException e) {
      return DEFAULT;
    }
  }

  /**
   * @param procLimits lines of {@code /proc/PID/limits}, see proc(5)
   */
  Limits within(List<String> procLimits) {
    return procLimits.stream()
        .filter(line -> line.startsWith(OPEN_FILES))
        .map(line -> line.substring(OPEN_FILES.length()).strip().split("\\s+")[0])
        .filter(soft -> soft.matches("\\d{1,9}"))
        .findFirst()
        .map(soft -> withAtOnce(Integer.parseInt(soft) / SHARE_OF_FILES))
        .orElse(this);
  }

  private Limits withAtOnce(int most) {
    return new Limits(
        Math.max(1, Math.min(atOnce, most)), headerBytes, bodyBytes, answerBytes, stallTolerance);
  }
}
