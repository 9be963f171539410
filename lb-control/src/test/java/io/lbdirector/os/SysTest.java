package io.lbdirector.os;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class SysTest {
  @Test
  void shouldSayHowToInstallALibraryThatIsMissing() {
    IllegalStateException e =
        assertThrows(
            IllegalStateException.class,
            () -> Sys.load(Libc.class, "libnone.so.1", "install libnone1"));
    assertEquals("libnone.so.1 not found; install libnone1", e.getMessage());
  }

  @Test
  void shouldSayWhyALibraryCannotBeUsed(@TempDir Path folder) throws IOException {
    Path library = Files.writeString(folder.resolve("libbroken.so"), "not ELF ".repeat(100));
    IllegalStateException e =
        assertThrows(
            IllegalStateException.class,
            () -> Sys.load(Libc.class, library.toString(), "install libnone1"));
    assertTrue(e.getMessage().contains("libbroken.so cannot be used: "), e.getMessage());
    assertTrue(e.getMessage().contains("invalid ELF header"), e.getMessage());
    assertTrue(e.getMessage().endsWith("; install libnone1"), e.getMessage());
  }
}
