package io.lbdirector.forwarding;

import java.util.Arrays;
import java.util.List;

/**
 * The backends that a table's rows are made of, by address: the order that breaks ties, so that a
 * lower place goes first. Whatever else is known of a backend does not count here.
 */
final class Candidates {
  /** Most candidates: places in a row are kept as {@code short}. */
  private static final int MAX = Short.MAX_VALUE;

  private final List<IpAddress> addresses;

  /** The weight of each, and one more: that of {@link #nobody}. */
  private final int[] weights;

  private final boolean equalWeights;

  private Candidates(List<IpAddress> addresses, int[] weights) {
    this.addresses = addresses;
    this.weights = Arrays.copyOf(weights, weights.length + 1);
    this.weights[weights.length] = 1; // the least
    this.equalWeights = Arrays.stream(weights).distinct().count() <= 1;
  }

  /**
   * @param pool as {@link #sorted} gives it
   */
  static Candidates of(List<Backend> pool) {
    return new Candidates(
        pool.stream().map(Backend::address).toList(),
        pool.stream().mapToInt(Backend::weight).toArray());
  }

  /**
   * The backends that are candidates, by address.
   *
   * @throws IllegalArgumentException if two of {@code backends} share an address, or they are too
   *     many
   */
  static List<Backend> sorted(List<Backend> backends) {
    if (backends.size() > MAX) {
      throw new IllegalArgumentException(backends.size() + " backends, more than " + MAX);
    }
    List<Backend> all =
        backends.stream().sorted((a, b) -> a.address().compareTo(b.address())).toList();
    for (int i = 1; i < all.size(); i++) {
      if (all.get(i).address().equals(all.get(i - 1).address())) {
        throw new IllegalArgumentException("backend " + all.get(i).address() + " is there twice");
      }
    }
    return all.stream().filter(b -> b.state() != BackendState.INACTIVE).toList();
  }

  int count() {
    return addresses.size();
  }

  List<IpAddress> addresses() {
    return addresses;
  }

  /** A place for none of them, whom all come before if its score is the highest. */
  int nobody() {
    return count();
  }

  boolean haveEqualWeights() {
    return equalWeights;
  }

  int weight(int candidate) {
    return weights[candidate];
  }

  long totalWeight() {
    return Arrays.stream(weights, 0, count()).asLongStream().sum();
  }

  /**
   * Whether one candidate comes before another in a row: by cost for its weight, then by score,
   * then by address. Of equal weights the score decides alone, as the cost only grows with it.
   */
  boolean isBefore(int a, long scoreA, int b, long scoreB) {
    if (!equalWeights && weights[a] != weights[b]) {
      int byCost = compareCosts(scoreA, weights[a], scoreB, weights[b]);
      if (byCost != 0) {
        return byCost < 0;
      }
    }
    return scoreA != scoreB ? Long.compareUnsigned(scoreA, scoreB) < 0 : a < b;
  }

  /** Mostly the bounds tell; below 2^38 * 2^16 nothing overflows. */
  private static int compareCosts(long scoreA, long weightA, long scoreB, long weightB) {
    if (ScoreCost.atMost(scoreA) * weightB < ScoreCost.atLeast(scoreB) * weightA) {
      return -1;
    }
    if (ScoreCost.atLeast(scoreA) * weightB > ScoreCost.atMost(scoreB) * weightA) {
      return 1;
    }
    return Long.compare(ScoreCost.of(scoreA) * weightB, ScoreCost.of(scoreB) * weightA);
  }

  /**
   * Where these candidates stand in {@code others}.
   *
   * @return for each its place there; -1 if it is not there, or with another weight
   */
  short[] placesIn(Candidates others) {
    short[] places = new short[count()];
    for (int i = 0, j = 0; i < places.length; i++) {
      while (j < others.count() && others.addresses.get(j).compareTo(addresses.get(i)) < 0) {
        j++;
      }
      places[i] = (short) (others.has(j, addresses.get(i), weights[i]) ? j : -1);
    }
    return places;
  }

  private boolean has(int place, IpAddress address, int weight) {
    return place < count() && addresses.get(place).equals(address) && weights[place] == weight;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Candidates that
        && addresses.equals(that.addresses)
        && Arrays.equals(weights, that.weights);
  }

  @Override
  public int hashCode() {
    return 31 * addresses.hashCode() + Arrays.hashCode(weights);
  }
}
