package io.lbdirector.os;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.Collectors;
import jnr.ffi.annotations.Out;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GroupsTest {
  private static final int SOCK_STREAM = 1;

  /** Public for jnr-ffi, whose class loader implements it. */
  public interface Pairs {
    int socketpair(int domain, int type, int protocol, @Out int[] fds);
  }

  @Test
  void shouldKnowGroupsByName() throws IOException {
    assertEquals(OptionalInt.of(0), Groups.number("root"));
    assertEquals(OptionalInt.empty(), Groups.number("no-such-group"));
    String[] last =
        Files.readAllLines(Path.of("/etc/group")).stream()
            .map(line -> line.split(":"))
            .reduce((first, second) -> second)
            .orElseThrow();
    assertEquals(OptionalInt.of(Integer.parseInt(last[2])), Groups.number(last[0]));
  }

  /** The end of a pair is made by this process, so its groups are ours. */
  @Test
  void shouldTellTheGroupsOfAPeer() throws IOException {
    int[] fds = new int[2];
    Pairs pairs = Sys.load(Pairs.class, "libc.so.6", "");
    assertEquals(0, pairs.socketpair(Sys.AF_UNIX, SOCK_STREAM | Sys.SOCK_CLOEXEC, 0, fds));
    try {
      assertEquals(ownGroups(), Groups.ofPeer(fds[0]));
    } finally {
      Sys.LIBC.close(fds[0]);
      Sys.LIBC.close(fds[1]);
    }
  }

  private static Set<Integer> ownGroups() throws IOException {
    String line =
        Files.readAllLines(Path.of("/proc/self/status")).stream()
            .filter(l -> l.startsWith("Groups:"))
            .findFirst()
            .orElseThrow();
    return Arrays.stream(line.substring("Groups:".length()).strip().split(" "))
        .filter(number -> !number.isEmpty())
        .map(Integer::parseUnsignedInt)
        .collect(Collectors.toSet());
  }

  @Test
  void shouldRefuseWhatIsNoSocket(@TempDir Path folder) {
    int fd = Sys.LIBC.open(folder.toString(), Sys.O_CLOEXEC, 0);
    try {
      OsException e = assertThrows(OsException.class, () -> Groups.ofPeer(fd));
      assertTrue(e.getMessage().startsWith("ask for the groups of a peer: ENOTSOCK"));
    } finally {
      Sys.LIBC.close(fd);
    }
  }
}
