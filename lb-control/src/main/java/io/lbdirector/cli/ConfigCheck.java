package io.lbdirector.cli;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import io.lbdirector.config.ConfigException;
import io.lbdirector.config.ConfigLoader;
import io.lbdirector.config.DirectorConfig;
import io.lbdirector.forwarding.Backend;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;

/**
 * The work of {@link CheckCommand}. Apart from it, because picocli looks at every method of every
 * command at start, and would load the config package for all of them.
 */
final class ConfigCheck {
  private final String file;
  private final boolean json;
  private final Screen screen;

  /**
   * @param file a path, or {@code -} for standard input
   */
  ConfigCheck(String file, boolean json, Screen screen) {
    this.file = file;
    this.json = json;
    this.screen = screen;
  }

  /** Prints what is wrong, or that nothing is; returns the exit code. */
  int run(InputStream stdin) throws IOException {
    try {
      report(load(stdin));
      return ExitCode.DONE;
    } catch (ConfigException e) {
      e.problems().forEach(problem -> screen.message(problem.toString()));
      return ExitCode.REFUSED;
    }
  }

  private DirectorConfig load(InputStream stdin) throws ConfigException, IOException {
    return file.equals("-")
        ? ConfigLoader.load(stdin.readAllBytes(), "stdin")
        : ConfigLoader.load(Path.of(file));
  }

  private void report(DirectorConfig config) {
    int tables = config.tables().size();
    int binds = config.binds().size();
    long backends = backends(config);
    if (json) {
      screen.show(json(tables, binds, backends, config));
      return;
    }
    screen.warn(config.warnings());
    screen.line(
        "%s is good: %s, %s, %s, %s"
            .formatted(
                Cell.clean(file),
                Numbers.of(tables, "table"),
                Numbers.of(binds, "bind"),
                Numbers.of(backends, "backend"),
                Numbers.of(config.warnings().size(), "warning")));
  }

  /** Addresses, each counted once, as in {@code status}. */
  static long backends(DirectorConfig config) {
    return config.tables().stream()
        .flatMap(table -> table.pool().stream())
        .map(Backend::address)
        .distinct()
        .count();
  }

  private JsonObject json(int tables, int binds, long backends, DirectorConfig config) {
    JsonObject report = new JsonObject();
    report.addProperty("file", file);
    report.addProperty("tables", tables);
    report.addProperty("binds", binds);
    report.addProperty("backends", backends);
    JsonArray warnings = new JsonArray();
    config.warnings().forEach(warnings::add);
    report.add("warnings", warnings);
    return report;
  }
}
