package io.lbdirector.lab;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lbdirector.abi.Abi;
import io.lbdirector.abi.Outcome;
import io.lbdirector.bpf.LeakCheck;
import io.lbdirector.dataplane.CounterReader.Count;
import io.lbdirector.director.BackendQuery;
import io.lbdirector.director.CheckTunnel;
import io.lbdirector.forwarding.IpAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** A director asks the programs of real backends what they have counted. */
@Timeout(300)
@ExtendWith(LeakCheck.class)
final class BackendQueryNetnsTest {
  private static final Duration LONG = Duration.ofSeconds(20);

  /** Bytes of a frame with an echo of ours in it, by which it is counted. */
  private static final long ECHO_BYTES = 14 + 20 + 8 + 8 + 20 + 8 + 8;

  private static Lab lab;
  private static BackendQuery query;

  @BeforeAll
  static void lay() throws Exception {
    lab = Lab.serving();
    query = lab.own(lab.director().namespace().call(() -> new BackendQuery(Abi.GUE_PORT)));
  }

  @AfterAll
  static void remove() {
    lab.close();
  }

  private static Optional<Map<Outcome, Count>> ask(IpAddress backend, IpAddress vip)
      throws Exception {
    return query.ask(backend, vip).get(20, TimeUnit.SECONDS);
  }

  /** Packets of IPv4 that the backend accepts one by one, as they are sent. */
  private static void sendEchoes(IpAddress backend, int count) throws Exception {
    try (CheckTunnel tunnel =
        new CheckTunnel(List.of("eth0"), Abi.GUE_PORT, List.of(lab.director().ipv4()))) {
      for (int i = 0; i < count; i++) {
        lab.director()
            .namespace()
            .call(() -> tunnel.echo(backend, Lab.VIP4, LONG))
            .get(20, TimeUnit.SECONDS);
      }
    }
  }

  @Test
  void shouldTellWhatEachBackendHasCounted() throws Exception {
    int sent = 0;
    for (Lab.Host backend : lab.backends()) {
      sendEchoes(backend.ipv4(), ++sent);
    }
    int counted = 0;
    for (Lab.Host backend : lab.backends()) {
      counted++;
      for (IpAddress address : List.of(backend.ipv4(), backend.ipv6())) {
        Map<Outcome, Count> counts = ask(address, Lab.VIP4).orElseThrow();
        assertEquals(EnumSet.range(Outcome.PASSED, Outcome.REFUSED_ECN), counts.keySet());
        assertEquals(new Count(counted, counted * ECHO_BYTES), counts.get(Outcome.STATELESS));
        assertEquals(new Count(0, 0), counts.get(Outcome.SYN));
        assertEquals(new Count(0, 0), ask(address, Lab.VIP6).orElseThrow().get(Outcome.STATELESS));
      }
    }
  }

  @Test
  void shouldAskManyAtOnce() throws Exception {
    List<CompletableFuture<Optional<Map<Outcome, Count>>>> answers = new ArrayList<>();
    for (int i = 0; i < 1000; i++) {
      Lab.Host backend = lab.backends().get(i % 3);
      answers.add(query.ask(i % 2 == 0 ? backend.ipv4() : backend.ipv6(), Lab.VIP6));
    }
    for (CompletableFuture<Optional<Map<Outcome, Count>>> answer : answers) {
      assertTrue(answer.get(20, TimeUnit.SECONDS).isPresent());
    }
  }

  @Test
  void shouldHearNothingWhereThereIsNoProgram() throws Exception {
    for (IpAddress address : List.of(lab.client1().ipv4(), lab.client1().ipv6())) {
      assertEquals(Optional.empty(), ask(address, Lab.VIP4));
    }
  }
}
