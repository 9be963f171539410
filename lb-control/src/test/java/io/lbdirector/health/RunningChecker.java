package io.lbdirector.health;

import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.LongSupplier;
import java.util.function.Predicate;

/** A checker, with what it has told its listener. */
final class RunningChecker implements AutoCloseable {
  final FakeTunnel tunnel = new FakeTunnel();
  final List<String> changes = new CopyOnWriteArrayList<>();
  final HealthChecker checker;

  /** Runs on the checker's thread at each change. */
  volatile Runnable onChange = () -> {};

  RunningChecker() {
    this(Limits.DEFAULT);
  }

  RunningChecker(Limits limits) {
    this(limits, System::nanoTime);
  }

  RunningChecker(Limits limits, LongSupplier ticker) {
    checker =
        new HealthChecker(
            tunnel, this::changed, Clock.systemUTC(), ticker, new SplittableRandom(1), limits);
  }

  static Limits atOnce(int checks, Duration stallTolerance) {
    Limits some = Limits.DEFAULT;
    return new Limits(
        checks, some.headerBytes(), some.bodyBytes(), some.answerBytes(), stallTolerance);
  }

  private void changed(Target target, TargetHealth now) {
    changes.add(target.backend() + " " + now.health() + " " + Thread.currentThread().getName());
    onChange.run();
  }

  void check(Target... targets) {
    checker.check(Set.of(targets), Set.of());
  }

  TargetHealth health(Target target) {
    return checker.snapshot().get(target);
  }

  /** What is known of {@code target} once it is as wanted. */
  TargetHealth await(Target target, Predicate<TargetHealth> wanted) throws InterruptedException {
    List<TargetHealth> last = new ArrayList<>(List.of(health(target)));
    Await.until(
        () -> {
          last.set(0, health(target));
          return wanted.test(last.get(0));
        },
        () -> last);
    return last.get(0);
  }

  TargetHealth await(Target target, Health wanted) throws InterruptedException {
    return await(target, known -> known.health() == wanted);
  }

  /** What is known of {@code target} after its first check. */
  TargetHealth firstResult(Target target) throws InterruptedException {
    check(target);
    return await(target, known -> !known.lastResult().equals("not checked yet"));
  }

  @Override
  public void close() {
    checker.close();
  }
}
