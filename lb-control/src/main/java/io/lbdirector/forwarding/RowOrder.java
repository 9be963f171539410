package io.lbdirector.forwarding;

import java.util.List;
import java.util.stream.IntStream;

/**
 * The best candidates of every row of a table, in order: what remains to be done for other states,
 * health or shares takes no hashing, and an order for a few more or fewer backends takes little.
 * Immutable. Takes 1 MiB of memory, less with fewer than eight candidates.
 */
public final class RowOrder {
  /** Candidates kept for each row. Only a row whose kept ones are all unfit needs more. */
  static final int KEPT = 2 * ForwardingTable.MAX_HOPS;

  /** If more than one in so many changes, all is ordered anew: that is about as fast. */
  private static final int FEW = 8;

  private final SipKey seed;
  private final Candidates candidates;
  private final int kept;
  private final short[] places;

  private RowOrder(SipKey seed, Candidates candidates, int kept, short[] places) {
    this.seed = seed;
    this.candidates = candidates;
    this.kept = kept;
    this.places = places;
  }

  /**
   * Orders all rows, from nothing.
   *
   * @param backends at most 32,767, in any order; inactive ones are left out
   * @throws IllegalArgumentException if two backends share an address, naming it, or there are too
   *     many
   */
  public static RowOrder of(SipKey seed, List<Backend> backends) {
    return of(seed, Candidates.of(Candidates.sorted(backends)));
  }

  private static RowOrder of(SipKey seed, Candidates candidates) {
    int kept = Math.min(KEPT, candidates.count());
    short[] places = new short[ForwardingTable.ROWS * kept];
    if (kept > 0) {
      new RowRanking(candidates, new RowScores(seed, candidates.addresses()), kept)
          .rank(IntStream.range(0, ForwardingTable.ROWS).toArray(), ForwardingTable.ROWS, places);
    }
    return new RowOrder(seed, candidates, kept, places);
  }

  /**
   * The order of other backends with the same seed, equal to that of {@link #of}: from this one if
   * they are not too different, which takes milliseconds.
   *
   * @param backends as for {@link #of}
   * @return this order, if it has the same candidates with the same weights
   */
  public RowOrder changedTo(List<Backend> backends) {
    Candidates wanted = Candidates.of(Candidates.sorted(backends));
    if (wanted.equals(candidates)) {
      return this;
    }
    RowOrderChange change = new RowOrderChange(this, wanted);
    if (change.size() * FEW > Math.min(candidates.count(), wanted.count())) {
      return of(seed, wanted);
    }
    return new RowOrder(seed, wanted, kept, change.places());
  }

  SipKey seed() {
    return seed;
  }

  Candidates candidates() {
    return candidates;
  }

  /** Places of each row: all candidates, at most {@link #KEPT}. */
  int kept() {
    return kept;
  }

  /** The candidate at place {@code rank} of a row, 0 being the best. */
  short place(int row, int rank) {
    return places[row * kept + rank];
  }

  /** Bytes of memory that this order takes, nearly all of them. */
  public long sizeBytes() {
    return (long) places.length * Short.BYTES;
  }
}
