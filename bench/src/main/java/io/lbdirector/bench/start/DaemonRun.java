package io.lbdirector.bench.start;

import io.lbdirector.bench.director.ConfigText;
import io.lbdirector.bench.harness.Series;
import io.lbdirector.bench.harness.VoidRunException;
import io.lbdirector.bench.lab.Host;
import io.lbdirector.bench.lab.Launcher;
import io.lbdirector.bench.lab.Network;
import io.lbdirector.bench.packet.BenchObjects;
import io.lbdirector.bench.packet.Traffic;
import io.lbdirector.bpf.BpfFs;
import io.lbdirector.bpf.BpfObject;
import io.lbdirector.bpf.BpfProgram;
import io.lbdirector.bpf.XdpLink;
import io.lbdirector.os.RawFrameSocket;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * Starts {@code bin/lbd} as a shell would, in a network where frames for a VIP come all the time,
 * and waits for the first that is forwarded.
 */
final class DaemonRun implements AutoCloseable {
  private static final int FLOWS = 1 << 10;
  private static final Duration BETWEEN_FRAMES = Duration.ofMillis(1);
  private static final Duration SILENCE = Duration.ofMillis(100);
  private static final Duration LONGEST_START = Duration.ofMinutes(2);
  private static final int LONGEST_STOP_SECONDS = 60;
  private static final int OUTER_PROTOCOL_AT = 14 + 9;
  private static final int OUTER_PORT_AT = 14 + 20 + 2;
  private static final int UDP = 17;
  private static final int GUE_PORT = 19_523;

  private final ConfigText text;
  private final Path folder;
  private final Path config;
  private final Path log;
  private final String instance = "bench-" + ProcessHandle.current().pid();
  private final Traffic traffic = Traffic.to(ConfigText.vip(0), 1, FLOWS);
  private final Network network;
  private final XdpLink routersProgram;
  private final RawFrameSocket link;
  private final Series cold;
  private final Series adopting;
  private long residentBytes;

  /**
   * @param text of the config that the daemon starts with
   */
  DaemonRun(ConfigText text) throws IOException {
    this.text = text;
    cold = new Series("cold-" + text.tables(), 1);
    adopting = new Series("adopting-" + text.tables(), 1);
    folder = Files.createTempDirectory("lb-bench-start");
    config = folder.resolve("forwarding.toml");
    log = folder.resolve("log");
    Files.write(config, text.toml(instance, folder));
    network = new Network(ConfigText.vip(0));
    Host router = network.router();
    // Without one at its own end, a veth lets no frame through that is sent by XDP at the other.
    try (BpfObject object = BenchObjects.open("bench_wire")) {
      object.load();
      try (BpfProgram pass = object.program("wire_pass")) {
        routersProgram = router.attach(pass, "director");
      }
    }
    int ifindex = router.ifindex("director");
    link = router.call(() -> RawFrameSocket.open(ifindex));
  }

  /**
   * Starts the daemon where nothing is left of it, ends it, and starts it again where its data
   * plane goes on.
   */
  void round(int number) {
    cold.add(number, start(true));
    adopting.add(number, start(false));
    BpfFs.unpinAll(pins());
    awaitNothingForwarded();
  }

  /**
   * From nothing to the first frame that is forwarded, or to the daemon's word that it is ready.
   */
  private long start(boolean isCold) {
    try {
      long begun = System.nanoTime();
      Process process = process();
      try {
        if (isCold) {
          awaitForwarded(process, begun);
        } else {
          awaitReady(process, begun);
        }
        long nanos = System.nanoTime() - begun;
        residentBytes = residentBytes(process.pid());
        return nanos;
      } finally {
        end(process);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new VoidRunException("start", "interrupted");
    }
  }

  private Process process() throws IOException {
    String netns = "/run/netns/" + network.director().netns();
    Files.deleteIfExists(log);
    ProcessBuilder builder =
        new ProcessBuilder(
            "nsenter", "--net=" + netns, Launcher.of("lbd"), "run", "--config", config.toString());
    builder.environment().remove("LB_LOG_LEVEL"); // the harness's own
    return builder.redirectErrorStream(true).redirectOutput(log.toFile()).start();
  }

  private void awaitForwarded(Process process, long begun) throws IOException {
    for (long packet = 0; !comesBack(packet, BETWEEN_FRAMES); packet++) {
      requireStarting(process, begun);
    }
  }

  /** Whether what the director sends is in GUE; of other frames there are none but its own. */
  private boolean comesBack(long packet, Duration timeout) {
    link.send(traffic.frameOf(packet));
    return link.receive(timeout).map(DaemonRun::isGue).orElse(false);
  }

  private static boolean isGue(byte[] frame) {
    return frame.length > OUTER_PORT_AT + Short.BYTES
        && frame[OUTER_PROTOCOL_AT] == UDP
        && ByteBuffer.wrap(frame).getShort(OUTER_PORT_AT) == GUE_PORT;
  }

  private void awaitReady(Process process, long begun) throws IOException, InterruptedException {
    while (!Files.readString(log).contains("ready=true")) {
      requireStarting(process, begun);
      Thread.sleep(BETWEEN_FRAMES.toMillis());
    }
  }

  private void requireStarting(Process process, long begun) throws IOException {
    if (!process.isAlive() || System.nanoTime() - begun > LONGEST_START.toNanos()) {
      throw new VoidRunException(
          "start with " + text.tables() + " tables", "not there yet; it said " + said());
    }
  }

  private String said() throws IOException {
    String all = Files.readString(log);
    return all.substring(Math.max(0, all.length() - 2000));
  }

  private static long residentBytes(long pid) throws IOException {
    for (String line : Files.readAllLines(Path.of("/proc", Long.toString(pid), "status"))) {
      if (line.startsWith("VmRSS:")) {
        return Long.parseLong(line.replaceAll("\\D", "")) * 1024;
      }
    }
    throw new VoidRunException("memory of the daemon", "no VmRSS of process " + pid);
  }

  private static void end(Process process) throws InterruptedException {
    process.destroy();
    if (!process.waitFor(LONGEST_STOP_SECONDS, TimeUnit.SECONDS)) {
      process.destroyForcibly();
      throw new VoidRunException("end of the daemon", "not after " + LONGEST_STOP_SECONDS + " s");
    }
  }

  /** A program goes a moment after the last pin of its link. */
  private void awaitNothingForwarded() {
    long begun = System.nanoTime();
    while (comesBack(0, SILENCE)) {
      if (System.nanoTime() - begun > LONGEST_START.toNanos()) {
        throw new VoidRunException("start", "frames are forwarded though nothing is pinned");
      }
    }
    while (link.receive(Duration.ZERO).isPresent()) {
      // what the last daemon has sent
    }
  }

  private Path pins() {
    return Path.of("/sys/fs/bpf/lb", instance);
  }

  /** Starts from nothing, to the first forwarded frame. */
  Series cold() {
    return cold;
  }

  /** Starts with the data plane there. */
  Series adopting() {
    return adopting;
  }

  /** Memory of the process after its last start, code and class data included. */
  long residentBytes() {
    return residentBytes;
  }

  ConfigText text() {
    return text;
  }

  @Override
  public void close() throws IOException {
    link.close();
    routersProgram.close();
    network.close();
    BpfFs.unpinAll(pins());
    Files.deleteIfExists(Path.of("/run/lb", "instance-" + instance + ".lock"));
    Files.deleteIfExists(Path.of("/run/lb", "instance-" + instance + ".json"));
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : (Iterable<Path>) files.sorted(Comparator.reverseOrder())::iterator) {
        Files.delete(file);
      }
    }
  }
}
