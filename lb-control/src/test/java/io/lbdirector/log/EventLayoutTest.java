package io.lbdirector.log;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.LoggingEvent;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.event.KeyValuePair;

class EventLayoutTest {
  /** A value, quoted or not; every backslash begins an escape. */
  private static final String VALUE =
      "(?:[^\\s\"\\\\=\\p{Cc}]+|\"(?:[^\"\\\\\\p{Cc}]|\\\\[\"\\\\n]|\\\\u[0-9a-f]{4})*\")";

  private static final Pattern LINE =
      Pattern.compile("<6>Director reload refused config=(" + VALUE + ") reason=(" + VALUE + ")\n");

  private final LoggerContext context = new LoggerContext();

  private LoggingEvent event(Level level, String words, Throwable thrown, KeyValuePair... pairs) {
    LoggingEvent event =
        new LoggingEvent(
            "", context.getLogger("io.lbdirector.director.Director"), level, words, thrown, null);
    event.setKeyValuePairs(List.of(pairs));
    event.setTimeStamp(1_700_000_000_000L);
    return event;
  }

  private String journal(String config, String reason) {
    return new EventLayout(true)
        .doLayout(
            event(
                Level.INFO,
                "reload refused",
                null,
                new KeyValuePair("config", config),
                new KeyValuePair("reason", reason)));
  }

  @Test
  void shouldPutTimeAndLevelInFrontForPeople() {
    LoggingEvent event =
        event(Level.WARN, "backend drained", null, new KeyValuePair("generation", 7));
    assertEquals(
        "2023-11-14T22:13:20.000Z WARN  Director backend drained generation=7\n",
        new EventLayout(false).doLayout(event));
  }

