package io.lbdirector.health;

import java.time.Duration;

/** How results are worded. */
final class Words {
  private static final int LONGEST_QUOTE = 60;

  private Words() {}

  /** "1 s", "1500 ms". */
  static String of(Duration limit) {
    long millis = limit.toMillis();
    return millis % 1000 == 0 ? millis / 1000 + " s" : millis + " ms";
  }

  /** "3 ms", "0.4 ms". */
  static String took(Duration duration) {
    long tenths = Math.max(1, Math.round(duration.toNanos() / 1e5));
    return tenths < 10 ? "0." + tenths + " ms" : Math.round(tenths / 10.0) + " ms";
  }

  /** "16 KiB". */
  static String size(int bytes) {
    return bytes % 1024 == 0 ? bytes / 1024 + " KiB" : bytes + " bytes";
  }

  static String quoted(String text) {
    String cut = text.length() <= LONGEST_QUOTE ? text : text.substring(0, LONGEST_QUOTE - 1) + "…";
    return '"' + cut + '"';
  }

  static String of(Throwable failure) {
    return failure.getMessage() == null ? failure.toString() : failure.getMessage();
  }
}
