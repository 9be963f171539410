package io.lbdirector.config;

import io.lbdirector.config.DirectorConfig.Director;
import io.lbdirector.config.DirectorConfig.Table;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/**
 * What a file may ask for and this build does not do: checked like everything else, and named to
 * the operator. A change that builds such a thing removes its line here.
 */
final class NotBuiltYet {
  /** Tables named for each thing; more are counted. */
  private static final int NAMED = 3;

  private final List<String> asked = new ArrayList<>();

  private NotBuiltYet() {}

  /**
   * @return one sentence, or none
   */
  static List<String> warnings(Director director, List<Table> tables) {
    NotBuiltYet missing = new NotBuiltYet();
    missing.director(director);
    missing.tables(tables);
    return missing.asked.isEmpty()
        ? List.of()
        : List.of("this build checks but does not act on: " + String.join(", ", missing.asked));
  }

  private void director(Director d) {}

  private void tables(List<Table> tables) {
    ask("flow = \"quic\"", tables, t -> t.binds().stream().anyMatch(b -> b.quic()));
    ask("quic_id", tables, t -> t.backends().stream().anyMatch(b -> b.quicId().isPresent()));
  }

  private void ask(String thing, boolean isAsked) {
    if (isAsked) {
      asked.add(thing);
    }
  }

  private void ask(String thing, List<Table> tables, Predicate<Table> asks) {
    List<String> names = tables.stream().filter(asks).map(t -> Values.show(t.name())).toList();
    if (!names.isEmpty()) {
      int more = names.size() - NAMED;
      String named = String.join(" and ", names.subList(0, Math.min(NAMED, names.size())));
      asked.add(thing + " of table " + named + (more > 0 ? " and " + more + " more" : ""));
    }
  }
}
