package io.lbdirector.bench.harness;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lbdirector.bench.harness.Plot.Axis;
import io.lbdirector.bench.harness.Plot.Line;
import io.lbdirector.bench.harness.Plot.Point;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReportWriterTest {
  @TempDir Path folder;

  private static Report report(String name) {
    Series series = new Series(name, 1);
    series.add(0, 100);
    Line line = new Line("one", List.of(new Point(1, 10), new Point(1000, 0.5)));
    Plot plot = new Plot(name, "a title", new Axis("x", true), new Axis("y", false), List.of(line));
    return new Report("what", List.of(), List.of(), List.of(), List.of(series), List.of(plot));
  }

  @BeforeEach
  void write() throws IOException {
    Files.createFile(folder.resolve("another.old.png"));
    Provenance provenance = new Provenance("command", "commit", Clock.systemUTC());
    new ReportWriter(folder, "suite").write(report("old"), provenance);
    new ReportWriter(folder, "suite").write(report("new"), provenance);
  }

  @Test
  void shouldShowPlotsThatAreThere() throws IOException {
    assertTrue(
        Files.readString(folder.resolve("suite.md")).contains("\n![a title](suite.new.png)\n"));
    assertTrue(ImageIO.read(folder.resolve("suite.new.png").toFile()).getWidth() > 100);
  }

  @Test
  void shouldReplaceItsOwnFilesOnly() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      assertEquals(
          List.of("another.old.png", "suite.csv", "suite.md", "suite.new.hgrm", "suite.new.png"),
          files.map(file -> file.getFileName().toString()).sorted().toList());
    }
  }
}
