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

  private static String scaled(long number, String unit) {
    int prefix = -1;
    long whole = number;
    long rest = 0;
    while (whole >= 1000) {
      rest = whole % 1000;
      whole /= 1000;
      prefix++;
    }
    String digits = whole + "." + Long.toString(1000 + rest).substring(1);
    String three = digits.substring(0, whole >= 100 ? DIGITS : DIGITS + 1);
    return three + " " + PREFIXES.charAt(prefix) + unit;
  }

  /** {@code 33.3%} of a table's 65,536 rows. */
  static String shareOfRows(long rows) {
    long permille = (rows * 1000 + 32_768) / 65_536;
    return permille / 10 + "." + permille % 10 + "%";
  }

  /** {@code 1 table}, {@code 2 tables}. */
  static String of(long number, String noun) {
    return count(number) + " " + noun + (number == 1 ? "" : "s");
  }
}
