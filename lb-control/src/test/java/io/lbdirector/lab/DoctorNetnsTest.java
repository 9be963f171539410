package io.lbdirector.lab;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * {@code lbd doctor} on machines that are well, and on some that are not: the clients stand in for
 * directors that are badly set up.
 */
@Timeout(300)
final class DoctorNetnsTest {
  private static final Path PASS_PROGRAM = Lab.ROOT.resolve("lab/build/xdp_pass.bpf.o");

  private static Lab lab;

  @TempDir Path folder;
  private Lbd lbd;

  @BeforeAll
  static void lay() {
    lab = Lab.serving();
  }

  @AfterAll
  static void remove() {
    if (lab != null) {
      lab.close();
    }
  }

  @BeforeEach
  void configure() throws Exception {
    lbd = new Lbd(lab, folder);
    lbd.write(config("source_ip6 = \"2001:db8::2\""));
  }

  @AfterEach
  void end() throws Exception {
    lbd.close();
  }

  private String config(String setting) {
    return lbd.head(setting)
        + TableText.table("web").hops(2).bind("tcp", 80).backends(TableText.ALL);
  }

  /** What a doctor found: the words of each check by its name, the level in front. */
  private record Visit(int exit, Map<String, String> findings) {
    String of(String what) {
      return findings.getOrDefault(what, "no finding");
    }

    List<String> failing() {
      return findings.entrySet().stream()
          .filter(finding -> finding.getValue().startsWith("failing: "))
          .map(Map.Entry::getKey)
          .toList();
    }
  }

  private Visit visit(String host, String... arguments) {
    List<String> all = new ArrayList<>(List.of("doctor", "--output", "json"));
    all.addAll(List.of(arguments));
    Shell.Result result = Lbd.command(lab, host, all.toArray(String[]::new));
    Map<String, String> findings = new TreeMap<>();
    JsonObject report = JsonParser.parseString(result.out()).getAsJsonObject();
    for (JsonElement element : report.getAsJsonArray("findings")) {
      JsonObject finding = element.getAsJsonObject();
      String words = text(finding, "level") + ": " + text(finding, "found");
      String remedy = text(finding, "remedy");
      findings.put(text(finding, "what"), words + (remedy.isEmpty() ? "" : " -> " + remedy));
    }
    return new Visit(result.exit(), findings);
  }

  private static String text(JsonObject finding, String key) {
    return finding.get(key).getAsString();
  }

  private Visit visitDirector() {
    return visit("director", "--config", lbd.config().toString());
  }

  private static void assertStarts(String start, String text) {
    assertTrue(text.startsWith(start), text);
  }

  @Test
  void shouldFindAMachineWellBeforeAndWhileAndAfterLbdRuns() throws Exception {
    Visit before = visitDirector();
    assertEquals(List.of(), before.failing(), before.toString());
    assertEquals(0, before.exit());
    assertEquals("fine: veth, has native XDP", before.of("driver"));
    assertEquals(
        "fine: 1600; 1540 is needed: 1500 of clients, 40 of outer headers", before.of("mtu"));
    assertEquals("fine: nothing yet", before.of("attached"));
    assertTrue(
        before.of("gateway").matches("fine: 10\\.0\\.0\\.1 at [0-9a-f:]{17} .*"),
        before.toString());
    assertStarts("fine: 2001:db8::1 at ", before.of("gateway6"));
    assertEquals("fine: 10.0.0.2 is on this machine", before.of("source_ip"));
    assertEquals("fine: does not run", before.of("lbd"));

    lbd.start();
    Visit during = visitDirector();
    assertEquals(List.of(), during.failing(), during.toString());
    assertEquals("fine: runs, pid " + lbd.pid(), during.of("lbd"));
    String attached = "fine: native, program \\d+ \\(lb_director\\), link \\d+, by instance ";
    assertTrue(during.of("attached").matches(attached + lbd.instance()), during.toString());

    lbd.terminate();
    assertStarts("warning: does not run, while its program forwards", visitDirector().of("lbd"));
  }

  @Test
  void shouldSayAllThatIsWrongWithADirector() {
    for (String command :
        new String[] {
          "addr add 203.0.113.10/32 dev lo",
          "route del default",
          "-6 route replace default via 2001:db8:51:1::99 dev eth0",
          "route add 10.0.1.0/24 via 198.51.100.1 dev eth0 mtu 1400"
        }) {
      lab.exec("client1", ("ip " + command).split(" "));
    }
    attachPassProgram();
    try {
      Visit visit = visit("client1", "--config", lbd.config().toString());
      assertEquals(List.of("attached", "gateway", "gateway6"), visit.failing(), visit.toString());
      assertEquals(1, visit.exit());
      assertStarts(
          "warning: 1500, 1400 by the route to 10.0.1.11; 1540 is needed", visit.of("mtu"));
      assertTrue(visit.of("mtu").endsWith("advmss 1320 (IPv6: 1300)"), visit.of("mtu"));
      assertStarts("failing: there is no IPv4 default route by it", visit.of("gateway"));
      assertStarts("failing: 2001:db8:51:1::99 does not answer", visit.of("gateway6"));
      assertStarts("warning: 203.0.113.10 on this machine's interfaces", visit.of("vips"));
      assertStarts("warning: 10.0.0.2 is on no interface", visit.of("source_ip"));
      assertTrue(
          visit
              .of("attached")
              .matches("failing: native, program \\d+ \\(lab_pass\\), no link -> .* xdp off"),
          visit.of("attached"));
    } finally {
      lab.exec("client1", "ip", "link", "set", "dev", "eth0", "xdpdrv", "off");
    }
  }

