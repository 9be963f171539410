package io.lbdirector.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;

class FieldsTest {
  @Test
  void shouldBreakAtSpacesAndWithinLongWords() {
    assertEquals(List.of("aa bb", "cc"), Fields.wrap("aa bb cc", 5));
    assertEquals(List.of("aaaaa", "bbb"), Fields.wrap("aaaaabbb", 5));
    assertEquals(List.of("aaaaa", "bbb"), Fields.wrap("aaaaa bbb", 5));
    assertEquals(List.of(""), Fields.wrap("", 5));
  }
}
