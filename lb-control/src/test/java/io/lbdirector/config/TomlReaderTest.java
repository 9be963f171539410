package io.lbdirector.config;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.moandjiezana.toml.Toml;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TomlReaderTest {
  private static TomlDocument read(String text) throws TomlException {
    Problems problems = new Problems("test.toml");
    TomlDocument document = TomlReader.read(TomlText.decode(text.getBytes(UTF_8)), problems);
    assertTrue(problems.isEmpty(), "no problems in: " + text);
    return document;
  }

  /** Sections are put together here, so the library reading the whole text is the judge. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "# only a comment",
        "a = 1",
        "a = -5\nb = +5\nc = 1_000\nd = 0",
        "a = 1.5\nb = 1e3\nc = -2.5E-2",
        "a = true\nb = false",
        "a = 1979-05-27T07:32:00Z",
        "a = \"x # y\" # z",
        "a = 'C:\\x'\nb = ''\nc = \"\"",
        "a = \"\\b\\t\\n\\f\\r\\\"\\u00e9 é\"",
        "a = \"\"\"\none\ntwo \"\" \\\n   three\"\"\"\nb = '''\nfour\n'five'''",
        "a = []\nb = [[1, 2], [\"x\"]]\nc = [1, 2,]",
        "a = [ # ]\n  \"]\", # x\n\n  ',',\n]\nb = 1",
        "a = {}\nb = { c = 1, d = [1, 2], e = { f = \"}\" } }",
        "[a]\nx = 1\n[b]\n[c]\ny = 2",
        "[a.b.c]\nx = 1\n[a]\ny = 2\n[a.b]\nz = 3",
        "[ a . b ]\nx = 1",
        "[[t]]\nx = 1\n[[t]]\nx = 2\n[[t]]",
        "[[t]]\n[[t.u]]\nx = 1\n[[t.u]]\nx = 2\n[[t]]\n[[t.u]]\nx = 3\n[t.v]\ny = 4",
        "a-b_C9 = 1\n1 = 2",
      })
  void shouldReadAsTheLibraryReadsTheWhole(String text) throws TomlException {
    assertEquals(new Toml().read(text).toMap(), read(text).root());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "src/test/resources/config/good/every-key.toml",
        "src/test/resources/config/good/defaults.toml",
        "../config/forwarding.toml"
      })
  void shouldReadFilesAsTheLibraryReadsTheWhole(String file) throws IOException, TomlException {
    String text = Files.readString(Path.of(file));
    assertEquals(new Toml().read(text).toMap(), read(text).root());
  }

  @Test
  void shouldKnowTheLineOfEverything() throws TomlException {
    TomlDocument document =
        read(
            "\na = [\n 1,\n 2]\n[b]\nc = { d = 1 }\n[[t]]\n[[t]]\n[[t.u]]\ne = \"\"\"\n\n\"\"\"\nf = 1");
    Map<String, Integer> expected = new LinkedHashMap<>();
    expected.put("a", 2);
    expected.put("a[0]", 3);
    expected.put("a[1]", 4);
    expected.put("b", 5);
    expected.put("b.c", 6);
    expected.put("b.c.d", 6);
    expected.put("t", 7);
    expected.put("t[0]", 7);
    expected.put("t[1]", 8);
    expected.put("t[1].u", 9);
    expected.put("t[1].u[0]", 9);
    expected.put("t[1].u[0].e", 10);
    expected.put("t[1].u[0].f", 13);
    assertEquals(expected, document.lines());
  }

  /** The library drops such keys; here they stay, marked, so that nobody takes them for missing. */
  @Test
  void shouldKeepKeysWhoseValueCannotBeRead() throws TomlException {
    Problems problems = new Problems("test.toml");
    TomlDocument document = TomlReader.read("a =\nb = 1\n", problems);
    assertEquals(Map.of("a", TomlDocument.Unreadable.VALUE, "b", 1L), Map.copyOf(document.root()));
    assertEquals(
        "test.toml:1: a has no value; give it one, or remove the line",
        problems.toException().getMessage());
  }

  @Test
  void shouldNoticeWhenTheLibrarySeesLess() {
    Map<String, Integer> parts = Map.of("a", 7, "a[0]", 8);
    TomlException e =
        assertThrows(TomlException.class, () -> TomlValue.requireSameParts(List.of(), "a", parts));
    assertEquals(8, e.line());
    assertEquals("a[0]", e.key());
  }

  @Test
  void shouldNoticeWhenTheLibrarySeesMore() {
    TomlException e =
        assertThrows(
            TomlException.class,
            () -> TomlValue.requireSameParts(Map.of("b", 1L), "a", Map.of("a", 7)));
    assertEquals(7, e.line());
    assertEquals("a.b", e.key());
  }

  @Test
  void shouldSuggestOnlyWhatIsClose() {
    List<String> known = List.of("weight", "state", "ip");
    assertEquals("; did you mean `weight`?", Suggestion.of("wieght", known));
    assertEquals("; did you mean `state`?", Suggestion.of("stat", known));
    assertEquals("", Suggestion.of("colour", known));
    assertEquals("", Suggestion.of("x".repeat(100_000), known));
    assertEquals(3, Suggestion.distance("kitten", "sitting"));
    assertEquals(1, Suggestion.distance("ab", "ba"));
  }
}
