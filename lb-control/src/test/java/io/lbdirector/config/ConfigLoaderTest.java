package io.lbdirector.config;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lbdirector.config.DirectorConfig.Admin;
import io.lbdirector.config.DirectorConfig.Check;
import io.lbdirector.config.DirectorConfig.CheckType;
import io.lbdirector.config.DirectorConfig.Director;
import io.lbdirector.config.DirectorConfig.Egress;
import io.lbdirector.config.DirectorConfig.Encapsulation;
import io.lbdirector.config.DirectorConfig.Endpoint;
import io.lbdirector.config.DirectorConfig.Gateway;
import io.lbdirector.config.DirectorConfig.Health;
import io.lbdirector.config.DirectorConfig.IcmpEcho;
import io.lbdirector.config.DirectorConfig.Mode;
import io.lbdirector.config.DirectorConfig.Table;
import io.lbdirector.config.DirectorConfig.TableBackend;
import io.lbdirector.config.DirectorConfig.TableBind;
import io.lbdirector.forwarding.Algorithm;
import io.lbdirector.forwarding.Backend;
import io.lbdirector.forwarding.BackendState;
import io.lbdirector.forwarding.Bind;
import io.lbdirector.forwarding.HashField;
import io.lbdirector.forwarding.IpAddress;
import io.lbdirector.forwarding.MacAddress;
import io.lbdirector.forwarding.PortRange;
import io.lbdirector.forwarding.Prefix;
import io.lbdirector.forwarding.Protocol;
import io.lbdirector.forwarding.SipKey;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ConfigLoaderTest {
  private static final Path GOOD = Path.of("src/test/resources/config/good");
  private static final Path WORKED_EXAMPLE = Path.of("../config/forwarding.toml");
  private static final OptionalInt NONE = OptionalInt.empty();

  private static IpAddress ip(String text) {
    return IpAddress.parse(text);
  }

  private static Duration ms(long millis) {
    return Duration.ofMillis(millis);
  }

  @Test
  void shouldReadTheWorkedExample() throws ConfigException {
    DirectorConfig config = ConfigLoader.load(WORKED_EXAMPLE);
    assertEquals(List.of("eth0"), config.director().interfaces());
    assertEquals(Optional.of(ip("10.0.0.2")), config.director().sourceIp());
    assertEquals(List.of("web", "stream"), config.tables().stream().map(Table::name).toList());
    Table web = config.tables().get(0);
    assertEquals(Set.of(HashField.SRC_ADDR, HashField.SRC_PORT), web.hashFields());
    assertEquals(SipKey.parseHex("12345678901234561234567890123456"), web.hashKey());
    assertEquals(SipKey.parseHex("34567890123456783456789012345678"), web.seed());
    assertEquals(
        List.of(
            Backend.active(ip("10.0.1.11")),
            Backend.active(ip("10.0.1.12")),
            Backend.active(ip("10.0.1.13"))),
        web.pool());
    assertEquals(
        List.of(
            "tcp 203.0.113.10:80",
            "tcp [2001:db8:113::10]:80",
            "udp 203.0.113.10:7000-7009",
            "udp [2001:db8:113::10]:7000-7009"),
        config.binds().stream().map(Bind::toString).toList());
    assertEquals(List.of(), config.warnings());
  }

  @Test
  void shouldFillInDefaults() throws ConfigException {
    DirectorConfig config = ConfigLoader.load(GOOD.resolve("defaults.toml"));
    assertEquals(
        new Director(
            "default",
            List.of("eth0"),
            Mode.AUTO,
            Optional.of(ip("192.0.2.1")),
            Optional.empty(),
            new Gateway.Auto(),
            new Gateway.Auto(),
            IcmpEcho.FORWARD,
            Egress.TX,
            NONE,
            NONE,
            false,
            Path.of("/var/lib/lb")),
        config.director());
    assertEquals(
        new Admin(
            Path.of("/run/lb/admin.sock"), Optional.empty(), Optional.empty(), Optional.empty()),
        config.admin());
    assertEquals(new Health(ms(2000), ms(1000), 3, 3, 50), config.health());
    assertEquals(
        List.of(
            new Table(
                "web",
                SipKey.parseHex("0123456789abcdef0123456789abcdef"),
                SipKey.parseHex("fedcba9876543210fedcba9876543210"),
                Algorithm.RENDEZVOUS,
                20,
                Encapsulation.GUE,
                Optional.empty(),
                Set.of(HashField.SRC_ADDR),
                Set.of(),
                2,
                List.of(new TableBind(Bind.exact(ip("203.0.113.10"), Protocol.TCP, 443), false)),
                List.of(new TableBackend(Backend.active(ip("10.0.1.11")), NONE)),
                List.of())),
        config.tables());
    assertEquals(List.of(), config.warnings());
  }

  @Test
  void shouldReadEveryKeyOfTheDirector() throws ConfigException {
    DirectorConfig config = everyKey();
    assertEquals(
        new Director(
            "edge_1-a",
            List.of("bond0", "eth1.100"),
            Mode.NATIVE,
            Optional.of(ip("192.0.2.1")),
            Optional.of(ip("2001:db8::1")),
            new Gateway.Address(ip("192.0.2.254")),
            new Gateway.Mac(MacAddress.tryParse("02:00:5e:10:00:01").orElseThrow()),
            IcmpEcho.REPLY,
            Egress.FIB,
            OptionalInt.of(9000),
            OptionalInt.of(1360),
            true,
            Path.of("/srv/lb")),
        config.director());
    assertEquals(
        new Admin(
            Path.of("/run/lb/edge.sock"),
            Optional.of("lb"),
            Optional.of(new Endpoint(ip("127.0.0.1"), 9742)),
            Optional.of(new Endpoint(ip("::1"), 8125))),
        config.admin());
    assertEquals(new Health(ms(5000), ms(500), 2, 5, 30), config.health());
  }

  @Test
  void shouldReadEveryKeyOfATable() throws ConfigException {
    Table web = everyKey().tables().get(0);
    assertEquals("web", web.name());
    assertEquals(SipKey.parseHex("0123456789abcdef0123456789abcdef"), web.hashKey());
    assertEquals(SipKey.parseHex("fedcba9876543210fedcba9876543210"), web.seed());
    assertEquals(Algorithm.BALANCED, web.algorithm());
    assertEquals(5, web.balanceLimitPermille());
    assertEquals(Encapsulation.GUE, web.encapsulation());
    assertEquals(Optional.of(Duration.ofMinutes(5)), web.slowStart());
    assertEquals(Set.of(HashField.SRC_ADDR, HashField.DST_ADDR), web.hashFields());
    assertEquals(Set.of(), web.altHashFields(), "its own, not the director's");
    assertEquals(4, web.hops());
    assertEquals(
        List.of(
            new TableBind(Bind.exact(ip("203.0.113.10"), Protocol.TCP, 443), false),
            new TableBind(
                new Bind(
                    new Prefix(ip("198.51.100.0"), 26),
                    Optional.of(Protocol.UDP),
                    new PortRange(8000, 8099)),
                true),
            new TableBind(Bind.exact(ip("2001:db8:113::10"), Protocol.TCP, 443), false)),
        web.binds());
    assertEquals(
        List.of(
            new TableBackend(
                new Backend(ip("10.0.1.11"), BackendState.ACTIVE, NONE, 10), OptionalInt.of(17)),
            new TableBackend(
                new Backend(ip("10.0.1.12"), BackendState.FILLING, OptionalInt.of(35), 1), NONE),
            new TableBackend(new Backend(ip("10.0.1.13"), BackendState.DRAINING, NONE, 1), NONE),
            new TableBackend(new Backend(ip("10.0.1.14"), BackendState.INACTIVE, NONE, 1), NONE)),
        web.backends());
  }

  @Test
  void shouldReadEveryKeyOfChecks() throws ConfigException {
    List<Check> checks = everyKey().tables().get(0).checks();
    Optional<String> none = Optional.empty();
    Set<Integer> ok = Set.of(200);
    assertEquals(
        List.of(
            new Check(
                CheckType.HTTP,
                true,
                OptionalInt.of(80),
                "/healthz?full=1",
                Optional.of("www.example.com"),
                Set.of(200, 204),
                Optional.of("ok"),
                ms(1000),
                ms(250),
                1,
                1),
            new Check(
                CheckType.TCP,
                false,
                OptionalInt.of(443),
                "/",
                none,
                ok,
                none,
                ms(5000),
                ms(500),
                2,
                5),
            new Check(CheckType.TUNNEL, false, NONE, "/", none, ok, none, ms(5000), ms(500), 2, 5),
            new Check(
                CheckType.HTTP,
                false,
                OptionalInt.of(8080),
                "/",
                none,
                Set.of(301),
                none,
                ms(5000),
                ms(500),
                2,
                5)),
        checks);
  }

  @Test
  void shouldGiveATableWhatTheDirectorSaysAndItDoesNot() throws ConfigException {
    Table api = everyKey().tables().get(1);
    assertEquals(
        Set.of(HashField.SRC_ADDR, HashField.SRC_PORT, HashField.DST_PORT), api.hashFields());
    assertEquals(Set.of(HashField.SRC_ADDR), api.altHashFields());
    assertEquals(3, api.hops());
    assertEquals(Optional.empty(), api.binds().get(0).bind().protocol());
  }

  @Test
  void shouldReadATableOfOneHopByIpip() throws ConfigException {
    Table mail = everyKey().tables().get(2);
    assertEquals(Encapsulation.IPIP, mail.encapsulation());
    assertEquals(1, mail.hops(), "whatever the director says");
    assertEquals(1, mail.rules().hops());
    assertEquals(Set.of(), mail.altHashFields());
    assertEquals(CheckType.TCP, mail.checks().get(0).type());
  }

  @Test
  void shouldReadAnyPort() throws Exception {
    String text = Files.readString(GOOD.resolve("defaults.toml")).replace("443", "\"any\"");
    assertEquals(PortRange.ANY, load(text).binds().get(0).ports());
  }

  @Test
  void shouldReadKeysFromFilesBesideTheConfig() throws ConfigException {
    Table api = everyKey().tables().get(1);
    assertEquals(SipKey.parseHex("00112233445566778899aabbccddeeff"), api.hashKey());
    assertEquals(SipKey.parseHex("ffeeddccbbaa99887766554433221100"), api.seed());
  }

  @Test
  void shouldOpenNoKeyFileForAPostedConfig() throws IOException {
    byte[] toml = Files.readAllBytes(GOOD.resolve("every-key.toml"));
    ConfigException e =
        assertThrows(ConfigException.class, () -> ConfigLoader.load(toml, "posted"));
    assertEquals(
        List.of("table[1].hash_key_file", "table[1].seed_file"),
        e.problems().stream().map(Problem::key).toList());
    for (Problem problem : e.problems()) {
      assertTrue(
          problem.message().contains("only for the daemon's own --config"), problem.message());
    }
  }

  @Test
  void shouldHaveEveryKeyInTheDocumentation() throws IOException {
    String page = Files.readString(Path.of("../docs/forwarding.md"));
    List<String> keys =
        Files.readAllLines(GOOD.resolve("every-key.toml")).stream()
            .filter(line -> line.contains(" = "))
            .map(line -> line.substring(0, line.indexOf('=')).strip())
            .distinct()
            .toList();
    assertTrue(keys.size() > 45, keys.size() + " keys");
    assertEquals(List.of(), keys.stream().filter(key -> !page.contains("`" + key + "`")).toList());
  }

  @Test
  void shouldWarnOfNothingInAFileThatHasEveryKey() throws ConfigException {
    assertEquals(List.of(), everyKey().warnings());
  }

  private static DirectorConfig everyKey() throws ConfigException {
    return ConfigLoader.load(GOOD.resolve("every-key.toml"));
  }

  /** Whatever the order of sections and the way of writing them, the config is the same. */
  @Test
  void shouldReadOtherWaysToWriteTheSame() throws ConfigException {
    String text =
        """
        table = [ # all on a few lines
          { name = "web", seed = 'fedcba9876543210fedcba9876543210', hash_key = \"""
        0123456789abcdef0123456789abcdef\""",
            bind = [{ ip = "203.0.113.10", proto = "tcp", port = 4_43 }], backend = [
              {ip="10.0.1.11"},
            ] },
        ]
        \t
        [ director ]\t# tabs, blanks
        \tinterfaces = [
          "eth0", # one
        ]
        source_ip   =\t"192.0.2.1"
        """
            .replace("},\n        ]", "}\n        ]");
    String oneLine =
        text.replace("\n    bind", " bind")
            .replace("\n              ", "")
            .replace("\n            ] }", "] }");
    DirectorConfig expected = ConfigLoader.load(GOOD.resolve("defaults.toml"));
    assertEquals(expected, load(oneLine));
    assertEquals(expected, load(oneLine.replace("\n", "\r\n")));
  }

  private static DirectorConfig load(String text) throws ConfigException {
    return ConfigLoader.load(text.getBytes(UTF_8), "test.toml");
  }
}
