package io.lbdirector.bench.compare;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CompareTest {
  private static final String HEAD =
      "# packet: x\n\n| run |  |\n| --- | --- |\n| commit | %s |\n\n";

  @TempDir Path folder;
  private Path a;
  private Path b;

  @BeforeEach
  void makeFolders() throws IOException {
    a = Files.createDirectory(folder.resolve("a"));
    b = Files.createDirectory(folder.resolve("b"));
  }

  private static void write(Path run, String commit, String... samples) throws IOException {
    Files.writeString(run.resolve("packet.md"), HEAD.formatted(commit));
    Files.writeString(
        run.resolve("packet.csv"),
        "series,round,operations,nanoseconds\n" + String.join("\n", samples) + "\n");
  }

  @Test
  void shouldShowRatiosOfTheRunsAndToTheirBases() throws IOException {
    write(a, "11", "x.floor,1,10,1000", "x.director,1,10,2000", "gone,1,1,5");
    write(b, "22", "x.floor,1,10,1000", "x.director,1,10,1500", "x.director,1,10,1900");
    List<String> page = Compare.page(a, b);
    assertTrue(page.contains("| commit | 11 | 22 |"), page.toString());
    assertTrue(page.contains("| x.floor | 100.0 ns | 100.0 ns | 1.00 |  |  |"), page.toString());
    assertTrue(
        page.contains("| x.director | 200.0 ns | 150.0 ns | 0.75 | 2.00 | 1.50 |"),
        page.toString());
    assertTrue(page.contains("Only in A: gone."), page.toString());
  }

  @Test
  void shouldSayThatThereIsNothingToCompare() throws IOException {
    write(a, "11", "x,1,1,1");
    String message = assertThrows(IOException.class, () -> Compare.page(a, b)).getMessage();
    assertEquals(
        "no suite has results in both %s and %s: give folders of bench/run".formatted(a, b),
        message);
  }

  @Test
  void shouldSayWhichLineIsNoSample() throws IOException {
    write(a, "11", "x,1,1,1", "x,1,many,1");
    write(b, "11", "x,1,1,1");
    String message = assertThrows(IOException.class, () -> Compare.page(a, b)).getMessage();
    assertTrue(message.startsWith(a.resolve("packet.csv") + ", line 3: \"x,1,many,1\""), message);
  }
}
