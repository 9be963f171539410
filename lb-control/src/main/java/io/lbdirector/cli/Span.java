package io.lbdirector.cli;

import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/**
 * A time that the user gave, as {@code 500ms}, {@code 60s}, {@code 2m} or {@code 1h}.
 *
 * @param text as it was given
 * @param duration above zero
 */
record Span(String text, Duration duration) {
  private static final Pattern SYNTAX = Pattern.compile("([0-9]{1,9})(ms|s|m|h)");

  static final class Converter implements ITypeConverter<Span> {
    @Override
    public Span convert(String text) {
      Matcher parts = SYNTAX.matcher(text);
      if (!parts.matches() || Integer.parseInt(parts.group(1)) == 0) {
        throw new TypeConversionException("'" + text + "' is no time such as 500ms, 60s, 2m or 1h");
      }
      return new Span(text, of(Integer.parseInt(parts.group(1)), parts.group(2)));
    }
  }

  private static Duration of(int number, String unit) {
    return switch (unit) {
      case "ms" -> Duration.ofMillis(number);
      case "s" -> Duration.ofSeconds(number);
      case "m" -> Duration.ofMinutes(number);
      default -> Duration.ofHours(number);
    };
  }

  @Override
  public String toString() {
    return text;
  }

  /** Part of a second is given whole. */
  long seconds() {
    return (duration.toMillis() + 999) / 1000;
  }

  Span plus(Span other) {
    Span sum = new Span("", duration.plus(other.duration));
    return new Span(ofSeconds(sum.seconds()), sum.duration);
  }

  /** As one would give it: {@code 90s}, {@code 5m}, {@code 2h}. */
  static String ofSeconds(long seconds) {
    if (seconds % 3600 == 0) {
      return seconds / 3600 + "h";
    }
    return seconds % 60 == 0 ? seconds / 60 + "m" : seconds + "s";
  }

  /** How long something is, in one unit, cut: {@code 59s}, {@code 12m}, {@code 3h}, {@code 5d}. */
  static String text(Duration duration) {
    long seconds = Math.max(0, duration.toSeconds());
    if (seconds < 120) {
      return seconds + "s";
    }
    if (seconds < 2 * 3600) {
      return seconds / 60 + "m";
    }
    return seconds < 2 * 86_400 ? seconds / 3600 + "h" : seconds / 86_400 + "d";
  }
}
