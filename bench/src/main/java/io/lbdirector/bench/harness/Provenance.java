package io.lbdirector.bench.harness;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;

/** Where, when and how a run came about: the head of its page. Taken before the run begins. */
public final class Provenance {
  private final String command;
  private final String commit;
  private final Clock clock;
  private final Instant start;
  private final String loadBefore = Machine.load();

  /**
   * @param command that runs the suite again
   * @param commit of the sources, with a mark if they were changed since
   */
  public Provenance(String command, String commit, Clock clock) {
    this.command = command;
    this.commit = commit;
    this.clock = clock;
    this.start = clock.instant();
  }

  /** Names and values; to be asked for after the run. */
  List<List<String>> rows() {
    long seconds = Duration.between(start, clock.instant()).toSeconds();
    return List.of(
        List.of("command", "`" + command + "`"),
        List.of("commit", commit),
        List.of("date", start.truncatedTo(ChronoUnit.SECONDS) + ", took " + seconds + " s"),
        List.of("processors", Machine.processors()),
        List.of("kernel", Machine.kernel()),
        List.of("BPF", Machine.bpf()),
        List.of("JDK", Machine.jdk()),
        List.of("load average before, after", loadBefore + ", " + Machine.load()));
  }
}
