package io.lbdirector.director;

import io.lbdirector.abi.LiveLayout.Settings;
import io.lbdirector.config.DirectorConfig;
import io.lbdirector.dataplane.DesiredState;
import io.lbdirector.forwarding.ForwardingTable;
import io.lbdirector.os.IpFamily;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A config with its rows built: all that is worked out of a file before the kernel is asked.
 *
 * @param rows by the name of the table
 */
record Candidate(DirectorConfig config, Map<String, ForwardingTable> rows, DesiredState desired) {
  static Candidate of(DirectorConfig config, Map<String, ForwardingTable> rows) {
    List<DesiredState.Table> tables =
        config.tables().stream().map(t -> table(t, rows.get(t.name()))).toList();
    return new Candidate(config, rows, new DesiredState(settings(config.director()), tables));
  }

  private static DesiredState.Table table(DirectorConfig.Table table, ForwardingTable rows) {
    return new DesiredState.Table(
        table.name(),
        table.hashKey(),
        table.hashFields(),
        table.altHashFields(),
        rows,
        table.binds().stream().map(DirectorConfig.TableBind::bind).toList(),
        table.pool().stream().map(b -> b.address()).toList());
  }

  /** Families of backends that packets go to. */
  Set<IpFamily> families() {
    return Families.of(config.director());
  }

  private static Settings settings(DirectorConfig.Director director) {
    return new Settings(
        director.sourceIp(),
        director.sourceIp6(),
        director.copyDscp(),
        director.icmpEcho() == DirectorConfig.IcmpEcho.PASS);
  }

  /**
   * Rows, over the tables that both have, whose primary is another backend than in {@code before}.
   */
  long rowsMovedFrom(Candidate before) {
    long moved = 0;
    for (Map.Entry<String, ForwardingTable> table : rows.entrySet()) {
      ForwardingTable old = before.rows.get(table.getKey());
      if (old != null && old != table.getValue()) {
        moved += rowsMoved(old, table.getValue());
      }
    }
    return moved;
  }

  static long rowsMoved(ForwardingTable before, ForwardingTable after) {
    if (before.hopCount() == 0 || after.hopCount() == 0) {
      return before.hopCount() == after.hopCount() ? 0 : ForwardingTable.ROWS;
    }
    long moved = 0;
    for (int row = 0; row < ForwardingTable.ROWS; row++) {
      if (!before.hop(row, 0).equals(after.hop(row, 0))) {
        moved++;
      }
    }
    return moved;
  }
}
