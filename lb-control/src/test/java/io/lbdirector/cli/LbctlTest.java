package io.lbdirector.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonParser;
import io.lbdirector.admin.FakeDirector;
import io.lbdirector.admin.ServedDirector;
import io.lbdirector.director.DirectorControl.ProblemReport;
import io.lbdirector.director.DirectorControl.RefusedException;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class LbctlTest {
  private static final Path EXAMPLE = Path.of("../config/forwarding.toml");

  @TempDir Path folder;
  private final Map<String, String> environment = new HashMap<>();
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();
  private byte[] stdin = {};
  private boolean terminal;
  private ServedDirector served;

  @BeforeEach
  void serve() throws IOException {
    served = new ServedDirector(folder.resolve("s"));
    environment.put("LB_SOCKET", served.socket().toString());
  }

  @AfterEach
  void stop() throws IOException {
    served.close();
  }

  private int run(OutputStream results, String... args) {
    err.reset();
    return Lbctl.run(
        new Console(
            new ByteArrayInputStream(stdin),
            new PrintStream(results, false, StandardCharsets.UTF_8),
            new PrintStream(err, true, StandardCharsets.UTF_8),
            environment,
            terminal),
        args);
  }

  private int run(String... args) {
    out.reset();
    PrintStream flushed = new PrintStream(out, true, StandardCharsets.UTF_8);
    return run(flushed, args);
  }

  private String out() {
    return out.toString(StandardCharsets.UTF_8);
  }

  private String err() {
    return err.toString(StandardCharsets.UTF_8);
  }

  private void assertPrints(String expected, String... args) {
    assertEquals(0, run(args), err());
    assertEquals(expected, out());
    assertEquals("", err());
  }

  @Test
  void shouldShowStatus() {
    served.director.statusAnswer =
        CompletableFuture.completedFuture(
            FakeDirector.status(
                List.of(
                    "the live generation differs from /etc/lb/forwarding.toml; reload that file,"
                        + " or change it")));
    assertPrints(
        """
        director     lbd 0.1.0, instance default, pid 4242
        ready        yes: forwarding
        generation   7, taken over 2026-01-02T03:04:06Z
        config       /etc/lb/forwarding.toml
        started      2026-01-02T03:04:05Z
        serves       1 table, 2 binds, 3 backends
        eth0         native, up, MTU 1500, MAC 02:00:00:00:00:02
                     gateway 10.0.0.1 at 02:00:00:00:00:01 (reachable)
        eth1         generic, down, MTU 9000, MAC 02:00:00:00:00:03
                     gateway: no MAC yet (unknown)
                     gateway6 2001:db8::1 at 02:00:00:00:06:01 (stale)
        by hand      10.0.1.12 of web is draining (active in the file), by root
                     2026-01-02T04:05:06Z
        by hand      10.0.1.21 of web is filling from 10 % of its rows over 5m (active
                     in the file), by uid 1000 2026-01-02T04:05:07Z
        warning      the live generation differs from /etc/lb/forwarding.toml; reload
                     that file, or change it
        """,
        "status");
  }

  @Test
  void shouldListTables() {
    assertPrints(
        """
        TABLE  ALGORITHM  WRAPPED  HOPS  BINDS  BACKENDS  BUSIEST  DIGEST
        web    balanced   gue         2      2         4    +1.9%  0123456789ab
        """,
        "tables");
  }

  @Test
  void shouldShowTable() {
    assertPrints(
        """
        table        web
        wrapped in   gue
        rows         balanced, 2 hops
        balance      busiest 10.0.1.11 +1.9%, idlest 10.0.1.13 -2.1%; limit +2.0%
        hash of      src_addr, src_port
        slot         3
        digest       0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef

        BIND                         PACKETS    BYTES
        tcp 203.0.113.10:80        1,234,567  1.23 GB
        tcp [2001:db8:113::10]:80          0      0 B

        BACKEND    STATE                       HEALTH   WEIGHT  ROWS LED   SHARE     DUE
        10.0.1.11  active                      up            1    29,500  45.01%  44.17%
        10.0.1.12  draining (file: active)     up            1         0   0.00%   0.00%
        10.0.1.13  active                      down          1    28,336  43.24%  44.17%
        10.0.1.21  filling 35% (file: active)  unknown       1     7,700  11.75%  11.67%
        """,
        "table", "web");
  }

  @Test
  void shouldListBackends() {
    assertPrints(
        """
        BACKEND    HEALTH     PACKETS    BYTES  TABLES
        10.0.1.11  up       1,000,000  1.00 GB  web
        10.0.1.12  unknown    234,567    999 B  web, stream
        """,
        "backends");
  }

  @Test
  void shouldShowCountersThatHappened() {
    assertPrints(
        """
        generation 7: 1,234,570 packets in, 1.23 GB

        VERDICT          PACKETS    BYTES  MEANING
          tx_ipv4      1,234,567  1.23 GB  Encapsulated and sent.
        ! drop_no_row          3    180 B  The table has no row for this hash, so the...

        BIND                       TABLE    PACKETS    BYTES
        tcp 203.0.113.10:80        web    1,234,567  1.23 GB
        tcp [2001:db8:113::10]:80  web            0      0 B

        BACKEND      PACKETS    BYTES
        10.0.1.11  1,000,000  1.00 GB
        10.0.1.12    234,567    999 B
        """,
        "counters");
    assertEquals(0, run("counters", "--all"));
    assertTrue(out().contains("\n  pass_no_bind          0      0 B  Not for one"), out());
  }

  @ParameterizedTest
  @ValueSource(strings = {"status", "health", "bpf", "tables", "table web", "backends", "counters"})
  void shouldPrintTheDaemonsAnswerAsJson(String command) {
    String[] words = ("--output json " + command).split(" ");
    assertEquals(0, run(words), err());
    String text = out();
    assertTrue(text.startsWith("{\n") || text.startsWith("[\n"), text);
    JsonParser.parseString(text);
    assertEquals(0, run((command + " --output=json").split(" ")));
    assertEquals(text, out());
  }

  @Test
  void shouldKeepTheOrderOfKeys() {
    run("--output", "json", "counters");
    String text = out();
    assertTrue(text.indexOf("\"tx_ipv4\"") < text.indexOf("\"drop_no_row\""), text);
    assertTrue(text.indexOf("\"drop_no_row\"") < text.indexOf("\"pass_no_bind\""), text);
  }

  @Test
  void shouldReloadFileByItsWholeName() throws IOException {
    Path file = folder.resolve("a b.toml");
    Files.writeString(file, "# caf\u00e9\n");
    assertEquals(0, run("reload", file.toString()), err());
    assertTrue(
        out().endsWith("\ngeneration 8 is live: 2 tables built, 21,845 rows moved\n"), out());
    assertEquals("# caf\u00e9\n", served.director.reloadedToml);
    assertEquals(file.toString(), served.director.reloadedName);
  }

  @Test
  void shouldReloadStandardInputAndWarnOnStderr() {
    stdin = "[director]\n".getBytes(StandardCharsets.UTF_8);
    served.director.reloadAnswer =
        CompletableFuture.completedFuture(FakeDirector.reloaded(7, false, List.of("mtu is big")));
    assertEquals(0, run("reload", "-"));
    assertEquals("nothing to change: generation 7 stays live\n", out());
    assertEquals("warning: mtu is big\n", err());
    assertEquals("[director]\n", served.director.reloadedToml);
    assertEquals("stdin", served.director.reloadedName);
    assertEquals(0, run("reload", "-", "--output", "json"));
    assertEquals("", err());
    assertTrue(out().contains("\"mtu is big\""), out());
  }

  @Test
  void shouldPrintEveryProblemOfRefusedReload() {
    served.director.reloadAnswer =
        CompletableFuture.failedFuture(
            new RefusedException(
                "stdin: 2 problems",
                List.of(
                    new ProblemReport(3, "a", "stdin:3: a is bad"),
                    new ProblemReport(9, "b", "stdin:9: b\u001b[2J is worse")),
                null));
    assertEquals(1, run("reload", "-"));
    assertEquals("", out());
    assertEquals(
        """
        lbctl: stdin: 2 problems
        stdin:3: a is bad
        stdin:9: b?[2J is worse
        """,
        err());
  }

  @Test
  void shouldSayWhyFileCannotBeRead() {
    assertEquals(1, run("reload", "/nowhere/f.toml"));
    assertEquals("lbctl: cannot read /nowhere/f.toml: there is no such file\n", err());
    assertEquals(1, run("reload", folder.toString()));
    assertEquals("lbctl: cannot read " + folder + ": Is a directory\n", err());
    assertEquals(null, served.director.reloadedToml);
  }

  @Test
  void shouldCheckFileWithoutDaemon() throws IOException {
    environment.put("LB_SOCKET", "/nowhere/s");
    assertPrints(
        EXAMPLE + " is good: 2 tables, 4 binds, 3 backends, 0 warnings\n",
        "check",
        EXAMPLE.toString());
    stdin = Files.readAllBytes(EXAMPLE);
    assertPrints("- is good: 2 tables, 4 binds, 3 backends, 0 warnings\n", "check", "-");
    assertEquals(0, run("check", "-", "--output", "json"));
    assertTrue(out().contains("\"backends\": 3"), out());
  }

  @Test
  void shouldPrintEveryProblemOfCheckedFile() throws IOException {
    Path file = folder.resolve("bad.toml");
    String good = Files.readString(EXAMPLE);
    Files.writeString(
        file, good.replace("port  = 80", "port  = 65536").replace("\"udp\"", "\"sctp\""));
    assertEquals(1, run("check", file.toString()));
    assertEquals("", out());
    List<String> problems = err().lines().toList();
    assertEquals(4, problems.size(), err());
    assertTrue(problems.stream().allMatch(p -> p.matches(".*/bad.toml:\\d+: .*")), err());
    assertEquals(1, run("check", "/nowhere/f.toml"));
    assertTrue(err().startsWith("/nowhere/f.toml: "), err());
  }

  @Test
  void shouldSayThatThereIsNoSuchTable() {
    assertEquals(1, run("table", "a/b"));
    assertEquals("lbctl: no table is named \"a/b\"; GET /v1/tables lists them\n", err());
    assertEquals("", out());
  }

  @Test
  void shouldExitWith3WhenDaemonIsNotReachable() {
    String nowhere = folder.resolve("nowhere").toString();
    for (String command : List.of("status", "reload -")) {
      assertEquals(3, run(("--socket " + nowhere + " " + command).split(" ")));
      assertEquals("", out());
      assertTrue(err().startsWith("lbctl: no daemon at " + nowhere + ": no such socket"), err());
    }
    environment.put("LB_SOCKET", nowhere);
    assertEquals(3, run("tables"));
    assertEquals(0, run("tables", "--socket", served.socket().toString()));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "frobnicate",
        "table",
        "reload",
        "reload a b",
        "reload --confirm 2 -",
        "reload --confirm 0s -",
        "plan",
        "rollback now",
        "drain web",
        "drain web 10.0.1.12 --wait --quiet soon",
        "top --interval 99ms",
        "top --count 0",
        "undrain web 10.0.1.12 now",
        "drain web 10.0.1.12 --over 0s",
        "drain web 10.0.1.12 --share 35%",
        "fill web",
        "fill web 10.0.1.12 --share 35",
        "fill web 10.0.1.12 --share 0%",
        "fill web 10.0.1.12 --share 100%",
        "fill web 10.0.1.12 --share 35.5%",
        "fill web 10.0.1.12 --over soon",
        "status --output yaml",
        "status --socket",
        "check"
      })
  void shouldExitWith2OnWrongUsage(String command) {
    assertEquals(2, run(command.isEmpty() ? new String[0] : command.split(" ")));
    assertEquals("", out());
    assertTrue(err().contains("Usage: lbctl") || err().contains("Did you mean: lbctl"), err());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "plan",
        "reload",
        "confirm",
        "rollback",
        "health",
        "bpf",
        "top",
        "drain",
        "fill",
        "undrain",
        "inactive",
        "active",
        "check",
        "status",
        "tables",
        "table",
        "backends",
        "counters"
      })
  void shouldHelpOnEachCommandWithin80Columns(String command) {
    assertEquals(0, run((command + " --help").strip().split(" ")));
    assertTrue(out().startsWith(("Usage: lbctl " + command).strip()), out());
    assertNarrow(out());
    assertEquals("", err());
    assertEquals(0, run("--version"));
    assertTrue(out().startsWith("lbctl "), out());
  }

  private static void assertNarrow(String text) {
    for (String line : text.lines().toList()) {
      assertTrue(line.length() <= 80, line);
      assertEquals(line.stripTrailing(), line);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "status",
        "health",
        "bpf",
        "tables",
        "table web",
        "backends",
        "counters --all",
        "plan -",
        "reload -",
        "rollback",
        "confirm",
        "drain web 10.0.1.12",
        "fill web 10.0.1.12 --over 1440m",
        "drain web 10.0.1.12 --wait --quiet 1ms",
        "top --count 1 --interval 100ms"
      })
  void shouldFitEveryAnswerInto80Columns(String command) throws IOException {
    served.close();
    served = new ServedDirector(folder.resolve("s"), new WideDirector());
    assertEquals(0, run(command.split(" ")), err());
    assertNarrow(out());
  }

  @Test
  void shouldColourOnlyTerminals() {
    run("table", "web");
    String plain = out();
    terminal = true;
    run("table", "web");
    assertTrue(out().contains("\u001b[31mdown\u001b[0m"), out());
    assertEquals(plain, out().replaceAll("\u001b\\[\\d+m", ""));
    environment.put("NO_COLOR", "1");
    run("table", "web");
    assertEquals(plain, out());
    run("--help");
    assertFalse(out().contains("\u001b"), out());
  }

  @Test
  void shouldSayWhenResultsCannotBeWritten() {
    OutputStream full =
        new OutputStream() {
          @Override
          public void write(int b) throws IOException {
            throw new IOException("no space");
          }
        };
    assertEquals(1, run(full, "tables"));
    assertEquals("lbctl: the answer could not be written in full\n", err());
  }
}
