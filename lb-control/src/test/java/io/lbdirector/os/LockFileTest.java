package io.lbdirector.os;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class LockFileTest {
  private static final long OWN_PID = ProcessHandle.current().pid();

  @TempDir Path folder;
  private Path path;

  @BeforeEach
  void choosePath() {
    path = folder.resolve("lock");
  }

  @Test
  void shouldHoldOffASecondInThisProcessAndNameThePid() throws Exception {
    try (LockFile held = LockFile.tryAcquire(path)) {
      assertEquals(path, held.path());
      assertEquals(OWN_PID + "\n", Files.readString(path));
      for (int attempt = 0; attempt < 2; attempt++) {
        LockFile.HeldException e =
            assertThrows(LockFile.HeldException.class, () -> LockFile.tryAcquire(path));
        assertEquals(OptionalLong.of(OWN_PID), e.pid());
        assertTrue(e.getMessage().startsWith(path + " is locked by process " + OWN_PID + "; "));
      }
    }
    LockFile.tryAcquire(path).close();
    assertEquals("", Files.readString(path));
  }

  @Test
  void shouldTellWhoHoldsItWithoutTakingIt() throws Exception {
    assertEquals(OptionalLong.empty(), LockFile.heldBy(path));
    try (LockFile held = LockFile.tryAcquire(path)) {
      assertEquals(OptionalLong.of(OWN_PID), LockFile.heldBy(path));
    }
    assertEquals(OptionalLong.empty(), LockFile.heldBy(path));
    Files.writeString(path, OWN_PID + "\n"); // as one that was killed leaves it
    assertEquals(OptionalLong.empty(), LockFile.heldBy(path));
    Files.writeString(path, "no pid");
    assertEquals(OptionalLong.empty(), LockFile.heldBy(path));
  }

  @Test
  void shouldSeeThatAnotherProcessHoldsItUntilThatOneDies() throws Exception {
    Process holder =
        new ProcessBuilder(
                "flock", "--no-fork", path.toString(), "sh", "-c", "echo held; exec sleep 600")
            .start();
    try (InputStream said = holder.getInputStream()) {
      assertEquals('h', said.read());
      Files.writeString(path, "4242\n");
      LockFile.HeldException e =
          assertThrows(LockFile.HeldException.class, () -> LockFile.tryAcquire(path));
      assertEquals(OptionalLong.of(4242), e.pid());
    } finally {
      holder.destroyForcibly().waitFor();
    }
    LockFile.tryAcquire(path).close();
  }

  @Test
  void shouldNotBeHeldOffByAFileLeftBehind() throws Exception {
    Files.writeString(path, "999999 and more text than a pid\n");
    try (LockFile held = LockFile.tryAcquire(path)) {
      assertEquals(OWN_PID + "\n", Files.readString(held.path()));
    }
  }

  @Test
  void shouldKeepTheLockWhenTheFileIsReadElsewhere() throws Exception {
    try (LockFile held = LockFile.tryAcquire(path)) {
      Files.readAllBytes(held.path());
      Process other = new ProcessBuilder("flock", "-n", path.toString(), "true").start();
      assertEquals(1, other.waitFor());
    }
  }

  @Test
  void shouldTellNoPidWhenTheFileHoldsNone() throws Exception {
    try (LockFile held = LockFile.tryAcquire(path)) {
      Files.writeString(held.path(), "?");
      LockFile.HeldException e =
          assertThrows(LockFile.HeldException.class, () -> LockFile.tryAcquire(path));
      assertEquals(OptionalLong.empty(), e.pid());
    }
  }

  @Test
  void shouldSayWhatIsWrongWithThePath() {
    OsException e =
        assertThrows(OsException.class, () -> LockFile.tryAcquire(folder.resolve("no/lock")));
    assertEquals("ENOENT", e.errnoName());
  }
}
