package io.lbdirector.config;

import io.lbdirector.config.DirectorConfig.Admin;
import io.lbdirector.config.DirectorConfig.Director;
import io.lbdirector.config.DirectorConfig.Health;
import io.lbdirector.config.DirectorConfig.Table;
import java.util.List;
import java.util.Optional;

/** Reads all sections of a file, and then holds them against each other. */
final class ConfigReader {
  private final Section root;
  private final KeyFiles keyFiles;

  ConfigReader(Section root, KeyFiles keyFiles) {
    this.root = root;
    this.keyFiles = keyFiles;
  }

  /** Of use only if there are no problems; surely empty if {@code [director]} is not there. */
  Optional<DirectorConfig> read() {
    Optional<Section> section = root.section("director", "[director]");
    if (!root.has("director")) {
      root.problem("director", "[director] is missing; add it with interfaces = [\"eth0\"]");
    }
    Optional<Director> director = section.map(DirectorReader::read);
    TableDefaults defaults =
        section.map(TableDefaults.BUILT_IN::overriddenBy).orElse(TableDefaults.BUILT_IN);
    section.ifPresent(Section::finish);
    Admin admin =
        root.section("admin", "[admin]").map(AdminReader::read).orElse(AdminReader.DEFAULT);
    Health health =
        root.section("health", "[health]").map(HealthReader::read).orElse(HealthReader.DEFAULT);
    List<TableReader.Result> tables = tables(defaults, CheckTiming.of(health));
    root.finish();
    CrossChecks checks = new CrossChecks(tables);
    checks.tables();
    checks.binds();
    director.ifPresent(checks::backends);
    section.ifPresent(checks::sources);
    return director.map(d -> config(d, admin, health, tables));
  }

  private List<TableReader.Result> tables(TableDefaults defaults, CheckTiming timing) {
    List<Section> sections = root.sections("table");
    if (!root.has("table") || root.count("table") == 0) {
      root.problem("table", "the file has no table; add a [[table]] with binds and backends");
    }
    return sections.stream()
        .map(section -> new TableReader(section, defaults, timing, keyFiles).read())
        .toList();
  }

  private DirectorConfig config(
      Director director, Admin admin, Health health, List<TableReader.Result> results) {
    List<Table> tables = results.stream().map(TableReader.Result::table).toList();
    return new DirectorConfig(director, admin, health, tables, QuicRules.warnings(tables));
  }
}
