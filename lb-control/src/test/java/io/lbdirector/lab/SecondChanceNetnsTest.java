package io.lbdirector.lab;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lbdirector.abi.Outcome;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The promise of second chance, on real interfaces: connections live on while the backend that
 * holds them drains, comes back, or gains and loses neighbours; new ones go where the rows now say.
 *
 * <p>A connection is safe as long as its owner is among the hops of its row. The owner was the
 * first in line that did not drain. While at most N backends drain at once, that is one of the
 * first N + 1, and these are always among N + 1 hops: no connection is lost then, however many
 * drains follow each other.
 */
@Timeout(300)
final class SecondChanceNetnsTest {
  private static final int BACKENDS = 6;
  private static final int CONNECTIONS = 60;
  private static final int DRAINS = 10;
  private static final int MORE = 6; // connections opened after each drain, and held
  private static final int ROUNDS = 2;
  private static final int FRESH = 10;

  @TempDir Path folder;
  private Lab lab;
  private Lbd lbd;
  private Flows flows;
  private Pool pool;

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

  @ParameterizedTest(name = "{0} at once, of rows with {1} hops")
  @CsvSource({"1, 2", "3, 4"})
  void shouldKeepConnectionsThroughTenDrainsInARow(int atOnce, int hops) throws Exception {
    pool = Pool.start(lab, lbd, hops, lab.backends());
    try (HeldConnections held = new HeldConnections(pool, flows)) {
      held.openEchoes(CONNECTIONS, owner -> true);
      held.openUploads(owner -> true);
      for (int drain = 0; drain < DRAINS; drain++) {
        if (drain >= atOnce) {
          pool.activate(inTurn(drain - atOnce));
        }
        pool.drain(inTurn(drain));
        held.awaitProgress();
        assertNewConnectionsFollow();
        held.openEchoes(MORE, owner -> true);
      }
      for (int drain = DRAINS - atOnce; drain < DRAINS; drain++) {
        pool.activate(inTurn(drain));
        held.awaitProgress();
      }
      held.finish();
      assertSavedBySecondChance();
    }
  }

  /** Backends take turns: none drains again before all others have. */
  private Lab.Host inTurn(int turn) {
    return lab.backends().get(turn % BACKENDS);
  }

  /**
   * A backend that joins takes rows over, and the old primary is second in them. Connections of
   * those that leave are not looked at: they are lost.
   */
  @Test
  void shouldKeepConnectionsWhileThePoolGrowsAndShrinks() throws Exception {
    List<Lab.Host> staying = lab.backends().subList(0, BACKENDS - 2);
    Lab.Host leaver = lab.backends().get(BACKENDS - 2);
    Lab.Host joiner = lab.backends().get(BACKENDS - 1);
    pool = Pool.start(lab, lbd, 2, lab.backends().subList(0, BACKENDS - 1));
    try (HeldConnections held = new HeldConnections(pool, flows)) {
      held.openEchoes(CONNECTIONS, staying::contains);
      held.openUploads(staying::contains);
      for (int round = 0; round < ROUNDS; round++) {
        pool.activate(joiner);
        assertTrue(held.ledBy(joiner) > 0, "no row of a held connection was taken over");
        assertAllIsWell(held);
        pool.deactivate(leaver);
        assertAllIsWell(held);
        held.openEchoes(MORE, staying::contains);
        pool.activate(leaver);
        assertAllIsWell(held);
        pool.remove(leaver);
        assertAllIsWell(held);
        pool.activate(leaver);
        assertAllIsWell(held);
        pool.remove(joiner);
        assertAllIsWell(held);
      }
      held.finish();
      assertSavedBySecondChance();
    }
  }

  private void assertAllIsWell(HeldConnections held) throws Exception {
    held.awaitProgress();
    assertNewConnectionsFollow();
  }

  private void assertNewConnectionsFollow() throws Exception {
    for (int i = 0; i < FRESH; i++) {
      Connection connection = flows.next(WebClient.HTTP);
      Lab.Host answering = lab.host(WebClient.askWho(connection));
      assertEquals(pool.primary(connection), answering, connection.toString());
      assertTrue(pool.isActive(answering), answering + " answered " + connection);
    }
  }

  /** Every packet found its owner; many were looking for it. */
  private void assertSavedBySecondChance() {
    assertTrue(Outcomes.sum(lab, Outcome.FORWARDED) > 0, "no packet was given a second chance");
    assertTrue(Outcomes.sum(lab, Outcome.KNOWN) > 0, "no packet was known to a backend");
    assertEquals(0, Outcomes.sum(lab, Outcome.LAST_RESORT), "packets that nobody knew");
    assertEquals(0, Outcomes.sum(lab, Outcome.REFUSED_SOURCE));
    assertEquals(0, Outcomes.sum(lab, Outcome.MALFORMED));
  }
}
