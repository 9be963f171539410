package io.lbdirector.director;

import static io.lbdirector.director.ConfigText.DIRECTOR;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.lbdirector.config.DirectorConfig;
import io.lbdirector.dataplane.DesiredState.Quic;
import io.lbdirector.forwarding.Backend;
import io.lbdirector.forwarding.BackendState;
import io.lbdirector.forwarding.Bind;
import io.lbdirector.forwarding.IpAddress;
import io.lbdirector.forwarding.Protocol;
import io.lbdirector.health.Health;
import io.lbdirector.packet.Actors;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import org.junit.jupiter.api.Test;

class QuicServersTest {
  private static final IpAddress A = Actors.backend(1);
  private static final IpAddress B = Actors.backend(2);
  private static final IpAddress C = Actors.backend(3);
  private static final DirectorConfig.Table TABLE =
      ConfigText.config(
              DIRECTOR
                  + ConfigText.table("quic", "203.0.113.10", "10.0.1.1")
                  + "quic_id = 0\n"
                  + "[[table.backend]]\nip = \"10.0.1.2\"\nquic_id = 65535\n"
                  + "[[table.backend]]\nip = \"10.0.1.3\"\n"
                  + "[[table.bind]]\nip = \"203.0.113.10\"\nproto = \"udp\"\nport = 443\n"
                  + "flow = \"quic\"\n")
          .tables()
          .get(0);

  private static List<Backend> pool(BackendState stateOfA) {
    Backend a = new Backend(A, stateOfA, OptionalInt.empty(), 1);
    return List.of(a, Backend.active(B), Backend.active(C));
  }

  private static TableVerdict verdict(Set<IpAddress> down, int maxDownPercent) {
    return TableVerdict.of(
        pool(BackendState.ACTIVE),
        backend -> down.contains(backend.address()) ? Health.DOWN : Health.UP,
        maxDownPercent);
  }

  private static Map<Integer, IpAddress> servers(BackendState stateOfA, TableVerdict verdict) {
    return QuicServers.of(TABLE, pool(stateOfA), verdict).servers();
  }

  @Test
  void shouldTakeIdsAndBindsFromTheConfig() {
    Quic quic = QuicServers.of(TABLE, pool(BackendState.ACTIVE), TableVerdict.UNCHECKED);
    assertEquals(Set.of(Bind.exact(Actors.VIP, Protocol.UDP, 443)), quic.binds());
    assertEquals(Map.of(0, A, 65_535, B), quic.servers());
  }

  @Test
  void shouldNameThoseThatDrainOrFill() {
    Map<Integer, IpAddress> both = Map.of(0, A, 65_535, B);
    assertEquals(both, servers(BackendState.DRAINING, TableVerdict.UNCHECKED));
    assertEquals(both, servers(BackendState.FILLING, TableVerdict.UNCHECKED));
    Backend little = Backend.active(A).filling(OptionalInt.of(1));
    List<Backend> pool = List.of(little, Backend.active(B), Backend.active(C));
    assertEquals(both, QuicServers.of(TABLE, pool, TableVerdict.UNCHECKED).servers());
  }

  @Test
  void shouldNotNameThoseThatAreInactiveOrDown() {
    Map<Integer, IpAddress> onlyB = Map.of(65_535, B);
    assertEquals(onlyB, servers(BackendState.INACTIVE, TableVerdict.UNCHECKED));
    assertEquals(onlyB, servers(BackendState.ACTIVE, verdict(Set.of(A), 50)));
    assertEquals(onlyB, servers(BackendState.DRAINING, verdict(Set.of(A), 50)));
  }

  @Test
  void shouldNameAllInAPanic() {
    TableVerdict panic = verdict(Set.of(A, B), 50);
    assertEquals(Map.of(0, A, 65_535, B), servers(BackendState.ACTIVE, panic));
  }
}
