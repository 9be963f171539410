package io.lbdirector.config;

import io.lbdirector.config.DirectorConfig.Check;
import io.lbdirector.config.DirectorConfig.Encapsulation;
import io.lbdirector.config.DirectorConfig.Table;
import io.lbdirector.config.DirectorConfig.TableBackend;
import io.lbdirector.config.DirectorConfig.TableBind;
import io.lbdirector.forwarding.Algorithm;
import io.lbdirector.forwarding.SipKey;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Pattern;

/** Reads one {@code [[table]]} with everything in it. */
final class TableReader {
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_.-]{1,64}");
  private static final int DEFAULT_BALANCE_LIMIT_PERMILLE = 20;
  private static final Duration SHORTEST_SLOW_START = Duration.ofSeconds(1);
  private static final Duration LONGEST_SLOW_START = Duration.ofDays(1);

  /** In place of a key that could not be read; with that problem no config gets out. */
  private static final SipKey NO_KEY = SipKey.of(new byte[SipKey.LENGTH]);

  private final Section section;
  private final TableDefaults defaults;
  private final CheckTiming timing;
  private final KeyFiles keyFiles;

  TableReader(Section section, TableDefaults defaults, CheckTiming timing, KeyFiles keyFiles) {
    this.section = section;
    this.defaults = defaults;
    this.timing = timing;
    this.keyFiles = keyFiles;
  }

  /**
   * A table as far as it could be read; what could not has been reported.
   *
   * @param name empty if it has no good one
   */
  record Result(
      Section section,
      Optional<String> name,
      Table table,
      List<Placed<TableBind>> binds,
      List<Placed<TableBackend>> backends) {}

  Result read() {
    Optional<String> name = name();
    List<Placed<TableBind>> binds = some("bind", BindReader::read);
    List<Placed<TableBackend>> backends = some("backend", BackendReader::read);
    Table table =
        table(
            name.orElse(""),
            binds.stream().map(Placed::value).toList(),
            backends.stream().map(Placed::value).toList());
    section.finish();
    new PoolRules(backends).check();
    return new Result(section, name, table, binds, backends);
  }

  private Table table(String name, List<TableBind> binds, List<TableBackend> backends) {
    SipKey hashKey = keyFiles.read(section, "hash_key").orElse(NO_KEY);
    SipKey seed = keyFiles.read(section, "seed").orElse(NO_KEY);
    Algorithm algorithm =
        section.get("algorithm", Values.choice(Algorithm.class), Algorithm.RENDEZVOUS);
    TableDefaults own = defaults.overriddenBy(section);
    Encapsulation encapsulation =
        section.get("encapsulation", Values.choice(Encapsulation.class), Encapsulation.GUE);
    if (encapsulation == Encapsulation.IPIP) {
      own = new IpipRules(section).applyTo(own);
    }
    return new Table(
        name,
        hashKey,
        seed,
        algorithm,
        balanceLimit(algorithm),
        encapsulation,
        section.get("slow_start", Values.duration(SHORTEST_SLOW_START, LONGEST_SLOW_START)),
        own.hashFields(),
        own.altHashFields(),
        own.hops(),
        binds,
        backends,
        checks(encapsulation));
  }

  private Optional<String> name() {
    Optional<String> name =
        section.require(
            "name",
            Values.matching(NAME, "1 to 64 letters, digits, _ . or -", "\"web\""),
            "\"web\"");
    name.ifPresent(n -> section.rename("table " + Values.show(n)));
    return name;
  }

  private int balanceLimit(Algorithm algorithm) {
    int limit = section.get("balance_limit", Values.permille(), DEFAULT_BALANCE_LIMIT_PERMILLE);
    if (section.has("balance_limit") && algorithm != Algorithm.BALANCED) {
      section.problem(
          "balance_limit",
          "balance_limit counts only with algorithm = \"balanced\"; remove it, or set that");
    }
    return limit;
  }

  /** The sections {@code [[table.key]]}, of which there must be one. */
  private <T> List<T> some(String key, Function<Section, Optional<T>> read) {
    List<Section> sections = section.sections(key);
    if (!section.has(key) || section.count(key) == 0) {
      section.problem("", "the table has no " + key + "; add a [[table." + key + "]]");
    }
    return sections.stream().map(read).flatMap(Optional::stream).toList();
  }

  private List<Check> checks(Encapsulation encapsulation) {
    return section.sections("check").stream()
        .map(check -> CheckReader.read(check, timing, encapsulation))
        .flatMap(Optional::stream)
        .toList();
  }
}
