package io.lbdirector.doctor;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CpuListTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
      0       | 1
      0-3     | 4
      0,2-5,9 | 6
      """)
  void shouldCountRangesAndSingles(String list, int cpus) {
    assertEquals(cpus, CpuList.count(list));
  }
}
