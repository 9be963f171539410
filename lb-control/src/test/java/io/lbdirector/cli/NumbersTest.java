package io.lbdirector.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NumbersTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "0 | 0 | 0 B",
        "999 | 999 | 999 B",
        "1000 | 1,000 | 1.00 kB",
        "12345 | 12,345 | 12.3 kB",
        "999999 | 999,999 | 999 kB",
        "1000000 | 1,000,000 | 1.00 MB",
        "999999999999 | 999,999,999,999 | 999 GB",
        "1000000000000 | 1.00 T | 1.00 TB",
        "9223372036854775807 | 9.22 E | 9.22 EB",
      })
  void shouldWriteCountsAndBytes(long number, String count, String bytes) {
    assertEquals(count, Numbers.count(number));
    assertEquals(bytes, Numbers.bytes(number));
  }

  @ParameterizedTest
  @CsvSource({"0, 0.00%", "100, 100.00%", "33.333, 33.33%", "0.398, 0.40%", "9.999, 10.00%"})
  void shouldWriteShares(double percent, String share) {
    assertEquals(share, Numbers.share(percent));
  }

  @ParameterizedTest
  @CsvSource({"0, +0.0%", "2.34, +2.3%", "-0.4, -0.4%", "-0.04, +0.0%", "-100, -100.0%"})
  void shouldWriteDeviations(double percent, String deviation) {
    assertEquals(deviation, Numbers.deviation(percent));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "0 | 0 | 0 | 0 bit/s",
        "0.04 | 0 | 0 | 0 bit/s",
        "0.35 | 0.4 | 0 | 0 bit/s",
        "9.94 | 9.9 | 10 | 10 bit/s",
        "9.96 | 10 | 10 | 10 bit/s",
        "3 | 3 | 3 | 3 bit/s",
        "999.4 | 999 | 999 | 999 bit/s",
        "999.5 | 1,000 | 1.00 k | 1.00 kbit/s",
        "1234567 | 1,234,567 | 1.23 M | 1.23 Mbit/s",
      })
  void shouldWriteRates(double perSecond, String rate, String bits, String withUnit) {
    assertEquals(rate, Numbers.rate(perSecond));
    assertEquals(bits, Numbers.bits(perSecond, ""));
    assertEquals(withUnit, Numbers.bits(perSecond, "bit/s"));
  }

  @ParameterizedTest
  @CsvSource({
    "0, 0 us",
    "999, 999 us",
    "1000, 1.00 ms",
    "3100, 3.10 ms",
    "999999, 999 ms",
    "1200000, 1.20 s",
    "999999999, 999 s",
    "1000000000, '1,000 s'",
    "9223372036854775807, 9.22 T s"
  })
  void shouldWriteLatencies(long micros, String text) {
    assertEquals(text, Numbers.latency(micros));
  }
}
