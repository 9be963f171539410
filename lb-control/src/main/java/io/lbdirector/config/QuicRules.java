package io.lbdirector.config;

import io.lbdirector.config.DirectorConfig.Table;
import io.lbdirector.config.DirectorConfig.TableBind;
import java.util.List;

/** What {@code flow = "quic"} needs of the rest of its table. */
final class QuicRules {
  private QuicRules() {}

  /** A sentence for each table whose backends no connection id can name. */
  static List<String> warnings(List<Table> tables) {
    return tables.stream()
        .filter(table -> table.binds().stream().anyMatch(TableBind::quic))
        .filter(table -> table.backends().stream().allMatch(b -> b.quicId().isEmpty()))
        .map(
            table ->
                "table %s has flow = \"quic\", but no backend with a quic_id: its packets go by the hash"
                    .formatted(Values.show(table.name())))
        .toList();
  }
}