  @ParameterizedTest
  @CsvSource({"ERROR, 3", "WARN, 4", "INFO, 6", "DEBUG, 7", "TRACE, 7"})
  void shouldPutThePriorityInFrontForTheJournal(String level, int priority) {
    assertEquals(
        "<" + priority + ">Director ready\n",
        new EventLayout(true).doLayout(event(Level.toLevel(level), "ready", null)));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        "a b",
        "say \"no\"",
        "back\\slash",
        "\\",
        "a=b",
        "two\nlines",
        "<3>Director forged\n<3>Director error=\"no\"",
        "\r\n\u000b\u000c",
        "\u001b[2J\u0007\u0000\u007f",
        "\u0085\u009b31m",
        "\u2028\u2029\u00a0\u3000",
        "\u202etxet\u2066\u200b\ufeff",
        "\ud800 alone \udc00",
        "\udbff\udfff",
        "\" config=\"/etc/passwd",
        "\u00fcml\u00e4ut \ud83d\ude00"
      })
  void shouldWriteOneWellFormedLineWhateverAValueHolds(String hostile) {
    for (String line : List.of(journal(hostile, "r"), journal("c", hostile))) {
      assertWellFormed(line);
    }
    Matcher both = LINE.matcher(journal(hostile, hostile));
    assertTrue(both.matches(), journal(hostile, hostile));
    assertEquals(hostile, read(both.group(1)));
    assertEquals(hostile, read(both.group(2)));
  }

  @Test
  void shouldWriteOneWellFormedLineOfWhateverMeets() {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    for (int i = 0; i < 5_000; i++) {
      String config = text(random);
      String reason = text(random);
      Matcher line = LINE.matcher(journal(config, reason));
      assertTrue(line.matches(), "seed " + seed + ": " + journal(config, reason));
      assertEquals(config, read(line.group(1)), "seed " + seed);
      assertEquals(reason, read(line.group(2)), "seed " + seed);
    }
  }

  /** Of characters that matter, and some that do not. */
  private static String text(Random random) {
    int[] matter = {'"', '\\', '=', ' ', '\n', 'n', 'u', 0, 0x1b, 0x85, 0x2028, 0xd800, 0xdc00};
    return random
        .ints(random.nextInt(12), 0, 2 * matter.length)
        .mapToObj(i -> (char) (i < matter.length ? matter[i] : random.nextInt(0x10000)))
        .map(String::valueOf)
        .collect(Collectors.joining());
  }

  private static void assertWellFormed(String line) {
    assertTrue(LINE.matcher(line).matches(), line);
    assertEquals(line.length() - 1, line.indexOf('\n'), line);
    assertTrue(
        line.substring(0, line.length() - 1)
            .codePoints()
            .noneMatch(c -> c < ' ' || (c >= 0x7f && c < 0xa0) || c == 0x2028 || c == 0x2029),
        line);
  }

  /** What a reader makes of a value. */
  private static String read(String value) {
    if (!value.startsWith("\"")) {
      return value;
    }
    Matcher escape = Pattern.compile("\\\\(u[0-9a-f]{4}|.)").matcher(value);
    return escape
        .replaceAll(found -> Matcher.quoteReplacement(unescape(found.group(1))))
        .replaceAll("(?s)^\"|\"\\z", "");
  }

  private static String unescape(String escape) {
    if (escape.length() > 1) {
      return String.valueOf((char) Integer.parseInt(escape.substring(1), 16));
    }
    return escape.equals("n") ? "\n" : escape;
  }

  @Test
  void shouldLeaveAloneWhatNeedsNoQuotes() {
    for (String plain :
        List.of("7", "10.0.1.11", "2001:db8::1", "/etc/lb/forwarding.toml", "a-b_c", "PT10S")) {
      assertEquals(
          "<6>Director reload refused config=" + plain + " reason=x\n", journal(plain, "x"));
    }
  }

  @Test
  void shouldKeepWordsOfLibrariesOnOneLine() {
    LoggingEvent event = event(Level.WARN, "first\nsecond\u001b[2J", null);
    assertEquals("<4>Director first\\nsecond\\u001b[2J\n", new EventLayout(true).doLayout(event));
  }

  @Test
  void shouldTellAnExceptionInOneLineWithWhereItCameFrom() {
    Exception inner = new IllegalArgumentException("no\nway");
    inner.setStackTrace(frames(20));
    Exception outer = new IllegalStateException("swap failed", inner);
    outer.addSuppressed(new RuntimeException());
    String line = new EventLayout(true).doLayout(event(Level.ERROR, "retire failed", outer));
    String at = Arrays.stream(frames(8)).map(Object::toString).collect(Collectors.joining(" < "));
    assertEquals(
        "<3>Director retire failed error=\"IllegalStateException: swap failed; caused by"
            + " IllegalArgumentException: no\\nway; besides RuntimeException\" at=\""
            + at
            + "\"\n",
        line);
  }

  private static StackTraceElement[] frames(int count) {
    List<StackTraceElement> frames = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      frames.add(new StackTraceElement("io.lbdirector.X", "method", "X.java", i + 1));
    }
    return frames.toArray(StackTraceElement[]::new);
  }

  @Test
  void shouldStopAtCausesThatGoOnForEver() {
    Exception chain = new RuntimeException("deepest");
    for (int i = 0; i < 50; i++) {
      chain = new RuntimeException("cause", chain);
    }
    String line = new EventLayout(true).doLayout(event(Level.ERROR, "failed", chain));
    assertEquals(5, line.split("; caused by ", -1).length - 1, line);
    assertFalse(line.contains("deepest"), line);
  }

  /** journald cuts lines at 48 KiB. */
  @Test
  void shouldShortenWhatIsTooLong() {
    String line = journal("\u0001".repeat(100_000), "end");
    assertEquals(line.length() - 1, line.indexOf('\n'));
    assertTrue(line.length() < 48 * 1024, "" + line.length());
    assertTrue(line.endsWith("... (93000 more characters)\" reason=end\n"), line.substring(40_000));
    assertTrue(journal("x".repeat(7_001), "end").contains("x... (1 more characters)\" reason"));
  }
}
