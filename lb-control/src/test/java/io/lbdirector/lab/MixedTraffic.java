package io.lbdirector.lab;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;

/**
 * What a director may have to carry, all at once, over IPv4 and IPv6: connections that talk, others
 * that are opened and closed, uploads, downloads, datagrams. None of it may be lost.
 */
final class MixedTraffic implements AutoCloseable {
  /** The ports that {@link #binds} binds. */
  private static final List<Integer> TCP = BackendServers.TCP_PORTS;

  private static final int STREAMS = 6;
  private static final int OF_EACH_FAMILY = 4; // Flows gives out both of two clients in turn
  private static final long PAUSE_NANOS = 20_000_000;
  private static final int DATAGRAMS = 1000;
  private static final byte[] HELLO = {1, 2, 3, 4};

  private final Lab lab;
  private final Flows flows;
  private final DropCounters before;
  private final Set<Connection> held = new HashSet<>();
  private final Deque<AutoCloseable> owned = new ArrayDeque<>();
  private final EchoLoad echoes;
  private final List<Upload> uploads = new ArrayList<>();
  private final List<Download> downloads = new ArrayList<>();
  private final DatagramStream datagrams;
  private final Background openings;

  private MixedTraffic(Lab lab, Flows flows, int connections, long seed) throws Exception {
    this.lab = lab;
    this.flows = flows;
    this.before = DropCounters.read(lab);
    try {
      echoes = own(EchoLoad.start(take(connections, BackendServers.ECHO)));
      for (int i = 0; i < OF_EACH_FAMILY; i++) {
        uploads.add(own(Upload.start(take(1, BackendServers.DIGEST).get(0), seed + i)));
        downloads.add(own(Download.start(take(1, BackendServers.ENDLESS).get(0))));
      }
      datagrams = own(DatagramStream.start(lab, take(STREAMS, DatagramStream.PORT)));
      openings = own(Background.start("connections opened and closed", this::openAndClose));
    } catch (Exception | Error e) {
      close();
      throw e;
    }
  }

  /**
   * Begins.
   *
   * @param flows used by the traffic alone until it is finished
   * @param connections that talk all the time
   * @param seed of what is uploaded
   */
  static MixedTraffic start(Lab lab, Flows flows, int connections, long seed) throws Exception {
    return new MixedTraffic(lab, flows, connections, seed);
  }

  /** The binds that it needs. */
  static TableText binds(TableText table) {
    TCP.forEach(port -> table.bind("tcp", port));
    return table.bind("udp", DatagramStream.PORT);
  }

  private List<Connection> take(int count, int port) {
    List<Connection> taken = flows.take(count, port, connection -> true);
    held.addAll(taken);
    return taken;
  }

  private <T extends AutoCloseable> T own(T part) {
    owned.push(part);
    return part;
  }

  private void openAndClose() throws Exception {
    Connection connection = flows.next(BackendServers.ECHO, c -> !held.contains(c));
    try (Socket socket = connection.connect()) {
      socket.setSoLinger(true, 0); // its port may come again
      socket.getOutputStream().write(HELLO);
      int length = socket.getInputStream().readNBytes(HELLO.length).length;
      assertEquals(HELLO.length, length, connection + ": bytes that came back");
    }
    LockSupport.parkNanos(PAUSE_NANOS);
  }

  /**
   * Waits until all of it has got on.
   *
   * @throws AssertionError if some of it is broken
   */
  void awaitProgress() throws Exception {
    echoes.awaitMessages(2);
    for (Upload upload : uploads) {
      upload.awaitChunks(1);
    }
    for (Download download : downloads) {
      download.awaitChunks(1);
    }
    datagrams.awaitSent(DATAGRAMS);
    openings.awaitRounds(1);
  }

  long datagramsSent() {
    return datagrams.sent();
  }

  /**
   * Ends all of it.
   *
   * @param story for the message, when something was lost
   */
  void finish(String story) throws Exception {
    openings.finish();
    datagrams.finish();
    for (Upload upload : uploads) {
      upload.finish();
    }
    for (Download download : downloads) {
      download.finish();
    }
    echoes.finish();
    assertEquals(0, datagrams.missing(), () -> "datagrams lost; " + story + ", " + dropped());
  }

  private String dropped() {
    try {
      return "dropped in the lab: " + DropCounters.read(lab).since(before);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public String toString() {
    return "%,d datagrams, %,d connections opened, %,d MB up, %,d MB down"
        .formatted(
            datagrams.sent(),
            openings.rounds(),
            uploads.stream().mapToLong(Upload::bytes).sum() >> 20,
            downloads.stream().mapToLong(Download::bytes).sum() >> 20);
  }

  @Override
  public void close() throws Exception {
    while (!owned.isEmpty()) {
      owned.pop().close();
    }
  }
}
