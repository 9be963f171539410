package io.lbdirector.lab;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lbdirector.abi.Outcome;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.LongAdder;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The balanced algorithm, on real connections to ten backends. */
@Timeout(300)
final class BalancedNetnsTest {
  private static final int BACKENDS = 10;
  private static final int[] WEIGHTS = {1, 2, 10};
  private static final int SHORT = 30_000;
  private static final int LONG = 100;
  private static final int THREADS = 4;

  /** A backend may lead so much more than its part; see balance_limit. */
  private static final double LIMIT = 0.02;

  /** Of counts of connections whose rows are as good as random. */
  private static final double DEVIATIONS = 4.5;

  @TempDir Path folder;
  private Lab lab;
  private Lbd lbd;
  private Flows flows;

  @BeforeEach
  void lay() throws Exception {
    lab = Lab.serving(BACKENDS);
    BackendServers.start(lab);
    flows = new Flows(lab);
    lbd = lab.own(new Lbd(lab, folder));
  }

  @AfterEach
  void remove() {
    lab.close();
  }

  private static int weight(int backend) {
    return WEIGHTS[backend % WEIGHTS.length];
  }

  @Test
  void shouldGiveBackendsConnectionsByTheirWeight() throws Exception {
    TableText table = TableText.table("web").balanced().hops(3).bind("tcp", WebClient.HTTP);
    int weights = 0;
    for (int i = 0; i < BACKENDS; i++) {
      table.backend(lab.backends().get(i).ipv4().toString(), weight(i));
      weights += weight(i);
    }
    lbd.start(lbd.head() + table);
    Map<String, LongAdder> answers = askWho(flows.take(SHORT, WebClient.HTTP, c -> true));
    for (int i = 0; i < BACKENDS; i++) {
      String backend = lab.backends().get(i).name();
      double part = (double) SHORT * weight(i) / weights;
      double noise = DEVIATIONS * Math.sqrt(part);
      assertEquals(
          part,
          answers.get(backend).sum(),
          part * LIMIT + noise,
          backend + " of weight " + weight(i) + " in " + answers);
    }
  }

  /** How many were answered, by the name of the backend. */
  private static Map<String, LongAdder> askWho(List<Connection> connections) throws Exception {
    Map<String, LongAdder> answers = new ConcurrentHashMap<>();
    ExecutorService threads = Executors.newFixedThreadPool(THREADS);
    try {
      List<Future<?>> asked = new ArrayList<>();
      for (Connection connection : connections) {
        asked.add(
            threads.submit(
                () -> {
                  String answering = WebClient.askWho(connection);
                  answers.computeIfAbsent(answering, backend -> new LongAdder()).increment();
                  return null;
                }));
      }
      for (Future<?> one : asked) {
        one.get();
      }
      return answers;
    } finally {
      threads.shutdownNow();
    }
  }

  /** One that joins may take the first place of a row, or the second: the third finds the owner. */
  @Test
  void shouldBreakNoConnectionWhenABackendJoinsRowsOfThreeHops() throws Exception {
    Lab.Host joiner = lab.backends().get(BACKENDS - 1);
    Pool pool =
        Pool.start(
            lab, lbd, table -> table.balanced().hops(3), lab.backends().subList(0, BACKENDS - 1));
    try (HeldConnections held = new HeldConnections(pool, flows)) {
      held.openEchoes(LONG, owner -> true);
      held.openUploads(owner -> true);
      held.awaitProgress();
      pool.activate(joiner);
      assertTrue(held.ledBy(joiner) > 0, "no row of a held connection was taken over");
      held.awaitProgress();
      held.finish();
    }
    assertTrue(Outcomes.sum(lab, Outcome.FORWARDED) > 0, "no packet was given a second chance");
    assertEquals(0, Outcomes.sum(lab, Outcome.LAST_RESORT), "packets that nobody knew");
  }
}
