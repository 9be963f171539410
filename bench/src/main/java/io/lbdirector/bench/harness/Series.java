package io.lbdirector.bench.harness;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.HdrHistogram.Histogram;

/**
 * Samples of one quantity, in nanoseconds, in the order in which they were taken. A sample may time
 * many operations at once; every figure is then per operation.
 */
public final class Series {
  /** Decimal digits that the histogram keeps of a sample. */
  private static final int PRECISION = 3;

  private final String name;
  private final int operations;
  private final List<Sample> samples = new ArrayList<>();
  private final Histogram histogram = new Histogram(PRECISION);

  /**
   * @param round which of the interleaved rounds it was taken in; its own number if there are none
   * @param nanos of all its operations together
   */
  record Sample(int round, long nanos) {}

  /**
   * @param name of lower-case letters, digits, {@code -} and {@code .}; part of a file name
   * @param operations that one sample times, 1 or more
   */
  public Series(String name, int operations) {
    this.name = name;
    this.operations = operations;
  }

  /** Adds one sample. */
  public void add(int round, long nanos) {
    samples.add(new Sample(round, nanos));
    histogram.recordValue(nanos);
  }

  String name() {
    return name;
  }

  int operations() {
    return operations;
  }

  List<Sample> samples() {
    return samples;
  }

  Histogram histogram() {
    return histogram;
  }

  public int count() {
    return samples.size();
  }

  /** Nanoseconds of the fastest sample, per operation. */
  public double minimum() {
    return sorted()[0] / operations;
  }

  /** Nanoseconds of the slowest sample, per operation. */
  public double maximum() {
    return percentile(100);
  }

  /**
   * Nanoseconds per operation that so many of the samples do not exceed: one of the samples.
   *
   * @param percent above 0, to 100
   */
  public double percentile(double percent) {
    double[] sorted = sorted();
    return sorted[(int) Math.ceil(percent / 100 * sorted.length) - 1] / operations;
  }

  /**
   * The middle sample, per operation; the mean of the two middle ones if there is no single one.
   */
  public double median() {
    return Medians.of(sorted()) / operations;
  }

  private double[] sorted() {
    return samples.stream().mapToDouble(Sample::nanos).sorted().toArray();
  }

  /** The fastest sample of every round, per operation, by the round's number. */
  private TreeMap<Integer, Double> fastest() {
    TreeMap<Integer, Double> fastest = new TreeMap<>();
    samples.forEach(s -> fastest.merge(s.round(), (double) s.nanos() / operations, Math::min));
    return fastest;
  }

  /** The median, over rounds, of the fastest sample of each, per operation. */
  public double medianOfRounds() {
    return Medians.of(fastest().values());
  }

  /**
   * The median, over rounds, of how many times the base's fastest sample of the same round this
   * one's is. Not in it: what slows both down for some rounds, and what interrupts some samples of
   * a round, which hits long samples more often than short ones.
   *
   * @param base has the same rounds
   */
  public double medianRatioTo(Series base) {
    TreeMap<Integer, Double> bases = base.fastest();
    return Medians.of(
        fastest().entrySet().stream()
            .map(round -> round.getValue() / bases.get(round.getKey()))
            .toList());
  }

  @Override
  public String toString() {
    return name;
  }
}
