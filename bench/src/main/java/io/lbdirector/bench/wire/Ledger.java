package io.lbdirector.bench.wire;

import io.lbdirector.bench.harness.VoidRunException;
import java.util.Arrays;
import java.util.List;
import java.util.stream.LongStream;

/**
 * Accounts for every frame on its way from station to station: what passed one is what passed the
 * one before, less what was lost between them and was counted as lost.
 */
final class Ledger {
  /** After which a frame that is on no account counts as unaccounted for. */
  private static final long PATIENCE_NANOS = 2_000_000_000L;

  private final String what;
  private final List<Station> stations;
  private final long[] passed;
  private final long[] lost;

  /**
   * @param what the way, for messages
   * @param stations in the order of the way, at least one
   */
  Ledger(String what, List<Station> stations) {
    this.what = what;
    this.stations = stations;
    this.passed = new long[stations.size()];
    this.lost = new long[stations.size()];
  }

  /**
   * Enters what {@code sending} sends.
   *
   * @throws VoidRunException if the sums do not add up, when everything has come to rest
   */
  void enter(long frames, Runnable sending) {
    long[] passedBefore = readPassed();
    long[] lostBefore = readLost();
    sending.run();
    long begun = System.nanoTime();
    long[] nowPassed = since(passedBefore, readPassed());
    long[] nowLost = since(lostBefore, readLost());
    while (!addsUp(frames, nowPassed, nowLost)) {
      if (System.nanoTime() - begun > PATIENCE_NANOS) {
        throw new VoidRunException(what, unbalanced(frames, nowPassed, nowLost));
      }
      nowPassed = since(passedBefore, readPassed());
      nowLost = since(lostBefore, readLost());
    }
    add(passed, nowPassed);
    add(lost, nowLost);
  }

  private long[] readPassed() {
    return stations.stream().mapToLong(station -> station.passed().getAsLong()).toArray();
  }

  private long[] readLost() {
    return stations.stream().mapToLong(station -> station.lost().getAsLong()).toArray();
  }

  private static long[] since(long[] before, long[] now) {
    for (int i = 0; i < now.length; i++) {
      now[i] -= before[i];
    }
    return now;
  }

  private static void add(long[] sums, long[] more) {
    for (int i = 0; i < sums.length; i++) {
      sums[i] += more[i];
    }
  }

  private static boolean addsUp(long frames, long[] passed, long[] lost) {
    boolean addsUp = passed[0] == frames;
    for (int i = 1; i < passed.length; i++) {
      addsUp &= passed[i] == passed[i - 1] - lost[i - 1];
    }
    return addsUp;
  }

  private String unbalanced(long frames, long[] passed, long[] lost) {
    return frames
        + " frames do not add up: passed "
        + Arrays.toString(passed)
        + ", lost behind each "
        + Arrays.toString(lost)
        + ", at "
        + stations.stream().map(Station::name).toList();
  }

  List<Station> stations() {
    return stations;
  }

  /** Frames that passed a station. */
  long passed(int station) {
    return passed[station];
  }

  /** Frames that were lost behind a station. */
  long lost(int station) {
    return lost[station];
  }

  /** Frames that were lost anywhere. */
  long lost() {
    return LongStream.of(lost).sum();
  }
}