  /** With a bpffs of its own to find: {@code ip} leaves folders in the one that it finds. */
  private void attachPassProgram() {
    String ip = "exec ip link set dev eth0 xdpdrv object " + PASS_PROGRAM + " section xdp";
    lab.exec("client1", "unshare", "--mount", "sh", "-c", "mount -t bpf lab /sys/fs/bpf && " + ip);
  }

  @Test
  void shouldTellInterfacesThatWillNotDo() throws Exception {
    lab.exec("client2", "ip", "link", "add", "br0", "type", "bridge");
    lab.exec("client2", "ip", "tuntap", "add", "tun0", "mode", "tun");
    lbd.write(config("mode = \"native\"").replace("[\"eth0\"]", "[\"br0\", \"eth9\", \"tun0\"]"));
    Shell.Result result =
        Lbd.command(lab, "client2", "doctor", "--config", lbd.config().toString());
    assertEquals(1, result.exit());
    for (String line :
        new String[] {
          "failing  interface br0: down",
          "         -> ip link set dev br0 up",
          "failing  driver br0: bridge has no native XDP",
          "failing  interface eth9: there is none of that name",
          "         -> there are lo, eth0, br0, tun0",
          "failing  interface tun0: not an Ethernet interface"
        }) {
      assertEquals(1, result.out().lines().filter(line::equals).count(), line + result.out());
    }
    assertTrue(result.out().lines().allMatch(line -> line.length() <= 80), result.out());
    assertFalse(result.out().contains("\u001b"), "colour without a terminal");
  }

  /** {@code script} lends it one. */
  @Test
  void shouldColourOnATerminalUnlessToldNotTo() {
    String command = Lbd.LAUNCHER + " doctor";
    String coloured = lab.exec("director", "script", "-qec", command, "/dev/null");
    assertTrue(coloured.contains("\u001b[32mfine\u001b[0m"), coloured);
    String plain =
        lab.exec("director", "env", "NO_COLOR=1", "script", "-qec", command, "/dev/null");
    assertFalse(plain.contains("\u001b"), plain);
  }

  @Test
  void shouldLookAtABackendToo() {
    Visit well = visit("backend1", "--backend", "--interface", "eth0");
    assertEquals(List.of(), well.failing(), well.toString());
    assertEquals(0, well.exit());
    assertTrue(
        well.of("attached").matches("fine: native, program \\d+ \\(lb_backend\\), link \\d+"),
        well.of("attached"));
    assertEquals("fine: 10.0.0.0/24, 10.0.1.0/24, 2001:db8::/32", well.of("senders"));
    assertEquals("fine: 203.0.113.10, 2001:db8:113::10 on lo", well.of("vips"));
    assertEquals("fine: 0", well.of("rp_filter"));
    assertStarts("fine: 1600; 1540 is needed", well.of("mtu"));

    Lbd.command(lab, "backend2", "backend", "detach", "--interface", "eth0");
    lab.exec("backend2", "ip", "link", "set", "dev", "eth0", "mtu", "1500");
    lab.exec("backend2", "ip", "addr", "del", "203.0.113.10/32", "dev", "lo");
    lab.exec("backend2", "ip", "-6", "addr", "del", "2001:db8:113::10/128", "dev", "lo");
    lab.exec("backend2", "sysctl", "-qw", "net.ipv4.conf.all.rp_filter=1");
    lab.exec("backend2", "sysctl", "-qw", "net.ipv4.tcp_syncookies=0");
    Visit ill = visit("backend2", "--backend", "--interface", "eth0");
    assertEquals(List.of("attached", "vips"), ill.failing(), ill.toString());
    assertEquals(1, ill.exit());
    assertStarts("failing: nothing: tunnelled packets are not unwrapped", ill.of("attached"));
    assertStarts("warning: 1500; 1540 is needed", ill.of("mtu"));
    assertStarts("warning: 1, strict", ill.of("rp_filter"));
    assertStarts("warning: off", ill.of("syncookies"));
  }

  @Test
  void shouldSayWhatRightsAreMissing() {
    String powerless = "exec setpriv --inh-caps=-all --bounding-set=-all ";
    String command = Lbd.LAUNCHER + " doctor --config " + lbd.config();
    Shell.Result result = Shell.tryRun(lab.on("director", "sh", "-c", powerless + command));
    assertEquals(1, result.exit());
    String missing =
        "failing  capabilities: this process lacks CAP_NET_ADMIN, CAP_PERFMON, CAP_BPF";
    assertTrue(
        Pattern.compile("(?m)^" + Pattern.quote(missing) + "$").matcher(result.out()).find(),
        result.out() + result.err());
    assertTrue(result.out().contains("\nfailing  program: "), result.out());
    assertTrue(result.out().contains("\nfine     source_ip: "), result.out());
  }
}
