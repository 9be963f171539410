package io.lbdirector.lab;

import io.lbdirector.config.ConfigException;
import io.lbdirector.config.ConfigLoader;
import io.lbdirector.config.DirectorConfig;
import io.lbdirector.forwarding.Flow;
import io.lbdirector.forwarding.FlowHash;
import io.lbdirector.forwarding.ForwardingTable;
import io.lbdirector.forwarding.IpAddress;
import io.lbdirector.forwarding.TableRows;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/** What a config asks for, worked out in Java: where every flow has to go. */
final class FlowModel {
  private final Map<String, DirectorConfig.Table> tables = new HashMap<>();
  private final Map<String, ForwardingTable> rows = new HashMap<>();

  private FlowModel(DirectorConfig config) {
    for (DirectorConfig.Table table : config.tables()) {
      tables.put(table.name(), table);
      rows.put(table.name(), TableRows.build(table.rules(), table.pool(), backend -> true));
    }
  }

  static FlowModel of(String toml) throws ConfigException {
    return new FlowModel(
        ConfigLoader.load(toml.getBytes(StandardCharsets.UTF_8), "config of the test"));
  }

  /** The hops of a flow in a table, primary first. */
  List<IpAddress> hops(String table, Flow flow) {
    DirectorConfig.Table config = tables.get(table);
    ForwardingTable built = rows.get(table);
    int row = FlowHash.row(config.hashKey(), config.hashFields(), flow);
    return IntStream.range(0, built.hopCount()).mapToObj(hop -> built.hop(row, hop)).toList();
  }

  IpAddress primary(String table, Flow flow) {
    return hops(table, flow).get(0);
  }

  String digest(String table) {
    return rows.get(table).digest();
  }
}
