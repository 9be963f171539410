package io.lbdirector.bench.control;

import static io.lbdirector.bench.harness.VoidRunException.requireEqual;

import io.lbdirector.bench.harness.Series;
import io.lbdirector.bench.harness.VoidRunException;
import io.lbdirector.bench.lab.Launcher;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** How long {@code lbctl} takes from the shell's point of view, by turns with a bare JVM. */
record CommandRun(Series lbctl, Series jvm) {
  private static final String JAVA = System.getProperty("java.home") + "/bin/java";

  static CommandRun of(int rounds) {
    CommandRun run = new CommandRun(new Series("lbctl-tables", 1), new Series("bare-jvm", 1));
    try {
      Path folder = Files.createTempDirectory("lb-bench-cli");
      Path socket = folder.resolve("s");
      try (ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
        server.bind(UnixDomainSocketAddress.of(socket));
        Thread answering = new Thread(() -> answer(server), "bench-answers");
        answering.setDaemon(true);
        answering.start();
        List<String> lbctl = List.of(Launcher.of("lbctl"), "--socket", socket.toString(), "tables");
        for (int i = 1; i <= rounds; i++) {
          run.lbctl.add(i, time(lbctl));
          run.jvm.add(i, time(List.of(JAVA, "-XX:TieredStopAtLevel=1", "-version")));
        }
      } finally {
        Files.deleteIfExists(socket);
        Files.delete(folder);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return run;
  }

  private static long time(List<String> command) throws IOException {
    long begun = System.nanoTime();
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    byte[] output = process.getInputStream().readAllBytes();
    try {
      int exit = process.waitFor();
      long nanos = System.nanoTime() - begun;
      requireEqual(
          String.join(" ", command) + " said " + new String(output, StandardCharsets.UTF_8),
          "exit code",
          0,
          exit);
      return nanos;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new VoidRunException("lbctl", "interrupted");
    }
  }

  /** A daemon that takes no time: what is measured is the command. */
  private static void answer(ServerSocketChannel server) {
    byte[] answer =
        "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n[]".getBytes(StandardCharsets.US_ASCII);
    while (server.isOpen()) {
      try (SocketChannel client = server.accept()) {
        client.read(ByteBuffer.allocate(8192));
        client.write(ByteBuffer.wrap(answer));
      } catch (IOException e) {
        return; // closed
      }
    }
  }
}
