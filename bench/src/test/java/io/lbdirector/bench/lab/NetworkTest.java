package io.lbdirector.bench.lab;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.lbdirector.bench.director.ConfigText;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Needs root: it makes network namespaces. */
class NetworkTest {
  @Test
  void shouldRemoveItsNamespaces() throws IOException {
    try (Network network = new Network(ConfigText.vip(0))) {
      assertEquals(4, namespaces());
    }
    assertEquals(0, namespaces());
  }

  private static long namespaces() throws IOException {
    try (Stream<Path> all = Files.list(Path.of("/run/netns"))) {
      return all.filter(path -> path.getFileName().toString().startsWith(Network.prefix())).count();
    }
  }
}
