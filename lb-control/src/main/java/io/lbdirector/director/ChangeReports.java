package io.lbdirector.director;

import io.lbdirector.config.DirectorConfig;
import io.lbdirector.config.DirectorConfig.Encapsulation;
import io.lbdirector.director.DirectorControl.TableChange;
import io.lbdirector.forwarding.Backend;
import io.lbdirector.forwarding.ForwardingTable;
import io.lbdirector.forwarding.IpAddress;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * How one candidate differs from another, in the words of the admin API.
 *
 * @param tables those that change in any way
 * @param moves over all tables that both have
 * @param trafficPercent an estimate
 * @param warnings what is lost, and what to do about it, for those who read nothing else
 */
record ChangeReports(
    List<TableChange> tables,
    RowMoves moves,
    Optional<Double> trafficPercent,
    List<String> warnings) {

  static ChangeReports of(Candidate before, Candidate after, TrafficShares traffic) {
    Map<String, DirectorConfig.Table> old = byName(before.config());
    Map<String, DirectorConfig.Table> wanted = byName(after.config());
    List<TableChange> changes = new ArrayList<>();
    List<String> warnings = new ArrayList<>();
    RowMoves all = RowMoves.NONE;
    double moving = 0;
    for (DirectorConfig.Table table : after.config().tables()) {
      DirectorConfig.Table was = old.get(table.name());
      RowMoves moves = was == null ? RowMoves.NONE : moves(table.name(), before, after);
      all = all.plus(moves);
      moving += traffic.of(table.name()) * moves.moved() / ForwardingTable.ROWS;
      TableChange change =
          change(
              table.name(),
              was == null ? "added" : "changed",
              was == null ? word(table) : encapsulation(was, table),
              was == null ? List.of() : before.pools().of(was),
              after.pools().of(table),
              was == null ? List.of() : binds(was),
              binds(table),
              moves);
      boolean wrapsAnew = was != null && was.encapsulation() != table.encapsulation();
      if (was == null || wrapsAnew || isChange(change)) {
        changes.add(change);
      }
      if (wrapsAnew) {
        warnings.add(encapsulationWarning(table));
      }
      if (moves.lost() > 0) {
        warnings.addAll(LostRows.of(was, before.pools(), table, after.pools(), moves));
      }
    }
    for (DirectorConfig.Table gone : before.config().tables()) {
      if (!wanted.containsKey(gone.name())) {
        moving += traffic.of(gone.name());
        changes.add(
            change(
                gone.name(),
                "removed",
                word(gone),
                before.pools().of(gone),
                List.of(),
                binds(gone),
                List.of(),
                RowMoves.NONE));
      }
    }
    return new ChangeReports(
        List.copyOf(changes),
        all,
        traffic.known() ? percent(moving) : Optional.empty(),
        List.copyOf(warnings));
  }

  private static Optional<Double> percent(double share) {
    return Optional.of(Math.round(share * 1000) / 10.0);
  }

  private static Map<String, DirectorConfig.Table> byName(DirectorConfig config) {
    Map<String, DirectorConfig.Table> tables = new LinkedHashMap<>();
    config.tables().forEach(table -> tables.put(table.name(), table));
    return tables;
  }

  private static RowMoves moves(String table, Candidate before, Candidate after) {
    return RowMoves.of(before.rows().get(table), after.rows().get(table));
  }

  private static List<String> binds(DirectorConfig.Table table) {
    return table.binds().stream().map(b -> b.bind().toString()).toList();
  }

  private static TableChange change(
      String table,
      String how,
      String encapsulation,
      List<Backend> poolBefore,
      List<Backend> poolAfter,
      List<String> bindsBefore,
      List<String> bindsAfter,
      RowMoves moves) {
    Map<IpAddress, String> before = states(poolBefore);
    Map<IpAddress, String> after = states(poolAfter);
    List<String> statesChanged = new ArrayList<>();
    before.forEach(
        (address, state) -> {
          String now = after.get(address);
          if (now != null && !now.equals(state)) {
            statesChanged.add(address + " " + state + " to " + now);
          }
        });
    return new TableChange(
        table,
        how,
        encapsulation,
        besides(after.keySet(), before.keySet()),
        besides(before.keySet(), after.keySet()),
        statesChanged,
        besides(bindsAfter, bindsBefore),
        besides(bindsBefore, bindsAfter),
        moves.moved(),
        moves.minimum(),
        moves.rescued(),
        moves.lost());
  }

  private static Map<IpAddress, String> states(List<Backend> pool) {
    Map<IpAddress, String> states = new LinkedHashMap<>();
    pool.forEach(backend -> states.put(backend.address(), text(backend)));
    return states;
  }

  private static String word(DirectorConfig.Table table) {
    return table.encapsulation().name().toLowerCase(Locale.ROOT);
  }

  private static String encapsulation(DirectorConfig.Table was, DirectorConfig.Table table) {
    return was.encapsulation() == table.encapsulation()
        ? word(table)
        : word(was) + " to " + word(table);
  }

  private static String encapsulationWarning(DirectorConfig.Table table) {
    String message =
        table.encapsulation() == Encapsulation.IPIP
            ? "table \"%s\": its packets come in ipip, for which every backend needs a tunnel of its"
                + " kernel; there is no second chance, and connections that live by it break"
            : "table \"%s\": its packets come in GUE, for which every backend needs the backend"
                + " program";
    return message.formatted(table.name());
  }

  private static List<String> besides(Collection<?> some, Collection<?> others) {
    Set<?> known = new HashSet<>(others); // there may be 65,536 binds
    return some.stream().filter(one -> !known.contains(one)).map(Object::toString).toList();
  }

  private static boolean isChange(TableChange change) {
    return change.rowsMoved() > 0
        || !change.backendsAdded().isEmpty()
        || !change.backendsRemoved().isEmpty()
        || !change.statesChanged().isEmpty()
        || !change.bindsAdded().isEmpty()
        || !change.bindsRemoved().isEmpty();
  }

  private static String text(Backend backend) {
    String state = backend.state().name().toLowerCase(Locale.ROOT);
    return backend.sharePercent().isPresent()
        ? state + " " + backend.sharePercent().getAsInt() + "%"
        : state;
  }
}
