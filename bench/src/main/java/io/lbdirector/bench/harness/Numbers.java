package io.lbdirector.bench.harness;

import java.util.Locale;

/** How figures are written: always with a point, whatever the locale. */
public final class Numbers {
  private Numbers() {}

  /** Nanoseconds with one decimal. */
  public static String nanos(double nanos) {
    return fixed("%.1f", nanos);
  }

  /** Nanoseconds as milliseconds, with as many decimals as three or four digits take. */
  public static String millis(double nanos) {
    double millis = nanos / 1e6;
    return fixed(millis < 1 ? "%.3f" : millis < 100 ? "%.2f" : "%.1f", millis);
  }

  /** A ratio with two decimals. */
  public static String ratio(double ratio) {
    return fixed("%.2f", ratio);
  }

  /** A part of something, in percent with two decimals. */
  public static String percent(double part) {
    return fixed("%.2f", 100 * part) + " %";
  }

  /** How far above, or below, something is: as {@link #percent}, with its sign. */
  public static String deviation(double part) {
    return fixed("%+.2f", 100 * part) + " %";
  }

  /** A mean of counts, with one decimal; 0 only if it is. */
  public static String mean(double mean) {
    return mean == 0 ? "0" : mean < 0.1 ? "< 0.1" : fixed("%,.1f", mean);
  }

  /** A count, its thousands apart. */
  public static String count(long count) {
    return String.format(Locale.ROOT, "%,d", count);
  }

  private static String fixed(String format, double value) {
    return String.format(Locale.ROOT, format, value);
  }
}
