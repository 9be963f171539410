package io.lbdirector.admin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lbdirector.os.Groups;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class SocketOwnershipTest {
  /** Every Debian has it. */
  private static final String GROUP = "daemon";

  @TempDir Path temp;
  private Path socket;

  @BeforeEach
  void name() {
    socket = temp.resolve("run/lb/admin.sock");
  }

  private static AdminServer start(Path socket) throws IOException {
    return AdminServer.start(socket, Optional.empty(), new FakeDirector());
  }

  private static void assertServes(Path socket) throws IOException {
    try (RawClient client = new RawClient(socket)) {
      assertEquals(200, client.get("/livez").read().status());
    }
  }

  private static String mode(Path file) throws IOException {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(file));
  }

  /** Another daemon: starts on the socket, says how that went, and lives until its input ends. */
  static final class OtherDaemon {
    static final String MARK = "outcome: ";

    public static void main(String[] args) throws IOException {
      try (AdminServer server = start(Path.of(args[0]))) {
        System.out.println(MARK + "serves " + server.socket());
        while (System.in.read() >= 0) {}
      } catch (AdminSocketException e) {
        System.out.println(MARK + e.getMessage());
      }
    }
  }

  private static Process fork(Path socket) throws IOException {
    return new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-cp",
            System.getProperty("java.class.path"),
            OtherDaemon.class.getName(),
            socket.toString())
        .redirectError(ProcessBuilder.Redirect.INHERIT)
        .start();
  }

  private static String outcome(Process process) throws IOException {
    BufferedReader lines = process.inputReader(StandardCharsets.UTF_8);
    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
      if (line.startsWith(OtherDaemon.MARK)) { // the rest is its log
        return line.substring(OtherDaemon.MARK.length());
      }
    }
    throw new AssertionError("the other daemon said nothing");
  }

  @Test
  void shouldMakeFolderAndSocketWithTheirModes() throws IOException {
    try (AdminServer server = start(socket)) {
      assertServes(server.socket());
      assertEquals("rwxr-x---", mode(socket.getParent()));
      assertEquals("rw-rw----", mode(socket));
      assertEquals("rw-------", mode(socket.resolveSibling("admin.sock.lock")));
    }
    assertFalse(Files.exists(socket));
  }

  @Test
  void shouldLeaveExistingFolderAsItIs() throws IOException {
    Files.createDirectories(socket.getParent());
    Files.setPosixFilePermissions(socket.getParent(), PosixFilePermissions.fromString("rwxr-xr-x"));
    try (AdminServer server = start(socket)) {
      assertServes(server.socket());
      assertEquals("rwxr-xr-x", mode(socket.getParent()));
    }
  }

  private static int group(Path file) throws IOException {
    return (int) Files.getAttribute(file, "unix:gid");
  }

  @Test
  void shouldGiveSocketAndFoldersThatItMakesToTheGroup() throws IOException {
    Path deep = temp.resolve("run/lb/deep/admin.sock");
    try (AdminServer server = AdminServer.start(deep, Optional.of(GROUP), new FakeDirector())) {
      assertServes(server.socket());
      for (Path made = deep; !made.equals(temp); made = made.getParent()) {
        assertEquals(Groups.number(GROUP).getAsInt(), group(made), made.toString());
        assertEquals(made.equals(deep) ? "rw-rw----" : "rwxr-x---", mode(made));
      }
    }
  }

  @Test
  void shouldSayThatTheGroupCannotEnterAFolderThatIsNotItsOwn() throws IOException {
    Path folder = Files.createDirectories(socket.getParent());
    Access.Group group = Access.Group.named(GROUP);
    SocketFile file = SocketFile.in(socket, Optional.of(group));
    Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
    assertEquals(Optional.empty(), file.hindrance());
    Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-x---"));
    assertEquals(
        "[admin] group = \"%s\": its members cannot enter %s, which was there already; try chgrp %s %s && chmod g+x %s"
            .formatted(GROUP, folder, GROUP, folder, folder),
        file.hindrance().orElseThrow());
    Files.setAttribute(folder, "unix:gid", group.number());
    assertEquals(Optional.empty(), file.hindrance());
    assertEquals(Optional.empty(), SocketFile.in(socket, Optional.empty()).hindrance());
  }

  @Test
  void shouldNotStartForAGroupThatTheMachineLacks() {
    AdminSocketException refused =
        assertThrows(
            AdminSocketException.class,
            () -> AdminServer.start(socket, Optional.of("no-such-group"), new FakeDirector()));
    assertTrue(
        refused.getMessage().startsWith("[admin] group = \"no-such-group\": this machine has no"),
        refused.getMessage());
    assertFalse(Files.exists(socket.getParent()));
  }

  @Test
  void shouldReplaceStaleSocket() throws IOException {
    Files.createDirectories(socket.getParent());
    try (ServerSocketChannel dead = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      dead.bind(UnixDomainSocketAddress.of(socket));
    }
    assertTrue(Files.exists(socket));
    try (AdminServer server = start(socket)) {
      assertServes(server.socket());
    }
  }

  @Test
  void shouldRefuseSecondServerOfThisProcessAndStayLockedToOthers() throws Exception {
    try (AdminServer first = start(socket)) {
      AdminSocketException refused = assertThrows(AdminSocketException.class, () -> start(socket));
      String pid = Long.toString(ProcessHandle.current().pid());
      assertEquals(
          "another daemon (pid "
              + pid
              + ") holds "
              + first.socket()
              + ".lock; stop it first, or give this one another [admin] socket",
          refused.getMessage());

      Process other = fork(socket);
      try {
        assertEquals(refused.getMessage(), outcome(other));
      } finally {
        other.destroyForcibly().waitFor();
      }
      assertServes(socket);
    }
    start(socket).close();
  }

  @Test
  void shouldTakeOverFromDaemonThatWasKilled() throws Exception {
    Process other = fork(socket);
    try {
      assertEquals("serves " + socket, outcome(other));
      AdminSocketException refused = assertThrows(AdminSocketException.class, () -> start(socket));
      assertTrue(refused.getMessage().contains("(pid " + other.pid() + ")"), refused.getMessage());
      assertServes(socket);
      other.destroyForcibly();
      assertTrue(other.waitFor(30, TimeUnit.SECONDS));
      assertTrue(Files.exists(socket));
      try (AdminServer server = start(socket)) {
        assertServes(server.socket());
      }
    } finally {
      other.destroyForcibly().waitFor();
    }
  }

  @Test
  void shouldNotRemoveWhatAnotherPutInItsPlace() throws IOException {
    AdminServer server = start(socket);
    Files.delete(socket);
    Files.writeString(socket, "not ours");
    server.close();
    assertEquals("not ours", Files.readString(socket));
  }

  @Test
  void shouldCloseTwiceAndWithoutItsFile() throws IOException {
    AdminServer server = start(socket);
    Files.delete(socket);
    server.close();
    server.close();
    start(socket).close();
  }

  @Test
  void shouldNotReplaceFileThatIsNoSocket() throws IOException {
    Files.createDirectories(socket.getParent());
    Files.writeString(socket, "precious");
    AdminSocketException refused = assertThrows(AdminSocketException.class, () -> start(socket));
    assertTrue(refused.getMessage().contains("is not a socket"), refused.getMessage());
    assertEquals("precious", Files.readString(socket));
  }

  @Test
  void shouldRefusePathThatKernelWouldCut() {
    Path longPath = temp.resolve("x".repeat(120));
    AdminSocketException refused = assertThrows(AdminSocketException.class, () -> start(longPath));
    assertTrue(refused.getMessage().contains("longer than 103 bytes"), refused.getMessage());
  }
}
