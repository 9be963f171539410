package io.lbdirector.health;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** Probes of a {@link VirtualLoop} that answer as told. */
final class FakeProbes {
  private final VirtualLoop time;
  private final Map<Target, FakeProbe> probes = new HashMap<>();

  /** How each check ends, after how long; no result: never. */
  Result result = Result.good("fine");

  Duration after = Duration.ofMillis(1);

  int running;
  int mostRunning;
  int overlaps;

  FakeProbes(VirtualLoop time) {
    this.time = time;
  }

  FakeProbe of(Target target) {
    FakeProbe probe = new FakeProbe();
    probes.put(target, probe);
    return probe;
  }

  FakeProbe get(Target target) {
    return probes.get(target);
  }

  /** Of one target. */
  final class FakeProbe implements Probe {
    final List<Long> startsNanos = new ArrayList<>();
    boolean closed;
    private boolean busy;
    private Consumer<Result> last;

    @Override
    public Run start(Consumer<Result> done) {
      overlaps += busy ? 1 : 0;
      busy = true;
      startsNanos.add(time.nanos());
      mostRunning = Math.max(mostRunning, ++running);
      FakeRun run = new FakeRun(done);
      last = run::end;
      if (result != null && after.isZero()) {
        run.end(result);
      } else if (result != null) {
        Result promised = result;
        time.loop().schedule(() -> run.end(promised), after.toNanos(), TimeUnit.NANOSECONDS);
      }
      return run;
    }

    /** The last check ends now. */
    void answer(Result late) {
      last.accept(late);
    }

    @Override
    public void close() {
      closed = true;
    }

    private final class FakeRun implements Run {
      private final Consumer<Result> done;
      private boolean over;

      FakeRun(Consumer<Result> done) {
        this.done = done;
      }

      private void end(Result end) {
        if (!over) {
          cancel();
          done.accept(end);
        }
      }

      @Override
      public void cancel() {
        over = true;
        busy = false;
        running--;
      }

      @Override
      public String silence(String timeout) {
        return "silent for " + timeout;
      }
    }
  }
}
