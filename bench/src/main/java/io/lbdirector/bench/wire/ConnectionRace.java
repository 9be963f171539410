package io.lbdirector.bench.wire;

import io.lbdirector.bench.harness.Numbers;
import io.lbdirector.bench.harness.Report.Finding;
import io.lbdirector.bench.harness.Series;
import io.lbdirector.bench.harness.VoidRunException;
import io.lbdirector.bench.lab.Host;
import io.lbdirector.forwarding.IpAddress;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/** TCP connections to the VIP, by turns through the director and straight to the backend. */
final class ConnectionRace {
  static final int PORT = 443;
  private static final int TIMEOUT_MS = 20_000;
  private static final int ANSWER = 1; // byte, to a request or a whole upload
  private static final int KEPT_REQUESTS = 500; // of a sample
  private static final int NEW_CONNECTIONS = 100; // of a sample
  private static final int BUFFER = 1 << 16;

  private final Host client;
  private final IpAddress vip;
  private final EchoServer server;
  private final LongSupplier forwarded;
  private final int transferBytes;
  private final Map<String, Series> series = new LinkedHashMap<>();

  /** What a sample times, all of it on connections from the client to the VIP. */
  private interface Load {
    void run(ConnectionRace race) throws IOException;
  }

  /** Kinds of load, and how many operations one sample of each has. */
  private enum Kind {
    UPLOAD("upload", ConnectionRace::upload),
    DOWNLOAD("download", ConnectionRace::download),
    REQUESTS("requests", ConnectionRace::requests),
    CONNECTIONS("connections", ConnectionRace::connections);

    private final String label;
    private final Load load;

    Kind(String label, Load load) {
      this.label = label;
      this.load = load;
    }
  }

  /** The two ways, the base of ratios first. */
  private enum Way {
    DIRECT,
    DIRECTOR;

    private String label() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /**
   * @param server listens on the backend, port 443
   * @param forwarded what the director has forwarded so far
   * @param transferBytes of an upload or download
   */
  ConnectionRace(
      Host client, IpAddress vip, EchoServer server, LongSupplier forwarded, int transferBytes) {
    this.client = client;
    this.vip = vip;
    this.server = server;
    this.forwarded = forwarded;
    this.transferBytes = transferBytes;
    for (Kind kind : Kind.values()) {
      for (Way way : Way.values()) {
        String name = name(kind, way);
        series.put(name, new Series(name, operations(kind)));
      }
    }
  }

  private static String name(Kind kind, Way way) {
    return "tcp-" + kind.label + "." + way.label();
  }

  private int operations(Kind kind) {
    return switch (kind) {
      case UPLOAD, DOWNLOAD -> transferBytes;
      case REQUESTS -> KEPT_REQUESTS;
      case CONNECTIONS -> NEW_CONNECTIONS;
    };
  }

  /**
   * Races; the round before the first warms up.
   *
   * @param turn turns the router's route to the VIP: true, to the director
   */
  void run(int rounds, Consumer<Boolean> turn) {
    for (int round = 0; round <= rounds; round++) {
      for (int i = 0; i < Way.values().length; i++) {
        Way way = Way.values()[(round + i) % Way.values().length];
        turn.accept(way == Way.DIRECTOR);
        for (Kind kind : Kind.values()) {
          long nanos = timed(kind, way);
          if (round > 0) {
            series.get(name(kind, way)).add(round, nanos);
          }
        }
      }
    }
  }

  private long timed(Kind kind, Way way) {
    long receivedBefore = server.received();
    long connectionsBefore = server.connections();
    long forwardedBefore = forwarded.getAsLong();
    long start = System.nanoTime();
    client.call(
        () -> {
          kind.load.run(this);
          return null;
        });
    long nanos = System.nanoTime() - start;
    String name = name(kind, way);
    require(
        name + ", bytes sent",
        kind == Kind.UPLOAD ? transferBytes : 0,
        server.received() - receivedBefore);
    require(
        name + ", connections",
        kind == Kind.CONNECTIONS ? NEW_CONNECTIONS : 1,
        server.connections() - connectionsBefore);
    requireWay(name, way, kind, forwarded.getAsLong() - forwardedBefore);
    return nanos;
  }

