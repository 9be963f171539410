package io.lbdirector.config;

import io.lbdirector.forwarding.IpAddress;
import io.lbdirector.forwarding.MacAddress;
import io.lbdirector.forwarding.PortRange;
import io.lbdirector.forwarding.Prefix;
import java.nio.charset.StandardCharsets;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** What values may look like: one factory or method for each kind of value. */
final class Values {
  private static final int LONGEST_SHOWN = 80;
  private static final Pattern DURATION = Pattern.compile("([0-9]{1,9})(ms|s|m)");
  private static final Pattern PERCENT = Pattern.compile("([0-9]{1,3})(?:\\.([0-9]))?%");
  private static final Pattern RANGE = Pattern.compile("([0-9]{1,5})-([0-9]{1,5})");
  private static final Pattern ENDPOINT = Pattern.compile("(\\[.*]|[^:\\[\\]]*):([0-9]{1,5})");

  private Values() {}

  /** Takes a value of the file for what it means. */
  @FunctionalInterface
  interface Kind<T> {
    T read(Object value) throws BadValue;
  }

  /** Why a value will not do: the end of a sentence that starts with the key and the value. */
  static final class BadValue extends Exception {
    private static final long serialVersionUID = 1L;

    BadValue(String reason) {
      super(reason);
    }
  }

  /** A text, and what {@code parse} makes of it. */
  @FunctionalInterface
  interface TextParser<T> {
    T parse(String text) throws BadValue;
  }

  /**
   * @param example a value that would do, as the file writes it
   */
  static <T> Kind<T> text(String example, TextParser<T> parse) {
    return value -> {
      if (value instanceof String text) {
        return parse.parse(text);
      }
      throw new BadValue("is " + kindOf(value) + ", not a string; write it like " + example);
    };
  }

  /** A text that {@code pattern} matches; {@code rule} says what that is. */
  static Kind<String> matching(Pattern pattern, String rule, String example) {
    return text(
        example,
        text -> {
          if (pattern.matcher(text).matches()) {
            return text;
          }
          throw new BadValue("is not " + rule);
        });
  }

  /** An integer within bounds; {@code rule} says what may stand there. */
  static Kind<Integer> integer(int min, int max, String rule) {
    return value -> {
      if (!(value instanceof Long number)) {
        throw new BadValue("is " + kindOf(value) + ", not an integer; " + rule);
      }
      if (number < min) {
        throw new BadValue("is below " + min + "; " + rule);
      }
      if (number > max) {
        throw new BadValue("is above " + max + "; " + rule);
      }
      return number.intValue();
    };
  }

  static Kind<Boolean> bool() {
    return value -> {
      if (value instanceof Boolean bool) {
        return bool;
      }
      throw new BadValue("is " + kindOf(value) + "; write true or false, without quotes");
    };
  }

  /** One of the constants of an enum, in lower case. */
  static <E extends Enum<E>> Kind<E> choice(Class<E> type) {
    Map<String, E> choices = new LinkedHashMap<>();
    for (E constant : type.getEnumConstants()) {
      choices.put(word(constant), constant);
    }
    return choice(choices);
  }

