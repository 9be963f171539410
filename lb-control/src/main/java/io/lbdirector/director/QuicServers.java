package io.lbdirector.director;

import io.lbdirector.config.DirectorConfig;
import io.lbdirector.config.DirectorConfig.TableBackend;
import io.lbdirector.config.DirectorConfig.TableBind;
import io.lbdirector.dataplane.DesiredState.Quic;
import io.lbdirector.forwarding.Backend;
import io.lbdirector.forwarding.BackendState;
import io.lbdirector.forwarding.Bind;
import io.lbdirector.forwarding.IpAddress;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Which backends the server id in a QUIC connection id may name: all but those that are inactive or
 * down. One that drains keeps the connections that name it, and one that fills has them at once,
 * whatever its share of the rows. To one that is down they are lost either way, for a datagram has
 * no second hop; anybody else may at least tell the client so.
 */
final class QuicServers {
  private QuicServers() {}

  /**
   * @param pool of the table, in the states in force
   */
  static Quic of(DirectorConfig.Table table, List<Backend> pool, TableVerdict verdict) {
    Set<Bind> binds =
        table.binds().stream()
            .filter(TableBind::quic)
            .map(TableBind::bind)
            .collect(Collectors.toSet());
    Set<IpAddress> candidates =
        pool.stream()
            .filter(backend -> backend.state() != BackendState.INACTIVE)
            .map(Backend::address)
            .collect(Collectors.toSet());
    candidates.removeAll(verdict.unfit());
    Map<Integer, IpAddress> servers = new HashMap<>();
    for (TableBackend backend : table.backends()) {
      IpAddress address = backend.backend().address();
      if (candidates.contains(address)) {
        backend.quicId().ifPresent(id -> servers.put(id, address));
      }
    }
    return new Quic(binds, servers);
  }
}
