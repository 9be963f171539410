package io.lbdirector.log;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JournalTest {
  @TempDir private Path folder;

  @Test
  void shouldReadAFileOnlyIfItIsTheOneThatTheEnvironmentNames() throws Exception {
    Path file = Files.createFile(folder.resolve("stderr"));
    String stream =
        Files.getAttribute(file, "unix:dev") + ":" + Files.getAttribute(file, "unix:ino");
    assertTrue(Journal.reads(stream, file));
    assertFalse(Journal.reads(null, file));
    assertFalse(Journal.reads("", file));
    assertFalse(Journal.reads(stream, Files.createFile(folder.resolve("other"))));
    assertFalse(Journal.reads(stream, folder.resolve("missing")));
  }
}
