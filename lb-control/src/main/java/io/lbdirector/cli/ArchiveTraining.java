package io.lbdirector.cli;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/**
 * Runs every command once at build time, against answers made up here, so that the JVM can list the
 * classes that lbctl needs. {@code make-cds} turns the list into the archive that makes it start
 * fast. Not part of any command.
 */
final class ArchiveTraining {
  private static final String BIND =
      "{\"bind\":\"tcp 192.0.2.1:80\",\"table\":\"web\",\"packets\":1234,\"bytes\":5678}";
  private static final String BACKEND =
      "{\"address\":\"192.0.2.2\",\"health\":\"up\",\"packets\":1,\"bytes\":2,\"tables\":[\"web\"]}";
  private static final String TABLE =
      "{\"name\":\"web\",\"algorithm\":\"rendezvous\",\"encapsulation\":\"gue\",\"hops\":2,"
          + "\"hash_fields\":[\"src_addr\"],\"digest\":\"00\",\"slot\":1,"
          + "\"balance\":{\"limit_percent\":2.0,\"relaxed\":false,"
          + "\"busiest\":{\"backend\":\"192.0.2.2\",\"above_due_percent\":0.0},"
          + "\"idlest\":{\"backend\":\"192.0.2.2\",\"above_due_percent\":0.0}},\"binds\":["
          + BIND
          + "],\"backends\":[{\"address\":\"192.0.2.2\",\"state\":\"draining\",\"file_state\":\"active\",\"health\":\"up\","
          + "\"weight\":1,\"rows\":65536,\"rows_percent\":100.0,\"due_percent\":100.0}]}";
  private static final String OVERRIDE =
      "{\"table\":\"web\",\"backend\":\"192.0.2.2\",\"state\":\"draining\",\"file_state\":\"active\","
          + "\"set_at\":\"t\",\"set_by\":\"root\"}";
  private static final String STATUS =
      "{\"version\":\"1\",\"instance\":\"default\",\"pid\":1,\"generation\":1,\"config\":\"f\","
          + "\"confirm_by\":\"t\",\"started_at\":\"t\",\"published_at\":\"t\",\"adopted\":false,\"ready\":true,"
          + "\"ready_reason\":\"forwarding\",\"tables\":1,\"binds\":1,\"backends\":1,"
          + "\"interfaces\":[{\"name\":\"eth0\",\"mode\":\"native\",\"up\":true,\"mtu\":1500,"
          + "\"mac\":\"m\",\"gateway\":\"g\",\"gateway_mac\":\"m\",\"gateway_state\":\"s\","
          + "\"gateway6\":\"\",\"gateway6_mac\":\"\",\"gateway6_state\":\"unused\"}],"
          + "\"overrides\":["
          + OVERRIDE
          + "],"
          + "\"warnings\":[\"a warning\"]}";
  private static final String COUNTERS =
      "{\"generation\":1,\"total\":{\"packets\":1,\"bytes\":1},\"verdicts\":{\"v\":{\"packets\":1,"
          + "\"bytes\":1,\"normal\":true,\"meaning\":\"m\"}},\"binds\":["
          + BIND
          + "],\"backends\":["
          + BACKEND
          + "]}";
  private static final String RELOADED =
      "{\"generation\":2,\"changed\":true,\"tables_built\":1,\"rows_moved\":2,\"rows_minimum\":2,"
          + "\"rows_rescued\":1,\"rows_lost\":1,\"traffic_percent\":1.5,\"tables\":[{"
          + "\"table\":\"web\",\"change\":\"changed\",\"encapsulation\":\"gue to ipip\","
          + "\"backends_added\":[\"a\"],\"backends_removed\":[\"a\"],"
          + "\"states_changed\":[\"a\"],\"binds_added\":[\"a\"],\"binds_removed\":[\"a\"],\"rows_moved\":2,\"rows_minimum\":2,"
          + "\"rows_rescued\":1,\"rows_lost\":1}],"
          + "\"confirm_by\":\"t\",\"warnings\":[]}";
  private static final String HEALTH =
      "{\"frozen\":true,\"stalled_seconds\":1,\"tables\":[{\"table\":\"web\","
          + "\"max_down_percent\":50,\"down\":1,\"panic\":true,\"checks\":[{"
          + "\"backend\":\"192.0.2.2\",\"check\":\"tcp :80\",\"health\":\"up\","
          + "\"since\":\"2026-01-02T03:04:05Z\",\"last_result\":\"r\",\"latency_micros\":1,"
          + "\"in_a_row\":1}]}]}";
  private static final String BPF =
      "{\"folder\":\"f\",\"layout\":\"layout-1\",\"pins\":[{\"pin\":\"p\",\"kind\":\"map\",\"id\":1,"
          + "\"name\":\"n\",\"type\":\"array\",\"entries\":1,\"memory_bytes\":4096,\"use\":\"live\"}],"
          + "\"unpinned\":[]}";
  private static final String OUTCOMES =
      "{\"table\":\"web\",\"backend\":\"192.0.2.2\",\"answered\":true,"
          + "\"outcomes\":{\"known\":{\"packets\":1,\"bytes\":1}}}";
  private static final String STATE_SET =
      "{\"generation\":2,\"changed\":true,\"table\":\"web\",\"backend\":\"192.0.2.2\","
          + "\"state\":\"draining\",\"file_state\":\"active\",\"rows_moved\":1,\"warnings\":[]}";

