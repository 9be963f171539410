package io.lbdirector.lab;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lbdirector.os.NotifySocket;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The daemon's start, mostly one that fails: it ends with exit code 1, or 78 for a file that cannot
 * be used, and one message that says what to do, and leaves the machine as it was.
 */
@Timeout(300)
final class LbdStartNetnsTest {
  private static final Path PASS_PROGRAM = Lab.ROOT.resolve("lab/build/xdp_pass.bpf.o");

  private static Lab lab;

  @TempDir Path folder;
  @TempDir Path otherFolder;
  private Lbd lbd;
  private Lbd other;

  @BeforeAll
  static void lay() {
    lab = Lab.up();
  }

  @AfterAll
  static void remove() {
    if (lab != null) {
      lab.close();
    }
  }

  @BeforeEach
  void name() {
    lbd = new Lbd(lab, folder);
    other = new Lbd(lab, otherFolder);
  }

  @AfterEach
  void end() throws Exception {
    other.close();
    lbd.close();
  }

  @Test
  void shouldSayWhichInterfacesThereAre() throws Exception {
    lbd.write(config(lbd).replace("[\"eth0\"]", "[\"eth9\"]"));
    assertRefused("lbd: no such interface: eth9; there are: lo, eth0");
  }

  @Test
  void shouldListEveryProblemOfTheFile() throws Exception {
    lbd.write(config(lbd).replace("hops = 2", "hops = 9\nhopps = 1"));
    String file = Pattern.quote(lbd.config().toString());
    assertConfigRefused(file + ":\\d+: .*hops.*9.*\n" + file + ":\\d+: .*hopps.*");
  }

  @Test
  void shouldSayThatTheFileIsMissing() {
    assertConfigRefused(
        Pattern.quote(lbd.config().toString()) + ": cannot be read: it is not there.*");
  }

  @Test
  void shouldNameTheProcessThatRunsTheInstance() throws Exception {
    lbd.start(config(lbd));
    Path second = otherFolder.resolve("second.toml");
    Files.writeString(second, config(lbd).replace("admin.sock", "second.sock"));
    Shell.Result result = Lbd.command(lab, "director", "run", "--config", second.toString());
    assertEquals(1, result.exit(), result.err());
    String message = "instance \"" + lbd.instance() + "\" is run by another lbd";
    assertEquals(1, lines(result, message + " (pid " + lbd.pid() + ")").size(), result.err());
    assertTrue(lbd.isReady());
    assertTrue(Files.exists(lbd.link()));
  }

  @Test
  void shouldNameTheProcessThatHasTheSocket() throws Exception {
    lbd.start(config(lbd));
    other.write(config(other).replace(other.socket().toString(), lbd.socket().toString()));
    Shell.Result result = run(other);
    assertEquals(1, result.exit(), result.err());
    assertEquals(1, lines(result, "(pid " + lbd.pid() + ")").size(), result.err());
    assertEquals(1, lines(result, lbd.socket().toString()).size(), result.err());
    assertNothingLeft(other);
    assertTrue(lbd.isReady());
  }

  @Test
  void shouldSayThatAnotherProgramIsAttached() throws Exception {
    attachPassProgram();
    try {
      lbd.write(config(lbd));
      assertRefused("lbd: attach program lb_director to eth0 in native mode: EBUSY .*bpftool.*");
    } finally {
      lab.exec("director", "ip", "link", "set", "dev", "eth0", "xdpdrv", "off");
    }
  }

  /** With a bpffs of its own to find: {@code ip} leaves folders in the one that it finds. */
  private static void attachPassProgram() {
    String ip = "exec ip link set dev eth0 xdpdrv object " + PASS_PROGRAM + " section xdp";
    lab.exec("director", "unshare", "--mount", "sh", "-c", "mount -t bpf lab /sys/fs/bpf && " + ip);
  }

  @Test
  void shouldSayWhatRightsAreMissing() throws Exception {
    lbd.write(config(lbd));
    String powerless = "exec setpriv --inh-caps=-all --bounding-set=-all ";
    assertRefused(runInShell(powerless), "lbd: .*EPERM.*needs root, or CAP_BPF.*");
  }

