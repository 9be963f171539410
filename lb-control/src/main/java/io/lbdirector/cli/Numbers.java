package io.lbdirector.cli;

/** Numbers as people read them. No locale: the output is the same on every machine. */
final class Numbers {
  private static final long WRITTEN_OUT = 1_000_000_000_000L;
  private static final String PREFIXES = "kMGTPE";
  private static final int DIGITS = 3;

  private Numbers() {}

  /** {@code 1,234,567}; from a million million on {@code 1.23 T}. Not negative. */
  static String count(long number) {
    if (number >= WRITTEN_OUT) {
      return scaled(number, "");
    }
    StringBuilder text = new StringBuilder(Long.toString(number));
    for (int i = text.length() - DIGITS; i > 0; i -= DIGITS) {
      text.insert(i, ',');
    }
    return text.toString();
  }

  /** {@code 999 B}, {@code 1.23 GB}: thousands, cut to three digits. Not negative. */
  static String bytes(long number) {
    return number < 1000 ? number + " B" : scaled(number, "B");
  }

  /**
   * {@code 999}, {@code 1.23 Mbit/s}: thousands, cut to three digits. Not negative.
   *
   * @param unit may be empty, under a heading that says what it is
   */
  static String bits(double perSecond, String unit) {
    long number = Math.round(perSecond);
    return number < 1000 ? (number + " " + unit).strip() : scaled(number, unit);
  }

  /** {@code 0.3}, {@code 1,234}: of something in a second. */
  static String rate(double perSecond) {
    long tenths = Math.round(perSecond * 10);
    return tenths >= 100 || tenths % 10 == 0
        ? count(Math.round(perSecond))
        : tenths / 10 + "." + tenths % 10;
  }

  /** {@code 999 us}, {@code 3.10 ms}, {@code 1.20 s}. Not negative. */
  static String latency(long micros) {
    if (micros < 1000) {
      return micros + " us";
    }
    if (micros < 1_000_000) {
      return threeDigits(micros / 1000, micros % 1000) + " ms";
    }
    long millis = micros / 1000;
    return millis < 1_000_000
        ? threeDigits(millis / 1000, millis % 1000) + " s"
        : count(millis / 1000) + " s";
  }

  private static String scaled(long number, String unit) {
    int prefix = -1;
    long whole = number;
    long rest = 0;
    while (whole >= 1000) {
      rest = whole % 1000;
      whole /= 1000;
      prefix++;
    }
    return threeDigits(whole, rest) + " " + PREFIXES.charAt(prefix) + unit;
  }

  /**
   * @param whole below 1,000
   * @param thousandths below 1,000
   */
  private static String threeDigits(long whole, long thousandths) {
    String digits = whole + "." + Long.toString(1000 + thousandths).substring(1);
    return digits.substring(0, whole >= 100 ? DIGITS : DIGITS + 1);
  }

  /** {@code 33.33%}. Not negative. */
  static String share(double percent) {
    long hundredths = Math.round(percent * 100);
    return hundredths / 100 + "." + Long.toString(100 + hundredths % 100).substring(1) + "%";
  }

  /** {@code +2.3%}, {@code -0.4%}, {@code +0.0%}. */
  static String deviation(double percent) {
    long tenths = Math.round(percent * 10);
    return (tenths < 0 ? "-" : "+") + Math.abs(tenths) / 10 + "." + Math.abs(tenths) % 10 + "%";
  }

  /** {@code about 3.1 %}, {@code less than 0.1 %}, {@code none}. */
  static String percent(double percent) {
    long tenths = Math.round(percent * 10);
    if (tenths == 0) {
      return percent > 0 ? "less than 0.1 %" : "none";
    }
    return "about " + tenths / 10 + "." + tenths % 10 + " %";
  }

  /** {@code 1 table}, {@code 2 tables}. */
  static String of(long number, String noun) {
    return count(number) + " " + noun + (number == 1 ? "" : "s");
  }
}
