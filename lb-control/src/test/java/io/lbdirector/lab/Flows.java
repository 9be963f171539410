package io.lbdirector.lab;

import io.lbdirector.forwarding.IpAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/**
 * Makes connections, each of a source port of its own: of client1 and client2, over IPv4 and IPv6,
 * in turn. For one thread.
 */
final class Flows {
  /** Below the ports that Linux gives out by itself. */
  private static final int FIRST_PORT = 10_000;

  private static final int LAST_PORT = 32_000;

  private final Lab lab;
  private int next;

  Flows(Lab lab) {
    this.lab = lab;
  }

  Connection next(int port) {
    return next(port, connection -> true);
  }

  /** The next to {@code port} that is wanted. Source ports come again when all were used. */
  Connection next(int port, Predicate<Connection> wanted) {
    while (true) {
      int turn = next++;
      Lab.Host client = turn % 2 == 0 ? lab.client1() : lab.client2();
      IpAddress vip = turn / 2 % 2 == 0 ? Lab.VIP4 : Lab.VIP6;
      int sourcePort = FIRST_PORT + turn / 4 % (LAST_PORT - FIRST_PORT);
      Connection connection = new Connection(client, sourcePort, vip, port);
      if (wanted.test(connection)) {
        return connection;
      }
    }
  }

  List<Connection> take(int count, int port, Predicate<Connection> wanted) {
    List<Connection> connections = new ArrayList<>();
    while (connections.size() < count) {
      connections.add(next(port, wanted));
    }
    return connections;
  }
}
