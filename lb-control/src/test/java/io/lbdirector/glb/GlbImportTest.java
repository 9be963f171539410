package io.lbdirector.glb;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lbdirector.config.DirectorConfig;
import io.lbdirector.config.DirectorConfig.Check;
import io.lbdirector.config.DirectorConfig.CheckType;
import io.lbdirector.config.DirectorConfig.Gateway;
import io.lbdirector.config.DirectorConfig.IcmpEcho;
import io.lbdirector.config.DirectorConfig.Table;
import io.lbdirector.forwarding.BackendState;
import io.lbdirector.forwarding.HashField;
import io.lbdirector.forwarding.IpAddress;
import io.lbdirector.forwarding.MacAddress;
import io.lbdirector.forwarding.SipKey;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class GlbImportTest {
  private static final Path TABLE = Path.of("src/test/resources/glb/forwarding_table.json");
  private static final Path DIRECTOR = Path.of("src/test/resources/glb/director.conf");
  private static final String BACKENDS =
      """
      { "ip": "10.0.1.11", "state": "active", "healthy": true },
      { "ip": "10.0.1.12", "state": "active", "healthy": true }""";
  private static final String BIND =
      "{ \"ip\": \"198.51.100.7\", \"proto\": \"tcp\", \"port\": 80 }";

  @TempDir Path folder;
  private Path table;
  private Path director;

  @BeforeEach
  void files() throws IOException {
    table = folder.resolve("t.json");
    director = folder.resolve("d.conf");
    Files.copy(DIRECTOR, director);
  }

  private static String table(String binds, String backends) {
    return """
        { "name": "web", "hash_key": "12345678901234561234567890123456",
          "seed": "34567890123456783456789012345678",
          "binds": [ %s ], "backends": [ %s ] }"""
        .formatted(binds, backends);
  }

  private void write(String... tables) throws IOException {
    Files.writeString(table, "{ \"tables\": [ " + String.join(", ", tables) + " ] }");
  }

  private GlbImport.Imported read() throws GlbException {
    return GlbImport.read(
        new GlbImport.Sources(
            table, Optional.of(director), Optional.of("ens3"), Optional.of("/run/x/s")));
  }

  private GlbImport.Imported readWithoutDirector() throws GlbException {
    return GlbImport.read(
        new GlbImport.Sources(table, Optional.empty(), Optional.empty(), Optional.empty()));
  }

  /** Problems, warnings and the like, without the name of the file. */
  private List<String> plain(List<String> lines) {
    return lines.stream()
        .map(line -> line.replace(table + ": ", "").replace(director + ": ", ""))
        .toList();
  }

  private List<String> problems() {
    return plain(assertThrows(GlbException.class, this::read).problems());
  }

  private List<String> warnings(GlbImport.Imported imported) {
    return plain(imported.warnings());
  }

  @Test
  void shouldTakeOverTheWholeOfBothFiles() throws Exception {
    Files.copy(TABLE, table);
    DirectorConfig config = read().config();
    assertEquals(List.of("ens3"), config.director().interfaces());
    assertEquals(Optional.of(IpAddress.parse("192.0.2.17")), config.director().sourceIp());
    assertEquals(
        new Gateway.Mac(MacAddress.tryParse("02:00:5e:10:00:01").orElseThrow()),
        config.director().gateway());
    assertEquals(IcmpEcho.PASS, config.director().icmpEcho());
    assertEquals(Path.of("/run/x/s"), config.admin().socket());
    assertEquals(8125, config.admin().statsd().orElseThrow().port());
    assertEquals(IpAddress.parse("127.0.0.1"), config.admin().statsd().orElseThrow().address());
    assertEquals(Duration.ofMillis(1500), config.health().interval());
    assertEquals(Duration.ofMillis(500), config.health().timeout());
    assertEquals(4, config.health().rise());
    assertEquals(4, config.health().fall());
    assertEquals(
        List.of("git", "table-2", "table-3"), config.tables().stream().map(Table::name).toList());
    assertEquals(
        List.of(
            "tcp 198.51.100.7:22",
            "tcp 198.51.100.64/26:9000-9099",
            "tcp [2001:db8:7::22]:22",
            "udp 198.51.100.8:1-999",
            "tcp 198.51.100.9:443",
            "tcp 198.51.100.10:443"),
        config.binds().stream().map(Object::toString).toList());
  }

  @Test
  void shouldTakeOverTables() throws Exception {
    Files.copy(TABLE, table);
    List<Table> tables = read().config().tables();
    Table git = tables.get(0);
    assertEquals(SipKey.parseHex("00112233445566778899aabbccddeeff"), git.hashKey());
    assertEquals(SipKey.parseHex("49a3d861d661ae5ab06ed9326871a2f5"), git.seed());
    assertEquals(Set.of(HashField.SRC_ADDR, HashField.SRC_PORT), git.hashFields());
    assertEquals(Set.of(HashField.SRC_ADDR), git.altHashFields());
    assertEquals(2, git.hops());
    Check http = git.checks().get(0);
    assertEquals(CheckType.HTTP, http.type());
    assertEquals(OptionalInt.of(8080), http.port());
    assertEquals("/status", http.path());
    assertEquals(Duration.ofMillis(1500), http.interval());
    assertEquals(CheckType.TUNNEL, git.checks().get(1).type());
    assertEquals(2, git.checks().size());
    assertEquals(List.of(), tables.get(1).checks());
    assertEquals(
        List.of(
            BackendState.ACTIVE,
            BackendState.FILLING,
            BackendState.DRAINING,
            BackendState.INACTIVE,
            BackendState.DRAINING),
        tables.get(1).pool().stream().map(backend -> backend.state()).toList());
  }

  @Test
  void shouldSayWhatDrainsBecauseItIsNotHealthy() throws Exception {
    Files.copy(TABLE, table);
    GlbImport.Imported imported = read();
    assertEquals(2, imported.toml().split("# in GLB active, and not healthy").length - 1);
    assertEquals(
        List.of(
            "tables[0].binds[3].port_start: is 0, which is no port: the range begins at 1",
            "tables[1].backends[4].healthy, tables[2].backends[1].healthy: is false: taken over as"
                + " state = \"draining\"",
            "tables[1].backends: 2 are draining or not healthy, 1 filling: a row headed by two of"
                + " these may be led in GLB by one that is out, and here by one that is not"),
        warnings(imported));
  }

  @Test
  void shouldNameWhatIsDpdksOwn() throws Exception {
    Files.copy(TABLE, table);
    assertEquals(
        List.of(
            "num_worker_queues, rx_drop_en, flow_paths, lcores: DPDK's own, with no meaning here"),
        plain(read().leftOut()));
  }

  @Test
  void shouldStandInForWhatOnlyTheDirectorKnows() throws Exception {
    write(table(BIND, BACKENDS));
    GlbImport.Imported imported = readWithoutDirector();
    assertEquals(List.of("eth0"), imported.config().director().interfaces());
    assertEquals(new Gateway.Auto(), imported.config().director().gateway());
    assertEquals(IcmpEcho.FORWARD, imported.config().director().icmpEcho());
    assertEquals(Optional.empty(), imported.config().admin().statsd());
    assertEquals(Set.of(HashField.SRC_ADDR), imported.config().tables().get(0).hashFields());
    assertEquals(
        List.of(
            "--interface: is not given: interfaces = [\"eth0\"] stands in",
            "--director: is not given: hash_fields = [\"src_addr\"], GLB's default, stands in",
            "--director: is not given: source_ip = \"192.0.2.1\" stands in"),
        warnings(imported));
  }

  @Test
  void shouldStandInForTheSourceOfIpv6Backends() throws Exception {
    write(table(BIND, "{ \"ip\": \"2001:db8::11\", \"state\": \"active\", \"healthy\": true }"));
    GlbImport.Imported imported = readWithoutDirector();
    assertTrue(imported.toml().contains("source_ip6  = \"2001:db8::1\""), imported.toml());
    assertFalse(imported.toml().contains("source_ip "), imported.toml());
  }

  @ParameterizedTest
  @CsvSource({
    "'\"statsd_port\": \"28125\"', 127.0.0.1:28125",
    "'\"statsd_port\": 8125',      127.0.0.1:8125",
    "'\"statsd_port\": 0',         ''",
    "'\"statsd_port\": null',      ''",
  })
  void shouldReadThePortOfStatsdAsEitherDirectorOfGlb(String key, String endpoint)
      throws Exception {
    Files.writeString(
        director,
        "{ \"outbound_src_ip\": \"192.0.2.17\", \"outbound_gateway_mac\": \"02:00:00:00:00:01\", "
            + key
            + " }");
    write(table(BIND, BACKENDS));
    assertEquals(
        endpoint,
        read().config().admin().statsd().map(e -> e.address() + ":" + e.port()).orElse(""));
  }

  @Test
  void shouldTakeAllPortsAndWholeNetworks() throws Exception {
    write(
        table(
            """
            { "ip": "198.51.100.7", "proto": "tcp", "port_start": 0, "port_end": 65535 }""",
            BACKENDS));
    assertEquals("[tcp 198.51.100.7:any]", read().config().binds().toString());
    write(
        table(
            """
            { "ip": "198.51.100.99/26", "proto": "udp", "port_start": 53, "port_end": 53 },
            { "ip": "198.51.100.7/32", "proto": "tcp", "port": 80 }""",
            BACKENDS));
    GlbImport.Imported imported = read();
    assertEquals(
        "[udp 198.51.100.64/26:53, tcp 198.51.100.7:80]", imported.config().binds().toString());
    assertEquals(
        List.of(
            "tables[0].binds[0].ip: has host bits that GLB does not look at: taken as"
                + " 198.51.100.64/26"),
        warnings(imported));
  }

  @Test
  void shouldTakeOnlyChecksOfTheWholeTable() throws Exception {
    write(
        table(
            BIND,
            """
            { "ip": "10.0.1.11", "state": "active",
              "healthchecks": { "http": 80, "tcp": 22, "gue": 19523, "fou": 19523 } },
            { "ip": "10.0.1.12", "state": "active",
              "healthchecks": { "http": 81, "tcp": 22, "gue": 19000, "fou": 19523 } },
            { "ip": "10.0.1.13", "state": "active", "healthy": true }"""));
    GlbImport.Imported imported = read();
    List<Check> checks = imported.config().tables().get(0).checks();
    assertEquals(List.of(CheckType.TCP), checks.stream().map(Check::type).toList());
    assertEquals(OptionalInt.of(22), checks.get(0).port());
    String notAll = ": 1 of 2 backends are checked so; here a check is of the whole table";
    String in = "tables[0].backends[%d].healthchecks.";
    assertEquals(
        List.of(
            in.formatted(0)
                + "fou, "
                + in.formatted(1)
                + "fou: GRE in FOU is not spoken here;"
                + " check gue instead",
            in.formatted(1) + "gue: a tunnel check goes to port 19523, as the traffic does",
            in.formatted(0)
                + "http, "
                + in.formatted(0)
                + "gue, "
                + in.formatted(1)
                + "http"
                + notAll),
        plain(imported.leftOut()).stream().filter(line -> line.startsWith("tables")).toList());
    assertEquals(
        List.of("tables[0].backends[2]: has no healthchecks: gets those of its table"),
        warnings(imported));
  }

  @Test
  void shouldWarnOfHealthThatGlbWouldTakeOtherwise() throws Exception {
    write(table(BIND, "{ \"ip\": \"10.0.1.11\", \"state\": \"active\" }"));
    assertEquals(
        List.of(
            "tables[0].backends: 1 have neither healthy nor healthchecks: taken as healthy, while"
                + " glb-director-cli takes them as not healthy and swaps their rows"),
        warnings(read()));
  }

  @Test
  void shouldNameEveryUnknownKeyWithItsPath() throws Exception {
    Files.writeString(
        table,
        """
        { "tables": [ { "name": "web", "hash_key": "12345678901234561234567890123456",
            "seed": "34567890123456783456789012345678", "weight": 1,
            "binds": [ { "ip": "198.51.100.7", "prto": "tcp", "port": 80 } ],
            "backends": [ { "ip": "10.0.1.11", "state": "active",
                            "healthchecks": { "htpp": 80 } } ] } ],
          "timeout_ms": 500 }
        """);
    Files.writeString(
        director,
        """
        { "outbound_src_ip": "192.0.2.17", "outbound_gateway_mac": "02:00:00:00:00:01",
          "outbound_src_ipp": "x", "hash_fields": { "src_adr": true, "src_port": true } }
        """);
    assertEquals(
        List.of(
            "tables[0].binds[0].proto: is missing; add \"proto\": \"tcp\"",
            "tables[0].binds[0].prto: is a key that GLB does not have; did you mean `proto`?",
            "tables[0].backends[0].healthchecks.htpp: is a key that GLB does not have; did you mean"
                + " `http`?",
            "tables[0].weight: is a key that GLB does not have; remove it, or use one of name,"
                + " hash_key, seed, binds, backends",
            "timeout_ms: is a key that GLB does not have; remove it, or use one of healthchecks,"
                + " tables",
            "hash_fields.src_adr: is a key that GLB does not have; did you mean `src_addr`?",
            "outbound_src_ipp: is a key that GLB does not have; did you mean `outbound_src_ip`?"),
        problems());
  }

  @Test
  void shouldTellWhatValuesMeanTogetherInTermsOfTheJson() throws Exception {
    write(
        table(
            """
            { "ip": "198.51.100.7", "proto": "tcp", "port": 70000 },
            { "ip": "198.51.100.7", "proto": "tcp", "port": 443 },
            { "ip": "198.51.100.7", "proto": "tcp", "port_start": 443, "port_end": 443 },
            { "ip": "300.1.1.1", "proto": "sctp", "port": "80" }""",
            """
            { "ip": "10.0.1.11", "state": "active", "healthy": true },
            { "ip": "10.0.1.11", "state": "up", "healthy": true }"""));
    assertEquals(
        List.of(
            "tables[0].binds[3].proto: is neither \"tcp\" nor \"udp\", which is all that GLB has",
            "tables[0].binds[3].port: is text, where GLB has a whole number of at most nine digits;"
                + " write \"port\": 443",
            "tables[0].binds[0].port: table \"web\", bind 1: port = 70000 is above 65535; write 1"
                + " to 65535, or \"any\"",
            "tables[0].binds[2]: table \"web\", bind 3: tcp 198.51.100.7:443 and tcp"
                + " 198.51.100.7:443 at tables[0].binds[1] (table \"web\", bind 2) match the same"
                + " packets; remove or narrow one",
            "tables[0].binds[3].ip: table \"web\", bind 4: ip = \"300.1.1.1\" is not an IPv4 or"
                + " IPv6 address; names are not looked up",
            "tables[0].backends[1].ip: table \"web\", backend 2: ip = \"10.0.1.11\" belongs to the"
                + " backend at tables[0].backends[0] already; remove one of them"),
        problems().stream().filter(p -> !p.contains("state = ")).toList());
    assertTrue(
        problems().stream().anyMatch(p -> p.startsWith("tables[0].backends[1].state: ")),
        problems().toString());
  }

  @Test
  void shouldReportWhatIsWrongWithOptionsToo() throws Exception {
    write(table(BIND, BACKENDS));
    GlbImport.Sources sources =
        new GlbImport.Sources(
            table, Optional.of(director), Optional.of("a/b"), Optional.of("run/s"));
    List<String> problems =
        assertThrows(GlbException.class, () -> GlbImport.read(sources)).problems();
    assertEquals(2, problems.size(), problems.toString());
    assertTrue(
        problems.get(0).startsWith("--interface: [director]: interfaces[0]"), problems.get(0));
    assertTrue(
        problems.get(1).startsWith("--admin-socket: [admin]: socket = \"run/s\" "),
        problems.get(1));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{}                                    | tables: is missing; add \"tables\": [ { … } ]",
        "{ \"tables\": [] }                    | tables: has no table; add one",
        "{ \"tables\": {} }                    | tables: is an object, where GLB has an array; write [ … ]",
        "{ \"tables\": [ 1 ] }                 | tables[0]: is a number, where GLB has an object; write { … }",
        "[]                                    | is an array, where GLB has an object; write { … }",
        "null                                  | is null, where GLB has an object; write { … }",
        "{ \"tables\": [ ], }                  | is not JSON: unexpected text at line 1, column 19; look at the text just before it",
        "{ \"tables\": null                    | is not JSON: unexpected text at line 1, column 17; look at the text just before it",
        "{} x                                  | is not JSON: unexpected text at line 1, column 5; look at the text just before it",
      })
  void shouldSayWhatIsNoTableFile(String json, String problem) throws Exception {
    Files.writeString(table, json);
    assertTrue(problems().contains(problem), problems().toString());
    assertEquals(1, problems().size(), problems().toString());
  }

  @Test
  void shouldRefuseKeysThatAreThereTwice() throws Exception {
    write(table(BIND.replace("\"port\"", "\"port\": 81, \"port\""), BACKENDS));
    assertEquals(
        List.of("tables[0].binds[0].port: is there twice; remove one of them"), problems());
  }

  @Test
  void shouldNameFilesThatCannotBeRead() {
    GlbImport.Sources sources =
        new GlbImport.Sources(
            folder.resolve("a"),
            Optional.of(folder.resolve("b")),
            Optional.empty(),
            Optional.empty());
    assertEquals(
        List.of(
            folder.resolve("a") + ": cannot be read: it is not there; name a file that can",
            folder.resolve("b") + ": cannot be read: it is not there; name a file that can"),
        assertThrows(GlbException.class, () -> GlbImport.read(sources)).problems());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{ \"ip\": \"198.51.100.7\", \"proto\": \"tcp\" }",
        "{ \"ip\": \"198.51.100.7\", \"proto\": \"tcp\", \"port\": 1, \"port_end\": 2 }",
        "{ \"ip\": \"198.51.100.7\", \"proto\": \"tcp\", \"port_start\": 1 }",
        "{ \"ip\": \"198.51.100.7\", \"proto\": \"tcp\", \"port_start\": 9, \"port_end\": 8 }",
        "{ \"ip\": \"198.51.100.7\", \"proto\": \"tcp\", \"port\": 0 }",
        "{ \"ip\": \"198.51.100.7\", \"proto\": \"tcp\", \"port\": 8.5 }",
        "{ \"ip\": \"198.51.100.7\", \"proto\": \"any\", \"port\": 80 }",
        "{ \"ip\": \"198.51.100.7/33\", \"proto\": \"tcp\", \"port\": 80 }",
        "{ \"ip\": \"a\\\"\\nport = 81\", \"proto\": \"tcp\", \"port\": 80 }",
        "{ \"ip\": 7, \"proto\": \"tcp\", \"port\": 80 }",
      })
  void shouldReportOneProblemOfBadBind(String bind) throws Exception {
    write(table(bind, BACKENDS));
    assertEquals(1, problems().size(), problems().toString());
    assertTrue(problems().get(0).startsWith("tables[0].binds[0]"), problems().toString());
  }

  @Test
  void shouldLetNoTextBecomeToml() throws Exception {
    write(table(BIND, BACKENDS).replace("\"web\"", "\"web\\\"\\nhops = 4 #\""));
    List<String> problems = problems();
    assertEquals(1, problems.size(), problems.toString());
    assertTrue(problems.get(0).startsWith("tables[0].name: "), problems.toString());
  }

  @Test
  void shouldNeverRepeatSecrets() throws Exception {
    String secret = "deadbeefdeadbeefdeadbeefdeadbe0";
    write(
        table(BIND, BACKENDS).replace("12345678901234561234567890123456", secret),
        table(BIND, BACKENDS)
            .replace("\"34567890123456783456789012345678\"", "[\"" + secret + "\"]"),
        table(BIND, BACKENDS).replace("\"hash_key\"", "\"" + secret + "\": 1, \"hash_key\""));
    List<String> problems = problems();
    assertTrue(problems.size() >= 3, problems.toString());
    assertTrue(problems.stream().noneMatch(p -> p.contains("deadbeef")), problems.toString());
    assertTrue(
        problems.stream().anyMatch(p -> p.startsWith("tables[0].hash_key: ")), problems.toString());
  }
}
