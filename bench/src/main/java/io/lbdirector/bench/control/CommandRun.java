package io.lbdirector.bench.control;

import static io.lbdirector.bench.harness.VoidRunException.requireEqual;

import io.lbdirector.bench.harness.Series;
import io.lbdirector.bench.harness.VoidRunException;
import io.lbdirector.bench.lab.Launcher;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** How long {@code lbctl} takes from the shell's point of view, by turns with a bare JVM. */
record CommandRun(Series lbctl, Series jvm) {
  private static final String JAVA = System.getProperty("java.home") + "/bin/java";

  static CommandRun of(AdminHost host, int rounds) {
    CommandRun run = new CommandRun(new Series("lbctl-status", 1), new Series("bare-jvm", 1));
    List<String> lbctl =
        List.of(Launcher.of("lbctl"), "--socket", host.socket().toString(), "status");
    for (int i = 1; i <= rounds; i++) {
      run.lbctl.add(i, time(lbctl));
      run.jvm.add(i, time(List.of(JAVA, "-XX:TieredStopAtLevel=1", "-version")));
    }
    return run;
  }

  private static long time(List<String> command) {
    long begun = System.nanoTime();
    try {
      Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
      byte[] output = process.getInputStream().readAllBytes();
      int exit = process.waitFor();
      long nanos = System.nanoTime() - begun;
      requireEqual(
          String.join(" ", command) + " said " + new String(output, StandardCharsets.UTF_8),
          "exit code",
          0,
          exit);
      return nanos;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new VoidRunException("lbctl", "interrupted");
    }
  }
}
