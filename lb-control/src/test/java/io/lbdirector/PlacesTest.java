package io.lbdirector;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lbdirector.os.LockFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class PlacesTest {
  @TempDir Path temp;

  private String modeOf(Path folder) throws IOException {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(folder));
  }

  @Test
  void shouldMakeItsFolderForItsOwnGroupOnly() throws IOException {
    Path run = temp.resolve("lb");
    try (LockFile lock = Places.lockInstance(run, "one")) {
      assertEquals(run.resolve("instance-one.lock"), lock.path());
      assertEquals("rwxr-x---", modeOf(run));
    }
  }

  @Test
  void shouldLeaveAFolderThatExistsAsItIs() throws IOException {
    Path run = Files.createDirectory(temp.resolve("lb"));
    Files.setPosixFilePermissions(run, PosixFilePermissions.fromString("rwx--x--x"));
    Places.lockInstance(run, "one").close();
    assertEquals("rwx--x--x", modeOf(run));
  }

  @Test
  void shouldNameTheProcessThatRunsTheInstance() throws IOException {
    try (LockFile held = Places.lockInstance(temp, "one")) {
      IllegalStateException e =
          assertThrows(IllegalStateException.class, () -> Places.lockInstance(temp, "one"));
      assertTrue(e.getMessage().contains("pid " + ProcessHandle.current().pid()), e.getMessage());
      assertTrue(e.getMessage().contains(held.path().toString()), e.getMessage());
      Places.lockInstance(temp, "two").close();
    }
  }
}
