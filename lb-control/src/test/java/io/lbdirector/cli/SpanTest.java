package io.lbdirector.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine.TypeConversionException;

class SpanTest {
  @ParameterizedTest
  @CsvSource({"1ms, 1", "500ms, 500", "60s, 60000", "2m, 120000", "24h, 86400000"})
  void shouldReadTimes(String text, long millis) {
    Span span = new Span.Converter().convert(text);
    assertEquals(Duration.ofMillis(millis), span.duration());
    assertEquals(text, span.toString());
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "60", "s", "0s", "-1s", "1.5s", "1 s", "1d", "1S", "12345678901s"})
  void shouldRefuseWhatIsNoTime(String text) {
    assertThrows(TypeConversionException.class, () -> new Span.Converter().convert(text));
  }

  @ParameterizedTest
  @CsvSource({
    "-5, 0s",
    "0, 0s",
    "119, 119s",
    "120, 2m",
    "7199, 119m",
    "7200, 2h",
    "172799, 47h",
    "172800, 2d"
  })
  void shouldTellTimesInOneUnit(long seconds, String text) {
    assertEquals(text, Span.text(Duration.ofSeconds(seconds)));
  }

  @ParameterizedTest
  @CsvSource({"1, 1s", "90, 90s", "300, 5m", "5400, 90m", "7200, 2h", "86400, 24h"})
  void shouldTellWholeTimesAsOneGivesThem(long seconds, String text) {
    assertEquals(text, Span.ofSeconds(seconds));
  }

  @ParameterizedTest
  @CsvSource({"500ms, 1", "1s, 1", "1001ms, 2", "5m, 300"})
  void shouldCountSecondsThatHaveBegun(String text, long seconds) {
    assertEquals(seconds, new Span.Converter().convert(text).seconds());
  }
}
