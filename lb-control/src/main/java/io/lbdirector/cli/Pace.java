package io.lbdirector.cli;

import java.time.Duration;
import java.time.Instant;

/** Time, for commands that wait. */
interface Pace {
  Pace REAL =
      new Pace() {
        @Override
        public long nanos() {
          return System.nanoTime();
        }

        @Override
        public Instant now() {
          return Instant.now();
        }

        @Override
        public void sleep(Duration duration) throws InterruptedException {
          Thread.sleep(duration.toMillis());
        }
      };

  /** Of no meaning by itself; differences are time that went by. */
  long nanos();

  /** What the clock on the wall says. */
  Instant now();

  void sleep(Duration duration) throws InterruptedException;
}