  @Test
  void shouldSayThatItsFolderCannotBeMade() throws Exception {
    lbd.write(config(lbd));
    String readOnly = "mount -t tmpfs -o ro lab /run && exec ";
    assertRefused(runInShell(readOnly), "lbd: cannot make folder /run/lb, .*; run as root.*");
  }

  /** In a mount namespace of its own, after the words of a shell. */
  private Shell.Result runInShell(String before) {
    String run = Lbd.LAUNCHER + " run --config " + lbd.config();
    return Shell.tryRun(lab.on("director", "unshare", "--mount", "sh", "-c", before + run));
  }

  @Test
  void shouldDetachAndLeaveNothing() throws Exception {
    lbd.start(config(lbd));
    lbd.terminate();
    assertTrue(Files.exists(lbd.link()));
    Shell.Result result = Lbd.command(lab, "director", "detach", "--instance", lbd.instance());
    assertEquals("instance " + lbd.instance() + " is detached\n", result.out(), result.err());
    assertNothingLeft(lbd);
  }

  /** systemd starts what depends on it only when packets can be forwarded. */
  @Test
  void shouldNotifyThatItIsReadyOnlyOnceTheGatewayIsKnown() throws Exception {
    lab.exec("director", "ip", "route", "replace", "default", "via", "10.0.0.99", "dev", "eth0");
    Path path = folder.resolve("notify");
    try (NotifySocket systemd = NotifySocket.at(path)) {
      lbd.setEnvironment("NOTIFY_SOCKET", path.toString());
      lbd.write(config(lbd));
      lbd.launch();
      String last = receive(systemd);
      while (!last.equals("STATUS=the gateway's MAC on eth0 is not known yet")) {
        assertFalse(last.contains("READY=1"), last);
        last = receive(systemd);
      }
      Await.until("the socket", () -> Files.exists(lbd.socket()));
      assertFalse(lbd.isReady());
      lab.exec("director", "ip", "route", "replace", "default", "via", "10.0.0.1", "dev", "eth0");
      assertEquals("READY=1\nSTATUS=forwarding", receive(systemd));
      assertTrue(lbd.isReady());
    }
  }

  @Test
  void shouldTellTheWatchdogAgainAndAgainThatItWorks() throws Exception {
    Path path = folder.resolve("notify");
    try (NotifySocket systemd = NotifySocket.at(path)) {
      lbd.setEnvironment("NOTIFY_SOCKET", path.toString());
      lbd.setEnvironment("WATCHDOG_USEC", "200000");
      lbd.start(config(lbd));
      for (int heard = 0; heard < 5; ) {
        if (receive(systemd).equals("WATCHDOG=1")) {
          heard++;
        }
      }
    }
  }

  private static String receive(NotifySocket systemd) {
    return systemd.receive(Await.LIMIT).orElseThrow(() -> new AssertionError("no word"));
  }

  private Shell.Result run(Lbd instance) {
    return Lbd.command(lab, "director", "run", "--config", instance.config().toString());
  }

  private void assertRefused(String message) {
    assertRefused(run(lbd), message);
  }

  /**
   * @param message a regular expression of all that is on standard error, log lines aside
   */
  private void assertRefused(Shell.Result result, String message) {
    assertRefused(result, message, 1);
  }

  private void assertConfigRefused(String message) {
    assertRefused(run(lbd), message, 78);
  }

  private void assertRefused(Shell.Result result, String message, int exit) {
    String said =
        String.join("\n", result.err().lines().filter(l -> !l.matches("\\d{4}-.*")).toList());
    assertTrue(said.matches("(?i)" + message), said);
    assertEquals("", result.out());
    assertEquals(exit, result.exit());
    assertNothingLeft(lbd);
  }

  private static List<String> lines(Shell.Result result, String text) {
    return result.err().lines().filter(line -> line.contains(text)).toList();
  }

  private static void assertNothingLeft(Lbd instance) {
    assertFalse(Files.exists(instance.pins()), instance.pins().toString());
    assertFalse(Files.exists(instance.socket()), instance.socket().toString());
  }

  private static String config(Lbd instance) throws IOException {
    return instance.head() + TableText.table("web").hops(2).bind("tcp", 80).backends(TableText.ALL);
  }
}
