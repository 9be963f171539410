package io.lbdirector.cli;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import io.lbdirector.config.DirectorConfig;
import io.lbdirector.glb.GlbException;
import io.lbdirector.glb.GlbImport;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The work of {@link ImportGlbCommand}, apart from it for the reason of {@link ConfigCheck}. */
final class GlbImportRun {
  private final SecretFile file;
  private final boolean json;
  private final Screen screen;

  /**
   * @param force whether a file that is there may be replaced
   */
  GlbImportRun(Path output, boolean force, boolean json, Screen screen) {
    this.file = new SecretFile(output, force);
    this.json = json;
    this.screen = screen;
  }

  /**
   * Writes the file, or says everything that is in the way; returns the exit code.
   *
   * @param director null if there is none, as for the two behind it
   */
  int run(Path table, Path director, String networkInterface, String adminSocket) {
    GlbImport.Sources sources =
        new GlbImport.Sources(
            table,
            Optional.ofNullable(director),
            Optional.ofNullable(networkInterface),
            Optional.ofNullable(adminSocket));
    List<String> problems = new ArrayList<>();
    Optional<GlbImport.Imported> imported = read(sources, problems);
    file.obstacle().ifPresent(problems::add);
    if (problems.isEmpty()) {
      write(imported.orElseThrow(), problems);
    }
    problems.forEach(screen::message);
    return problems.isEmpty() ? ExitCode.DONE : ExitCode.REFUSED;
  }

  private static Optional<GlbImport.Imported> read(
      GlbImport.Sources sources, List<String> problems) {
    try {
      return Optional.of(GlbImport.read(sources));
    } catch (GlbException e) {
      problems.addAll(e.problems());
      return Optional.empty();
    }
  }

  private void write(GlbImport.Imported imported, List<String> problems) {
    try {
      file.write(imported.toml().getBytes(StandardCharsets.UTF_8));
      report(imported);
    } catch (IOException e) {
      problems.add(file.path() + ": cannot be written: " + SecretFile.why(e));
    }
  }

  private void report(GlbImport.Imported imported) {
    DirectorConfig config = imported.config();
    int tables = config.tables().size();
    int binds = config.binds().size();
    long backends = ConfigCheck.backends(config);
    if (json) {
      JsonObject report = new JsonObject();
      report.addProperty("file", file.path().toString());
      report.addProperty("tables", tables);
      report.addProperty("binds", binds);
      report.addProperty("backends", backends);
      report.add("left_out", array(imported.leftOut()));
      report.add("warnings", array(imported.warnings()));
      screen.show(report);
      return;
    }
    imported.leftOut().forEach(what -> screen.message("left out: " + what));
    screen.warn(imported.warnings());
    screen.line(
        "%s is written: %s, %s, %s, %s"
            .formatted(
                Cell.clean(file.path().toString()),
                Numbers.of(tables, "table"),
                Numbers.of(binds, "bind"),
                Numbers.of(backends, "backend"),
                Numbers.of(imported.warnings().size(), "warning")));
  }

  private static JsonArray array(List<String> texts) {
    JsonArray array = new JsonArray();
    texts.forEach(array::add);
    return array;
  }
}
