package io.lbdirector.config;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class QuicRulesTest {
  private static final String FILE =
      """
      [director]
      interfaces = ["eth0"]
      source_ip = "192.0.2.1"
      [[table]]
      name = "quic"
      hash_key = "0123456789abcdef0123456789abcdef"
      seed = "fedcba9876543210fedcba9876543210"
      [[table.bind]]
      ip = "203.0.113.10"
      proto = "udp"
      port = 443
      flow = "quic"
      [[table.backend]]
      ip = "10.0.1.11"
      [[table.backend]]
      ip = "10.0.1.12"
      """;

  private static DirectorConfig load(String text) throws ConfigException {
    return ConfigLoader.load(text.getBytes(UTF_8), "test.toml");
  }

  @Test
  void shouldWarnOfATableWithoutServerIds() throws ConfigException {
    assertEquals(
        List.of(
            "table \"quic\" has flow = \"quic\", but no backend with a quic_id:"
                + " its packets go by the hash"),
        load(FILE).warnings());
  }

  @Test
  void shouldNotWarnWhereOneBackendHasAnIdOrNoBindIsForQuic() throws ConfigException {
    assertEquals(List.of(), load(FILE + "quic_id = 0\n").warnings());
    assertEquals(List.of(), load(FILE.replace("flow = \"quic\"\n", "")).warnings());
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 255, 256, 65_535})
  void shouldTakeEveryIdOfTwoBytes(int id) throws ConfigException {
    DirectorConfig.Table table = load(FILE + "quic_id = " + id + "\n").tables().get(0);
    assertEquals(
        List.of(OptionalInt.empty(), OptionalInt.of(id)),
        table.backends().stream().map(DirectorConfig.TableBackend::quicId).toList());
  }

  @Test
  void shouldTakeBindsOfAnyProtocol() throws ConfigException {
    DirectorConfig config = load(FILE.replace("\"udp\"", "\"any\""));
    assertTrue(config.tables().get(0).binds().get(0).quic());
  }
}
