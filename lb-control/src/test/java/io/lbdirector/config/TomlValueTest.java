package io.lbdirector.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TomlValueTest {
  private static final Map<String, Integer> PARTS = Map.of("key", 7);

  @ParameterizedTest
  @ValueSource(
      strings = {
        "\"\"",
        "\"a\"",
        "\"#\"",
        "\" # = [x] {y}, 'z' \"",
        "\"\t\"",
        "\"\u00e9\u20ac\"",
        "\"10.0.1.11\"",
        "0",
        "1",
        "443",
        "65535",
        "999999999",
        "1000000000",
        "9223372036854775807",
        "-1",
        "+1",
        "1_000"
      })
  void shouldReadWhatTheLibraryReads(String text) throws TomlException {
    assertEquals(TomlValue.readByLibrary(text, "key", PARTS), TomlValue.decode(text, "key", PARTS));
  }

  @Test
  void shouldReadAnyTextAsTheLibraryDoes() throws TomlException {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    for (int i = 0; i < 5_000; i++) {
      StringBuilder text = new StringBuilder("\"");
      for (int length = random.nextInt(12); length > 0; length--) {
        text.append(character(random));
      }
      text.append('"');
      String whole = text.toString();
      assertEquals(
          TomlValue.readByLibrary(whole, "key", PARTS),
          TomlValue.decode(whole, "key", PARTS),
          "seed " + seed);
    }
  }

  /** Anything that may stand in a text but quotes and backslashes; punctuation often. */
  private static char character(Random random) {
    String special = "#=[]{},.'\t ";
    char c = random.nextBoolean() ? special.charAt(random.nextInt(special.length())) : '"';
    while (c == '"' || c == '\\' || Character.isSurrogate(c)) {
      c = (char) (' ' + random.nextInt(random.nextBoolean() ? 95 : 0xffdf));
    }
    return c == 0x7f ? 'x' : c;
  }

  @Test
  void shouldReadEscapesAndSeveralLines() throws TomlException {
    assertEquals("a\tb", TomlValue.decode("\"a\\tb\"", "key", PARTS));
    assertEquals("a\"b", TomlValue.decode("\"a\\\"b\"", "key", PARTS));
    assertEquals("a\nb", TomlValue.decode("\"\"\"a\nb\"\"\"", "key", PARTS));
    assertEquals("a\\b", TomlValue.decode("'a\\b'", "key", PARTS));
  }

  @Test
  void shouldRefuseWhatTheLibraryReadsOtherwise() {
    assertThrows(
        TomlException.class,
        () -> TomlValue.decode("[1, \"x\"]", "key", Map.of("key", 7, "key[0]", 7, "key[1]", 7)));
  }
}
