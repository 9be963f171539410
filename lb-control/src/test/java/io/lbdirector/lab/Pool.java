package io.lbdirector.lab;

import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;

/**
 * Backends of one table that a director serves, on the ports of all servers of the lab. A change is
 * live when its method returns.
 */
final class Pool {
  private static final String TABLE = "web";
  private static final String ACTIVE = "active";
  private static final String DRAINING = "draining";

  private final Lab lab;
  private final Lbd lbd;
  private final UnaryOperator<TableText> rules;
  private final Map<Lab.Host, String> states = new LinkedHashMap<>();
  private FlowModel model;

  private Pool(Lab lab, Lbd lbd, UnaryOperator<TableText> rules) {
    this.lab = lab;
    this.lbd = lbd;
    this.rules = rules;
  }

  /**
   * Starts {@code lbd} with this table alone.
   *
   * @param backends active from the start
   */
  static Pool start(Lab lab, Lbd lbd, int hops, List<Lab.Host> backends) throws Exception {
    return start(lab, lbd, table -> table.hops(hops), backends);
  }

  /**
   * The same.
   *
   * @param rules how the rows are chosen
   */
  static Pool start(Lab lab, Lbd lbd, UnaryOperator<TableText> rules, List<Lab.Host> backends)
      throws Exception {
    Pool pool = new Pool(lab, lbd, rules);
    backends.forEach(backend -> pool.states.put(backend, ACTIVE));
    String toml = pool.config(pool.states);
    pool.model = FlowModel.of(toml);
    lbd.start(toml);
    return pool;
  }

  /** By hand; the file says that it is active. */
  void drain(Lab.Host backend) throws Exception {
    setByHand(backend, DRAINING);
    states.put(backend, DRAINING);
    model = FlowModel.of(config(states));
  }

  /** Ends what {@link #drain} did, or adds it to the file. */
  void activate(Lab.Host backend) throws Exception {
    String before = states.put(backend, ACTIVE);
    if (DRAINING.equals(before)) {
      setByHand(backend, "file");
      model = FlowModel.of(config(states));
    } else {
      publish();
    }
  }

  private void setByHand(Lab.Host backend, String state) throws Exception {
    JsonObject report = lbd.setState(TABLE, backend.ipv4(), state);
    assertTrue(report.get("changed").getAsBoolean(), report.toString());
  }

  void deactivate(Lab.Host backend) throws Exception {
    states.put(backend, "inactive");
    publish();
  }

  /** Takes it out of the file. */
  void remove(Lab.Host backend) throws Exception {
    states.remove(backend);
    publish();
  }

  private void publish() throws Exception {
    model = FlowModel.of(config(states));
    Map<Lab.Host, String> inFile = new LinkedHashMap<>(states);
    inFile.replaceAll((backend, state) -> state.equals(DRAINING) ? ACTIVE : state);
    JsonObject report = lbd.reload(config(inFile));
    assertTrue(report.get("changed").getAsBoolean(), report.toString());
  }

  private String config(Map<Lab.Host, String> wanted) {
    TableText table = rules.apply(TableText.table(TABLE));
    wanted.forEach((backend, state) -> table.backend(backend.ipv4().toString(), state));
    BackendServers.TCP_PORTS.forEach(port -> table.bind("tcp", port));
    return lbd.head() + table.bind("tcp", WebClient.HTTP);
  }

  /** Where the packets of a connection go now, the primary first. */
  List<Lab.Host> hops(Connection connection) {
    return model.hops(TABLE, connection.flow()).stream().map(lab::backend).toList();
  }

  /** Who gets the connection if it is opened now. */
  Lab.Host primary(Connection connection) {
    return hops(connection).get(0);
  }

  boolean isActive(Lab.Host backend) {
    return ACTIVE.equals(states.get(backend));
  }
}
