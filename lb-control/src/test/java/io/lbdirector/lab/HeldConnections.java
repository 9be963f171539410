package io.lbdirector.lab;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/**
 * Connections that are held and used while the pool changes: echoes, and uploads over IPv4 and
 * IPv6. Each belongs to the backend that was its primary when it was opened.
 */
final class HeldConnections implements AutoCloseable {
  private static final int UPLOAD_SEED = 2;

  private final Pool pool;
  private final Flows flows;
  private final Map<Connection, Lab.Host> owners = new LinkedHashMap<>();
  private final List<EchoLoad> echoes = new ArrayList<>();
  private final List<Upload> uploads = new ArrayList<>();

  HeldConnections(Pool pool, Flows flows) {
    this.pool = pool;
    this.flows = flows;
  }

  /** Opens more echoes, to backends that are wanted. */
  void openEchoes(int count, Predicate<Lab.Host> wanted) throws Exception {
    List<Connection> more =
        flows.take(count, BackendServers.ECHO, c -> wanted.test(pool.primary(c)));
    more.forEach(connection -> owners.put(connection, pool.primary(connection)));
    echoes.add(EchoLoad.start(more));
  }

  /** Opens an upload over each family, to backends that are wanted. */
  void openUploads(Predicate<Lab.Host> wanted) throws Exception {
    for (Object vip : List.of(Lab.VIP4, Lab.VIP6)) {
      Connection upload =
          flows.next(
              BackendServers.DIGEST, c -> c.vip().equals(vip) && wanted.test(pool.primary(c)));
      owners.put(upload, pool.primary(upload));
      uploads.add(Upload.start(upload, UPLOAD_SEED));
    }
  }

  /** How many have {@code backend} as their primary now. */
  long ledBy(Lab.Host backend) {
    return owners.keySet().stream().filter(c -> pool.primary(c).equals(backend)).count();
  }

  /**
   * Waits until every connection has carried more.
   *
   * @throws AssertionError if one is broken, or its owner is in its row no more
   */
  void awaitProgress() throws Exception {
    owners.forEach(
        (connection, owner) ->
            assertTrue(
                pool.hops(connection).contains(owner),
                () -> connection + " belongs to " + owner + ", hops: " + pool.hops(connection)));
    for (EchoLoad load : echoes) {
      load.awaitMessages(2);
    }
    for (Upload upload : uploads) {
      upload.awaitChunks(1);
    }
  }

  /**
   * Ends the talk; all stay open.
   *
   * @throws AssertionError if a connection was broken, or an upload did not arrive as it was sent
   */
  void finish() throws Exception {
    for (EchoLoad load : echoes) {
      load.finish();
    }
    for (Upload upload : uploads) {
      upload.finish();
    }
  }

  @Override
  public void close() throws Exception {
    for (EchoLoad load : echoes) {
      load.close();
    }
    for (Upload upload : uploads) {
      upload.close();
    }
  }
}
