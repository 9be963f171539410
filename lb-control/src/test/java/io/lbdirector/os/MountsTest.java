package io.lbdirector.os;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Needs root: mounts a bpf file system. */
final class MountsTest {
  @TempDir Path folder;

  @Test
  void shouldKnowABpfFileSystemFromOthers() throws Exception {
    String path = folder.toRealPath().toString();
    assertFalse(Mounts.isBpffs(folder));
    assertEquals(0, run("mount", "-t", "bpf", "bpf", path));
    try {
      assertTrue(Mounts.isBpffs(folder));
      assertTrue(Mounts.bpffsMountPoints().contains(folder.toRealPath()));
      assertEquals(0, run("mkdir", path + "/lb"));
      assertTrue(Mounts.isBpffs(folder.resolve("lb")));
      assertFalse(Mounts.isBpffs(folder.resolve("missing")));
    } finally {
      assertEquals(0, run("umount", path));
    }
    assertFalse(Mounts.bpffsMountPoints().contains(folder.toRealPath()));
  }

  @Test
  void shouldReadAMountPointWithItsEscapes() {
    String line = "36 35 0:32 / /run/my\\040bpf\\134x rw,relatime shared:9 - bpf none rw,mode=700";
    assertEquals(Optional.of(Path.of("/run/my bpf\\x")), Mounts.mountPoint(line, "bpf"));
    assertEquals(Optional.empty(), Mounts.mountPoint(line, "tmpfs"));
    assertEquals(Optional.empty(), Mounts.mountPoint("36 35 0:32", "bpf"));
  }

  private static int run(String... command) throws Exception {
    return new ProcessBuilder(command).inheritIO().start().waitFor();
  }
}
