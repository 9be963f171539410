package io.lbdirector.director;

import io.lbdirector.config.DirectorConfig;
import io.lbdirector.director.DirectorControl.NotFoundException;
import io.lbdirector.director.DirectorControl.OverrideReport;
import io.lbdirector.director.DirectorControl.StateOrder;
import io.lbdirector.director.DirectorControl.StateReport;
import io.lbdirector.director.Overrides.Key;
import io.lbdirector.director.Publisher.Published;
import io.lbdirector.forwarding.Backend;
import io.lbdirector.forwarding.BackendState;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Puts states that were set by hand into the words of the admin API. */
final class StateReports {
  /** How many names a message lists. */
  private static final int LISTED = 10;

  private StateReports() {}

  static StateReport of(Key key, Published published, ChangeReports changes) {
    Candidate candidate = published.now().candidate();
    Optional<BackendState> inFile = inFile(key, candidate);
    Optional<Backend> inForce = candidate.pools().of(key);
    List<String> warnings =
        new ArrayList<>(besides(published.warnings(), candidate.config().warnings()));
    warnings.addAll(changes.warnings());
    return new StateReport(
        published.now().live().generation(),
        published.changed(),
        key.table(),
        key.backend().toString(),
        inForce.map(backend -> text(backend.state())).orElse(""),
        inForce.flatMap(StateReports::share),
        inFile.map(StateReports::text).orElse(""),
        changes.moves().moved(),
        warnings);
  }

  /** The state in force, or how it goes with time: {@code draining over 300 s}. */
  static String words(StateReport report, Optional<StateOrder> order) {
    return order
        .filter(asked -> asked.over().isPresent())
        .map(asked -> text(asked.state()) + " over " + asked.over().get().toSeconds() + " s")
        .orElseGet(
            () ->
                report.state()
                    + report.sharePercent().map(p -> ", " + p + " % of its rows").orElse(""));
  }

  /** The same for programs. */
  static Map<String, Object> details(StateReport report, Optional<StateOrder> order, String by) {
    Map<String, Object> details = new LinkedHashMap<>();
    details.put("table", report.table());
    details.put("backend", report.backend());
    details.put("state", report.state());
    report.sharePercent().ifPresent(percent -> details.put("share_percent", percent));
    order
        .flatMap(StateOrder::over)
        .ifPresent(over -> details.put("over_seconds", over.toSeconds()));
    details.put("file_state", report.fileState());
    details.put("by", by);
    details.put("generation", report.generation());
    return details;
  }

  /** The file's warnings are no news to one who changes a state. */
  private static List<String> besides(List<String> warnings, List<String> known) {
    return warnings.stream().filter(warning -> !known.contains(warning)).toList();
  }

  static List<OverrideReport> overrides(Candidate candidate) {
    return candidate.overrides().all().entrySet().stream()
        .map(
            e ->
                new OverrideReport(
                    e.getKey().table(),
                    e.getKey().backend().toString(),
                    text(e.getValue().state()),
                    boxed(e.getValue().share()),
                    e.getValue().over().map(Duration::toSeconds),
                    inFile(e.getKey(), candidate).map(StateReports::text).orElse(""),
                    e.getValue().at().truncatedTo(ChronoUnit.SECONDS).toString(),
                    e.getValue().by()))
        .toList();
  }

  /** What the file says; empty if it has no such backend. */
  static Optional<BackendState> inFile(Key key, Candidate candidate) {
    return candidate.config().tables().stream()
        .filter(table -> table.name().equals(key.table()))
        .flatMap(table -> table.pool().stream())
        .filter(backend -> backend.address().equals(key.backend()))
        .map(backend -> backend.state())
        .findFirst();
  }

  static NotFoundException unknown(Key key, DirectorConfig config) {
    Optional<DirectorConfig.Table> table =
        config.tables().stream().filter(t -> t.name().equals(key.table())).findFirst();
    return new NotFoundException(
        table
            .map(
                t ->
                    "table \"%s\" has no backend %s; it has %s"
                        .formatted(
                            t.name(),
                            key.backend(),
                            some(t.pool().stream().map(b -> b.address().toString()))))
            .orElseGet(
                () ->
                    "no table is named \"%s\"; there is %s"
                        .formatted(
                            key.table(), some(config.tables().stream().map(t -> t.name())))));
  }

  private static String some(Stream<String> names) {
    List<String> first = names.limit(LISTED + 1L).toList();
    return first.size() <= LISTED
        ? String.join(", ", first)
        : first.stream().limit(LISTED).collect(Collectors.joining(", ")) + ", and more";
  }

  static Optional<Integer> share(Backend backend) {
    return boxed(backend.sharePercent());
  }

  private static Optional<Integer> boxed(OptionalInt number) {
    return number.isPresent() ? Optional.of(number.getAsInt()) : Optional.empty();
  }

  private static String text(BackendState state) {
    return state.name().toLowerCase(Locale.ROOT);
  }
}