  /** How the file writes a constant: {@code src_addr}. */
  static String word(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT);
  }

  /** One of some words, each of which means something. */
  static <T> Kind<T> choice(Map<String, T> choices) {
    String all = choices.keySet().stream().map(Values::show).collect(Collectors.joining(", "));
    String first = show(choices.keySet().iterator().next());
    return text(
        first,
        text -> {
          if (choices.containsKey(text)) {
            return choices.get(text);
          }
          String rule =
              choices.size() == 1 ? "is not " + all + ", the one choice" : "is none of " + all;
          throw new BadValue(rule + Suggestion.of(text, choices.keySet()));
        });
  }

  /** {@code word}, meaning {@code meaning}, or else what {@code other} takes. */
  static <T> Kind<T> wordOr(String word, T meaning, Kind<T> other) {
    return value -> value.equals(word) ? meaning : other.read(value);
  }

  static <A, B> Kind<B> map(Kind<A> kind, Function<A, B> function) {
    return value -> function.apply(kind.read(value));
  }

  /** {@code "500ms"}, {@code "2s"}, {@code "5m"}, within bounds. */
  static Kind<Duration> duration(Duration min, Duration max) {
    return text(
        "\"2s\"",
        text -> {
          Duration duration = parseDuration(text);
          if (duration.compareTo(min) < 0 || duration.compareTo(max) > 0) {
            throw new BadValue("is outside " + show(min) + " to " + show(max));
          }
          return duration;
        });
  }

  private static Duration parseDuration(String text) throws BadValue {
    Matcher matcher = DURATION.matcher(text);
    if (!matcher.matches()) {
      throw new BadValue("is not a duration; write it like \"500ms\", \"2s\" or \"5m\"");
    }
    long amount = Long.parseLong(matcher.group(1));
    return switch (matcher.group(2)) {
      case "ms" -> Duration.ofMillis(amount);
      case "s" -> Duration.ofSeconds(amount);
      default -> Duration.ofMinutes(amount);
    };
  }

  /** {@code "35%"}, a whole number within bounds. */
  static Kind<Integer> percent(int min, int max) {
    return map(
        share("\"35%\"", 10 * min, 10 * max, 10, "a whole percentage from %d%% to %d%%", min, max),
        permille -> permille / 10);
  }

  /** {@code "2%"} or {@code "0.5%"}, above zero and up to 100%, in permille. */
  static Kind<Integer> permille() {
    return share("\"2%\"", 1, 1000, 1, "a percentage from 0.1%% to 100%%");
  }

  private static Kind<Integer> share(
      String example, int min, int max, int step, String rule, Object... bounds) {
    return text(
        example,
        text -> {
          Matcher m = PERCENT.matcher(text);
          int permille = -1;
          if (m.matches()) {
            int tenths = m.group(2) == null ? 0 : Integer.parseInt(m.group(2));
            permille = 10 * Integer.parseInt(m.group(1)) + tenths;
          }
          if (permille < min || permille > max || permille % step != 0) {
            throw new BadValue("is not " + rule.formatted(bounds) + "; write it like " + example);
          }
          return permille;
        });
  }

  /** A port range {@code "8000-8099"}, both ends included. */
  static Kind<PortRange> ports() {
    return text(
        "\"8000-8099\"",
        text -> {
          Matcher m = RANGE.matcher(text);
          if (!m.matches()) {
            throw new BadValue("is not a port range; write it like \"8000-8099\"");
          }
          int first = Integer.parseInt(m.group(1));
          int last = Integer.parseInt(m.group(2));
          if (first < 1 || last > 65535 && first <= last) {
            throw new BadValue("is outside 1-65535");
          }
          if (first > last) {
            throw new BadValue("is upside down; write the lower port first");
          }
          return new PortRange(first, last);
        });
  }

  /** A unicast address that packets can carry on the wire. */
  static Kind<IpAddress> unicast(String example) {
    return text(
        example,
        text -> {
          IpAddress address = parseAddress(text);
          Reserved.requireUnicast(Prefix.host(address));
          return address;
        });
  }

  /** As {@link #unicast}, of one family. */
  static Kind<IpAddress> unicast(boolean v4, String example) {
    return value -> {
      IpAddress address = unicast(example).read(value);
      if (address.isV4() != v4) {
        throw new BadValue(
            "is " + family(address.isV4()) + "; an " + family(v4) + " address belongs here");
      }
      return address;
    };
  }

  static String family(boolean v4) {
    return v4 ? "IPv4" : "IPv6";
  }

  static IpAddress parseAddress(String text) throws BadValue {
    return IpAddress.tryParse(text)
        .orElseThrow(() -> new BadValue("is not an IPv4 or IPv6 address; names are not looked up"));
  }

  /** An address or CIDR of unicast addresses. */
  static Kind<Prefix> vip() {
    return text(
        "\"203.0.113.10\"",
        text -> {
          Prefix prefix = parsePrefix(text);
          Reserved.requireUnicast(prefix);
          return prefix;
        });
  }

  private static Prefix parsePrefix(String text) throws BadValue {
    int slash = text.indexOf('/');
    IpAddress address = parseAddress(slash < 0 ? text : text.substring(0, slash));
    if (slash < 0) {
      return Prefix.host(address);
    }
    String length = text.substring(slash + 1);
    if (!length.matches("0|[1-9][0-9]{0,2}")) {
      throw new BadValue("has no prefix length after the /; write it like \"198.51.100.0/26\"");
    }
    try {
      return new Prefix(address, Integer.parseInt(length));
    } catch (IllegalArgumentException e) {
      throw new BadValue("is not a network: " + e.getMessage());
    }
  }

  /** A MAC address of one station. */
  static MacAddress parseMac(String text) throws BadValue {
    MacAddress mac =
        MacAddress.tryParse(text)
            .orElseThrow(
                () ->
                    new BadValue(
                        "is not an address; write \"auto\", an IP address, or a MAC address like"
                            + " \"02:00:5e:10:00:01\""));
    byte[] bytes = mac.toBytes();
    if ((bytes[0] & 1) != 0 || Arrays.equals(bytes, new byte[MacAddress.LENGTH])) {
      throw new BadValue("is no station's MAC address; take that of the gateway");
    }
    return mac;
  }

  /** {@code "127.0.0.1:9742"} or {@code "[::1]:9742"}. */
  static Kind<DirectorConfig.Endpoint> endpoint() {
    String form = "write an IP address and a port, like \"127.0.0.1:9742\" or \"[::1]:9742\"";
    return text(
        "\"127.0.0.1:9742\"",
        text -> {
          Matcher m = ENDPOINT.matcher(text);
          if (!m.matches()) {
            throw new BadValue("is not an address and port; " + form);
          }
          boolean v6 = m.group(1).startsWith("[");
          String host = v6 ? m.group(1).substring(1, m.group(1).length() - 1) : m.group(1);
          IpAddress address = parseAddress(host);
          int port = Integer.parseInt(m.group(2));
          if (v6 == address.isV4() || port < 1 || port > 65535) {
            throw new BadValue("is not an address and port from 1 to 65535; " + form);
          }
          return new DirectorConfig.Endpoint(address, port);
        });
  }

  /** An absolute path of at most {@code maxBytes} bytes. */
  static Kind<Path> absolutePath(String example, int maxBytes) {
    return text(
        example,
        text -> {
          if (!text.startsWith("/") || text.endsWith("/")) {
            throw new BadValue("is not an absolute path; write it like " + example);
          }
          int bytes = text.getBytes(StandardCharsets.UTF_8).length;
          if (bytes > maxBytes) {
            throw new BadValue(
                "has " + bytes + " bytes, above " + maxBytes + "; choose a shorter path");
          }
          return parsePath(text);
        });
  }

  static Path parsePath(String text) throws BadValue {
    try {
      return Path.of(text);
    } catch (InvalidPathException e) {
      throw new BadValue("is not a path");
    }
  }

  /** A value as the file would write it, cut if it is long. */
  static String show(Object value) {
    if (value instanceof Duration duration) {
      return showDuration(duration);
    }
    if (!(value instanceof String text)) {
      return value.toString();
    }
    String cut = text.length() <= LONGEST_SHOWN ? text : text.substring(0, LONGEST_SHOWN - 1) + "…";
    return '"' + cut.replaceAll("\\p{Cntrl}", "?") + '"';
  }

  private static String showDuration(Duration duration) {
    long millis = duration.toMillis();
    if (millis % 60_000 == 0) {
      return '"' + (millis / 60_000 + "m") + '"';
    }
    return '"' + (millis % 1000 == 0 ? millis / 1000 + "s" : millis + "ms") + '"';
  }

  /** Whether {@link #show} says what the value is, so that a message can quote it. */
  static boolean isPlain(Object value) {
    return value instanceof String
        || value instanceof Long
        || value instanceof Double
        || value instanceof Boolean;
  }

  static String kindOf(Object value) {
    if (value instanceof String) {
      return "a string";
    } else if (value instanceof Long) {
      return "an integer";
    } else if (value instanceof Double) {
      return "a fraction";
    } else if (value instanceof Boolean) {
      return "true or false";
    } else if (value instanceof List<?>) {
      return "an array";
    }
    return value instanceof Map<?, ?> ? "a section" : "a date";
  }
}
