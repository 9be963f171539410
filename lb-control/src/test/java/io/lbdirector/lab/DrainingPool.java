package io.lbdirector.lab;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.lbdirector.abi.Outcome;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The backends of a lab behind a director, of which one may drain. With two hops a row, the heir of
 * a backend that drains is who stood behind it, and it stands behind its heir.
 */
final class DrainingPool {
  private static final String TABLE = "pool";
  private static final int FIRST_PORT = 9100;
  private static final int LAST_PORT = 9199;

  private final Lab lab;
  private final Lbd lbd;
  private final Map<Optional<Lab.Host>, String> configs = new HashMap<>();
  private final Map<Optional<Lab.Host>, FlowModel> models = new HashMap<>();
  private int lastPort = FIRST_PORT - 1;

  private DrainingPool(Lab lab, Lbd lbd) {
    this.lab = lab;
    this.lbd = lbd;
  }

  /** Starts a director in {@code lab}, with nobody draining. */
  static DrainingPool start(Lab lab, Path folder) throws Exception {
    DrainingPool pool = new DrainingPool(lab, lab.own(new Lbd(lab, folder)));
    pool.describe(Optional.empty());
    for (Lab.Host backend : lab.backends()) {
      pool.describe(Optional.of(backend));
    }
    pool.lbd.start(pool.configs.get(Optional.<Lab.Host>empty()));
    return pool;
  }

  private void describe(Optional<Lab.Host> draining) throws Exception {
    TableText table = TableText.table(TABLE).hops(2);
    for (Lab.Host backend : lab.backends()) {
      boolean drains = draining.equals(Optional.of(backend));
      table.backend(backend.ipv4().toString(), drains ? "draining" : "active");
    }
    table.bind("tcp", WebClient.HTTP).bind("tcp", FIRST_PORT + "-" + LAST_PORT);
    String config = lbd.head() + table;
    configs.put(draining, config);
    models.put(draining, FlowModel.of(config));
  }

  /** Opens a port that none of these listened on before: its listeners never gave out a cookie. */
  OpenPort openPort() throws Exception {
    if (lastPort == LAST_PORT) {
      throw new IllegalStateException("no port is left");
    }
    return OpenPort.open(lab, ++lastPort);
  }

  /** First hop while nobody drains. */
  Lab.Host owner(Connection connection) {
    return firstHop(connection, Optional.empty());
  }

  /** First hop while its owner drains. */
  Lab.Host heir(Connection connection) {
    return firstHop(connection, Optional.of(owner(connection)));
  }

  /**
   * What is counted if the heir did not know so many packets and the owner did.
   *
   * @param known by which outcome
   */
  Map<String, Long> secondChances(Connection connection, Outcome known, long packets) {
    return Map.of(
        OutcomeCounters.name(heir(connection), Outcome.FORWARDED), packets,
        OutcomeCounters.name(owner(connection), known), packets);
  }

  private Lab.Host firstHop(Connection connection, Optional<Lab.Host> draining) {
    return lab.backend(models.get(draining).primary(TABLE, connection.flow()));
  }

  void drain(Lab.Host backend) throws Exception {
    reload(Optional.of(backend));
  }

  /** Nobody drains. */
  void undrain() throws Exception {
    reload(Optional.empty());
  }

  private void reload(Optional<Lab.Host> draining) throws Exception {
    lbd.reload(configs.get(draining));
    assertEquals(models.get(draining).digest(TABLE), lbd.digest(TABLE), "rows after " + draining);
  }
}