  private static final String GLB_TABLE =
      "{\"tables\":[{\"hash_key\":\"00112233445566778899aabbccddeeff\","
          + "\"seed\":\"00112233445566778899aabbccddeeff\","
          + "\"binds\":[{\"ip\":\"192.0.2.1\",\"proto\":\"tcp\",\"port\":80}],"
          + "\"backends\":[{\"ip\":\"192.0.2.2\",\"state\":\"active\",\"healthy\":true}]}]}";
  private static final String GLB_DIRECTOR =
      "{\"outbound_src_ip\":\"192.0.2.3\",\"outbound_gateway_mac\":\"02:00:00:00:00:01\"}";

  private static final Map<String, String> ANSWERS =
      Map.ofEntries(
          Map.entry("/v1/status", STATUS),
          Map.entry("/v1/health", HEALTH),
          Map.entry("/v1/bpf", BPF),
          Map.entry("/v1/tables", "[" + TABLE + "]"),
          Map.entry("/v1/tables/web", TABLE),
          Map.entry("/v1/backends", "[" + BACKEND + "]"),
          Map.entry("/v1/counters", COUNTERS),
          Map.entry("/v1/reload", RELOADED),
          Map.entry("/v1/rollback", RELOADED),
          Map.entry("/v1/confirm", STATUS),
          Map.entry("/v1/tables/web/backends/192.0.2.2/outcomes", OUTCOMES),
          Map.entry("/v1/tables/web/backends/192.0.2.2/state", STATE_SET));

  private static final String EVENT =
      "id: 1\nevent: generation\n"
          + "data: {\"id\":1,\"at\":\"t\",\"type\":\"generation\",\"message\":\"m\",\"details\":{}}\n\n";

  private ArchiveTraining() {}

  /**
   * @param args a config file that is good
   */
  public static void main(String[] args) throws IOException {
    String config = args[0];
    Path folder = Files.createTempDirectory("lbctl-training");
    Path socket = folder.resolve("s");
    try (ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      server.bind(UnixDomainSocketAddress.of(socket));
      Thread answering = new Thread(() -> answer(server), "training");
      answering.setDaemon(true);
      answering.start();
      for (String command :
          new String[] {
            "status",
            "health",
            "bpf",
            "tables",
            "table web",
            "backends",
            "counters",
            "drain web 192.0.2.2",
            "drain web 192.0.2.2 --over 1s --wait --quiet 1ms",
            "fill web 192.0.2.2 --share 35%",
            "confirm --output json",
            "rollback"
          }) {
        train(socket, command.split(" "));
      }
      listen(socket);
      train(socket, "plan", config);
      train(socket, "reload", config, "--confirm", "1m");
      train(socket, "top", "--count", "1", "--interval", "100ms", "--output", "json");
      train(socket, "check", config);
      trainImport(socket, folder);
      train(socket, "--help");
      train(socket, "status", "--help");
      train(socket, "status", "--output", "json");
    } finally {
      Files.deleteIfExists(socket);
      Files.delete(folder);
    }
  }

  private static void trainImport(Path socket, Path folder) throws IOException {
    Path table = Files.writeString(folder.resolve("t"), GLB_TABLE);
    Path director = Files.writeString(folder.resolve("d"), GLB_DIRECTOR);
    Path output = folder.resolve("o");
    String glb = "import glb --table=" + table + " --director=" + director + " --interface=e";
    train(socket, (glb + " --output=" + output).split(" "));
    for (Path file : new Path[] {table, director, output}) {
      Files.delete(file);
    }
  }

  private static void train(Path socket, String... command) {
    PrintStream nowhere = new PrintStream(OutputStream.nullOutputStream());
    Map<String, String> environment = Map.of("LB_SOCKET", socket.toString());
    Console console =
        new Console(InputStream.nullInputStream(), nowhere, System.err, environment, true);
    int code = Lbctl.run(console, command);
    if (code != ExitCode.DONE) {
      throw new IllegalStateException(String.join(" ", command) + " exits with " + code);
    }
  }

  /** A command that ends when the daemon does, which it says in vain. */
  private static void listen(Path socket) {
    PrintStream nowhere = new PrintStream(OutputStream.nullOutputStream());
    Map<String, String> environment = Map.of("LB_SOCKET", socket.toString());
    Console console =
        new Console(InputStream.nullInputStream(), nowhere, nowhere, environment, true);
    int code = Lbctl.run(console, "events");
    if (code != ExitCode.UNREACHABLE) {
      throw new IllegalStateException("events exits with " + code);
    }
  }

  private static void answer(ServerSocketChannel server) {
    try {
      while (server.isOpen()) {
        try (SocketChannel client = server.accept()) {
          answer(client);
        }
      }
    } catch (IOException e) {
      // The training is over, or its commands will say that it broke.
    }
  }

  /** Reads no further than it must: the request line names the answer. */
  private static void answer(SocketChannel client) throws IOException {
    ByteBuffer request = ByteBuffer.allocate(1 << 20);
    client.read(request);
    String line = StandardCharsets.US_ASCII.decode(request.flip()).toString();
    String path = line.split("[ ?]")[1];
    String rest = path.equals("/v1/events") ? inOneChunk(EVENT) : byLength(ANSWERS.get(path));
    client.write(StandardCharsets.US_ASCII.encode("HTTP/1.1 200 OK\r\n" + rest));
  }

  private static String byLength(String body) {
    return "Content-Length: " + body.length() + "\r\n\r\n" + body;
  }

  private static String inOneChunk(String body) {
    String size = Integer.toHexString(body.length());
    return "Transfer-Encoding: chunked\r\n\r\n" + size + "\r\n" + body + "\r\n0\r\n\r\n";
  }
}
