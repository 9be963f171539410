package io.lbdirector.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lbdirector.bench.director.PrivateDirector;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Needs root: it loads programs and mounts a BPF file system. Asserts validity, never time. */
class BenchSmokeTest {
  @TempDir Path results;

  @ParameterizedTest
  @ValueSource(strings = {"packet", "tables", "reload", "control", "wire", "start", "scale"})
  void shouldRunEverySuiteAndWriteItsResults(String suite) throws IOException {
    assertEquals(0, Bench.run(List.of("--smoke", "--results", results.toString(), suite)));

    assertTrue(Files.readString(results.resolve(suite + ".md")).startsWith("# " + suite + ": "));
    List<String> samples = Files.readAllLines(results.resolve(suite + ".csv"));
    assertEquals("series,round,operations,nanoseconds", samples.get(0));
    List<String> series =
        samples.stream().skip(1).map(line -> line.split(",")[0]).distinct().toList();
    assertTrue(series.size() > 1, series.toString());
    for (String name : series) {
      Path histogram = results.resolve(suite + "." + name + ".hgrm");
      assertTrue(Files.readString(histogram).contains("TotalCount"), histogram.toString());
    }
    assertNothingIsMounted();
  }

  private static void assertNothingIsMounted() throws IOException {
    try (Stream<String> mounts = Files.lines(Path.of("/proc/self/mounts"))) {
      assertEquals(
          List.of(), mounts.filter(line -> line.contains(PrivateDirector.prefix())).toList());
    }
  }

  @Test
  void shouldRefuseWhatItDoesNotKnow() {
    assertEquals(2, Bench.run(List.of("--smoke", "pakcet")));
  }
}