  /** Each request is a packet at least, through the director or not. */
  private void requireWay(String name, Way way, Kind kind, long packets) {
    boolean isBulk = kind == Kind.UPLOAD || kind == Kind.DOWNLOAD;
    long least = way == Way.DIRECT ? 0 : isBulk ? 1 : operations(kind);
    if (packets < least || way == Way.DIRECT && packets > 0) {
      throw new VoidRunException(
          name, packets + " packets passed the director, not " + (least == 0 ? "0" : least + "+"));
    }
  }

  private static void require(String what, long expected, long actual) {
    if (expected != actual) {
      throw new VoidRunException(what, actual + ", not " + expected);
    }
  }

  private Socket connect() throws IOException {
    Socket socket = SocketChannel.open().socket();
    try {
      socket.setSoTimeout(TIMEOUT_MS);
      socket.setTcpNoDelay(true);
      InetAddress address = InetAddress.getByAddress(vip.toBytes());
      socket.connect(new InetSocketAddress(address, PORT), TIMEOUT_MS);
      return socket;
    } catch (IOException e) {
      socket.close();
      throw new IOException("connect to " + vip + ": " + e.getMessage(), e);
    }
  }

  private static void request(Socket socket, long follow, long wanted) throws IOException {
    byte[] buffer = new byte[BUFFER];
    DataOutputStream out = new DataOutputStream(socket.getOutputStream());
    byte[] head = ByteBuffer.allocate(16).putLong(follow).putLong(wanted).array();
    out.write(head);
    for (long left = follow; left > 0; left -= BUFFER) {
      out.write(buffer, 0, (int) Math.min(left, BUFFER));
    }
    EchoServer.skip(socket.getInputStream(), wanted, buffer);
  }

  private void upload() throws IOException {
    try (Socket socket = connect()) {
      request(socket, transferBytes, ANSWER);
    }
  }

  private void download() throws IOException {
    try (Socket socket = connect()) {
      request(socket, 0, transferBytes);
    }
  }

  private void requests() throws IOException {
    try (Socket socket = connect()) {
      for (int i = 0; i < KEPT_REQUESTS; i++) {
        request(socket, 0, ANSWER);
      }
    }
  }

  private void connections() throws IOException {
    for (int i = 0; i < NEW_CONNECTIONS; i++) {
      try (Socket socket = connect()) {
        request(socket, 0, ANSWER);
      }
    }
  }

  List<Series> series() {
    return List.copyOf(series.values());
  }

  private Series of(Kind kind, Way way) {
    return series.get(name(kind, way));
  }

  /** One line for the person who waits. */
  String summary() {
    List<String> all = new ArrayList<>();
    for (Kind kind : Kind.values()) {
      all.add(kind.label + " " + ratio(kind));
    }
    return "TCP, times the direct way's rate: " + String.join(", ", all);
  }

  /** Rate through the director as part of that of the direct way. */
  private String ratio(Kind kind) {
    return Numbers.ratio(of(kind, Way.DIRECT).medianRatioTo(of(kind, Way.DIRECTOR)));
  }

  Finding finding() {
    List<List<String>> rows = new ArrayList<>();
    for (Kind kind : Kind.values()) {
      rows.add(List.of(words(kind), rate(kind, Way.DIRECT), rate(kind, Way.DIRECTOR), ratio(kind)));
    }
    return new Finding(
        "TCP connections, one after another",
        List.of("", "without a director", "through the director", "ratio"),
        rows);
  }

  private String words(Kind kind) {
    return switch (kind) {
      case UPLOAD -> "upload of " + (transferBytes >> 20) + " MiB, MB/s";
      case DOWNLOAD -> "download of " + (transferBytes >> 20) + " MiB, MB/s";
      case REQUESTS -> "requests a second on one connection";
      case CONNECTIONS -> "connections a second, with a request each";
    };
  }

  private String rate(Kind kind, Way way) {
    double nanos = of(kind, way).medianOfRounds();
    boolean isBulk = kind == Kind.UPLOAD || kind == Kind.DOWNLOAD;
    return isBulk ? Numbers.count(Math.round(1e3 / nanos)) : Numbers.count(Math.round(1e9 / nanos));
  }
}
