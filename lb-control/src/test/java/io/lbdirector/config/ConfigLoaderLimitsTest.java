package io.lbdirector.config;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Files that are too big, too many of something, or no text at all; and those just within. */
class ConfigLoaderLimitsTest {
  private static final String DIRECTOR =
      "[director]\ninterfaces = [\"eth0\"]\nsource_ip = \"192.0.2.1\"\n";
  private static final String KEYS =
      "hash_key = \"0123456789abcdef0123456789abcdef\"\nseed = \"fedcba9876543210fedcba9876543210\"\n";

  @TempDir Path folder;

  private static String table(String name) {
    return "[[table]]\nname = \"" + name + "\"\n" + KEYS;
  }

  private static String bind(String address) {
    return "[[table.bind]]\nip = \"" + address + "\"\nproto = \"tcp\"\nport = 80\n";
  }

  private static String backend(int number) {
    int a = number >> 16;
    int b = number >> 8 & 0xff;
    return "[[table.backend]]\nip = \"10." + a + "." + b + "." + (number & 0xff) + "\"\n";
  }

  private static String backends(int count) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < count; i++) {
      text.append(backend(i));
    }
    return text.toString();
  }

  private static byte[] withHashFields(String value) {
    String rest = table("web") + bind("203.0.113.10") + backend(1);
    return (DIRECTOR + "hash_fields = " + value + "\n" + rest).getBytes(UTF_8);
  }

  private static Problem onlyProblem(byte[] toml) {
    ConfigException e =
        assertThrows(ConfigException.class, () -> ConfigLoader.load(toml, "test.toml"));
    assertEquals(1, e.problems().size(), e.getMessage());
    return e.problems().get(0);
  }

  private static Problem onlyProblem(Path file) {
    ConfigException e = assertThrows(ConfigException.class, () -> ConfigLoader.load(file));
    assertEquals(1, e.problems().size(), e.getMessage());
    return e.problems().get(0);
  }

  @Test
  void shouldSayThatAFileIsNotThere() {
    Path file = folder.resolve("none.toml");
    assertEquals(
        file + ": cannot be read: it is not there; name a file that can",
        onlyProblem(file).toString());
  }

  @Test
  void shouldSayThatAFileIsAFolder() {
    Problem problem = onlyProblem(folder);
    assertTrue(problem.message().startsWith("cannot be read: "), problem.message());
  }

  @Test
  void shouldRefuseTenMegabytes() throws IOException {
    byte[] bytes = new byte[10_000_000];
    Arrays.fill(bytes, (byte) '#');
    String message = "the file has 10000000 bytes, above 8388608; is it the right file?";
    assertEquals(message, onlyProblem(bytes).message());
    Path file = Files.write(folder.resolve("big.toml"), bytes);
    assertEquals(file + ": " + message, onlyProblem(file).toString());
  }

  @Test
  void shouldReadAFileOfTheLargestSize() throws ConfigException {
    String text = DIRECTOR + table("web") + bind("203.0.113.10") + backend(1) + "#";
    byte[] bytes = Arrays.copyOf(text.getBytes(UTF_8), TomlText.MAX_BYTES);
    Arrays.fill(bytes, text.length(), bytes.length, (byte) 'x');
    assertEquals(1, ConfigLoader.load(bytes, "test.toml").tables().size());
  }

  @Test
  void shouldRefuseBytesThatAreNotUtf8() {
    byte[] bytes = "[director]\ninstance = \"caf? \"\n".getBytes(UTF_8);
    bytes[26] = (byte) 0xe9;
    assertEquals(
        "test.toml:2: byte 0xe9 is not UTF-8; save the file as UTF-8",
        onlyProblem(bytes).toString());
  }

  @Test
  void shouldRefuseTextThatEndsWithinACharacter() {
    byte[] bytes = {'#', '\n', (byte) 0xc3};
    assertEquals(
        "test.toml:2: byte 0xc3 is not UTF-8; save the file as UTF-8",
        onlyProblem(bytes).toString());
  }

  @Test
  void shouldRefuseAByteOrderMark() {
    assertEquals(
        "test.toml:1: the file starts with a byte order mark; save it as plain UTF-8 without one",
        onlyProblem(("\uFEFF" + DIRECTOR).getBytes(UTF_8)).toString());
  }

  @ParameterizedTest
  @ValueSource(chars = {0, 7, '\r', 0x1b, 0x7f})
  void shouldRefuseControlCharacters(char c) {
    Problem problem = onlyProblem((DIRECTOR + "# " + c + "x").getBytes(UTF_8));
    assertEquals(4, problem.line());
    assertTrue(
        problem.message().startsWith("control character U+%04X;".formatted((int) c)),
        problem.message());
  }

  @Test
  void shouldRefuse65536Backends() {
    Problem problem =
        onlyProblem(
            (DIRECTOR + table("web") + bind("203.0.113.10") + backends(65_536)).getBytes(UTF_8));
    assertEquals("table[0].backend[32767]", problem.key());
    assertEquals(
        "table \"web\", backend 32768: the file has 65536 backend addresses, above 32767;"
            + " split it over two instances",
        problem.message());
  }

  @Test
  void shouldTakeAsManyBackendsAsItSays() throws ConfigException {
    String text = DIRECTOR + table("web") + bind("203.0.113.10") + backends(32_767);
    DirectorConfig config = ConfigLoader.load(text.getBytes(UTF_8), "test.toml");
    assertEquals(32_767, config.tables().get(0).backends().size());
  }

  @Test
  void shouldCountAddressesNotBackends() throws ConfigException {
    String text =
        DIRECTOR
            + table("web")
            + bind("203.0.113.10")
            + backends(20_000)
            + table("api")
            + bind("203.0.113.11")
            + backends(20_000);
    assertEquals(2, ConfigLoader.load(text.getBytes(UTF_8), "test.toml").tables().size());
  }

  @Test
  void shouldRefuseMoreThan4096Tables() throws ConfigException {
    StringBuilder text = new StringBuilder(DIRECTOR);
    for (int i = 0; i < 4096; i++) {
      text.append(table("t" + i))
          .append(bind("198.18." + (i >> 8) + "." + (i & 0xff)))
          .append(backend(1));
    }
    byte[] most = text.toString().getBytes(UTF_8);
    assertEquals(4096, ConfigLoader.load(most, "test.toml").tables().size());
    text.append(table("more")).append(bind("203.0.113.10")).append(backend(1));
    Problem problem = onlyProblem(text.toString().getBytes(UTF_8));
    assertEquals("table[4096]", problem.key());
    assertTrue(problem.message().contains("4097 tables, above 4096"), problem.message());
  }

  @Test
  void shouldRefuseMoreThan65536Binds() throws ConfigException {
    StringBuilder text = new StringBuilder(DIRECTOR).append(table("web"));
    for (int i = 0; i < 65_536; i++) {
      text.append(bind("198.18." + (i >> 8) + "." + (i & 0xff)));
    }
    byte[] most = (text + backend(1)).getBytes(UTF_8);
    assertEquals(65_536, ConfigLoader.load(most, "test.toml").tables().get(0).binds().size());
    Problem problem = onlyProblem((text + bind("203.0.113.10") + backend(1)).getBytes(UTF_8));
    assertEquals("table[0].bind[65536]", problem.key());
    assertEquals(
        "table \"web\", bind 65537: the file has 65537 binds, above 65536;"
            + " split it over two instances",
        problem.message());
  }

  private static String ports(String prefix, int first, int last) {
    return "[[table.bind]]\nip = \"%s\"\nproto = \"tcp\"\nports = \"%d-%d\"\n"
        .formatted(prefix, first, last);
  }

  @Test
  void shouldRefuseMoreThan262144SpansOfPorts() throws ConfigException {
    StringBuilder text = new StringBuilder(DIRECTOR).append(table("web"));
    for (int i = 0; i < 10_000; i++) {
      text.append(ports("198.18.0.0/15", 4 * i + 1, 4 * i + 2));
    }
    for (int i = 0; i < 12; i++) {
      text.append(ports("198.18." + i + ".0/24", 50_000, 50_009));
    }
    byte[] most = (text + backend(1)).getBytes(UTF_8);
    assertEquals(10_012, ConfigLoader.load(most, "test.toml").tables().get(0).binds().size());
    text.append(ports("198.18.12.0/24", 50_000, 50_009));
    Problem problem = onlyProblem((text + backend(1)).getBytes(UTF_8));
    assertEquals("table[0].bind[10012]", problem.key());
    assertTrue(
        problem.message().contains("tcp 198.18.12.0/24:50000-50009")
            && problem.message().contains("more than 262144 spans of ports")
            && problem.message().contains("fewer prefixes within prefixes"),
        problem.message());
  }

  @Test
  void shouldRefuseOneValueOfManyParts() {
    Problem problem = onlyProblem(withHashFields("[" + "1,".repeat(5000) + "]"));
    assertTrue(problem.message().contains("over 2048 parts"), problem.message());
  }

  @Test
  void shouldSurviveDeepNesting() {
    Problem problem = onlyProblem(withHashFields("[".repeat(1_000_000)));
    assertTrue(problem.message().contains("nested deeper"), problem.message());
  }

  @Test
  void shouldRefuseKeyFilesThatHoldSomethingElse() throws IOException {
    String secret = "c0ffee5ec4e7c0ffee5ec4e7c0ffee5e";
    for (String content :
        List.of("", secret.substring(1), secret + secret, secret.replace('0', 'x'))) {
      Files.writeString(folder.resolve("key"), content);
      Path file = folder.resolve("forwarding.toml");
      Files.writeString(
          file,
          DIRECTOR
              + table("web").replaceAll("hash_key = \".*\"", "hash_key_file = \"key\"")
              + bind("203.0.113.10")
              + backend(1));
      Problem problem = onlyProblem(file);
      assertEquals(6, problem.line());
      assertEquals("table[0].hash_key_file", problem.key());
      assertTrue(problem.message().contains("it takes 32 hexadecimal digits"), problem.message());
      assertFalse(problem.message().matches(".*(ffee5|5ec4|cxff).*"), problem.message());
    }
  }

  /** Files with 32 digits alone, with a line end of either kind, from another folder. */
  @ParameterizedTest
  @ValueSource(strings = {"", "\n", "\r\n"})
  void shouldReadKeyFilesWithOrWithoutALineEnd(String end) throws Exception {
    Path key = folder.resolve("key");
    Files.writeString(key, "c0ffee5ec4e7c0ffee5ec4e7c0ffee5e" + end);
    Path file = folder.resolve("forwarding.toml");
    String text = DIRECTOR + table("web") + bind("203.0.113.10") + backend(1);
    Files.writeString(file, text.replaceAll("(?m)^seed = .*$", "seed_file = \"" + key + "\""));
    assertEquals(
        io.lbdirector.forwarding.SipKey.parseHex("c0ffee5ec4e7c0ffee5ec4e7c0ffee5e"),
        ConfigLoader.load(file).tables().get(0).seed());
  }
}
