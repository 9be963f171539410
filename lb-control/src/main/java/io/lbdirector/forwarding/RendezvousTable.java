package io.lbdirector.forwarding;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;

/**
 * Builds the rows of a table by rendezvous hashing: GLB director's table, bit for bit, for the same
 * seed and backends.
 *
 * <p>For each row, {@code row_seed = siphash24(seed, be32(row))}; a candidate's score is {@code
 * siphash24(seed, row_seed || address)} read big-endian; candidates stand in ascending order of
 * score. The first that is fit leads the row, the others follow in order, so that a backend which
 * drains or fails stays next in line for the connections that it holds.
 */
public final class RendezvousTable {
  /** Most candidates: places in a row are kept as {@code short}. */
  private static final int MAX_CANDIDATES = Short.MAX_VALUE;

  /** Candidates kept in order for each row. Only a row whose kept ones are all unfit needs more. */
  private static final int KEPT = 2 * ForwardingTable.MAX_HOPS;

  private final List<Backend> candidates;
  private final boolean[] fit;
  private final RendezvousScore score;
  private final int hopCount;

  private RendezvousTable(SipKey seed, int hops, List<Backend> candidates, Predicate<Backend> up) {
    this.candidates = candidates;
    this.hopCount = Math.min(hops, candidates.size());
    this.score = new RendezvousScore(seed, candidates);
    this.fit = new boolean[candidates.size()];
    for (int i = 0; i < fit.length; i++) {
      fit[i] = up.test(candidates.get(i));
    }
  }

  /**
   * Builds all rows.
   *
   * @param seed the same seed and backends give the same rows on every director
   * @param hops most hops a row gets, 1 to {@link ForwardingTable#MAX_HOPS}
   * @param backends at most 32,767, in any order; inactive ones are left out
   * @param up whether a backend's health lets it lead rows; asked once for each candidate
   * @return rows of {@code min(hops, candidates)} hops; of none if every backend is inactive
   * @throws IllegalArgumentException if two backends share an address, naming it, or {@code hops}
   *     or the number of backends is out of range
   */
  public static ForwardingTable build(
      SipKey seed, int hops, List<Backend> backends, Predicate<Backend> up) {
    requireDistinct(backends);
    if (hops < 1 || hops > ForwardingTable.MAX_HOPS || backends.size() > MAX_CANDIDATES) {
      throw new IllegalArgumentException(backends.size() + " backends, " + hops + " hops a row");
    }
    List<Backend> candidates =
        backends.stream()
            .filter(b -> b.state() != BackendState.INACTIVE)
            .sorted((a, b) -> a.address().compareTo(b.address()))
            .toList();
    return new RendezvousTable(seed, hops, candidates, up).rows();
  }

  private static void requireDistinct(List<Backend> backends) {
    Set<IpAddress> seen = new HashSet<>();
    for (Backend backend : backends) {
      if (!seen.add(backend.address())) {
        throw new IllegalArgumentException("backend " + backend.address() + " is there twice");
      }
    }
  }

  private ForwardingTable rows() {
    List<IpAddress> addresses = candidates.stream().map(Backend::address).toList();
    short[] hops = new short[ForwardingTable.ROWS * hopCount];
    int kept = Math.min(KEPT, candidates.size());
    short[] order = new short[kept];
    long[] scores = new long[kept];
    for (int row = 0; hopCount > 0 && row < ForwardingTable.ROWS; row++) {
      score.order(row, kept, order, scores);
      write(order, leader(order, scores), hops, row * hopCount);
    }
    return new ForwardingTable(addresses, hopCount, hops);
  }

  /** The best candidate that may lead the row; the best of all if none may. */
  private short leader(short[] order, long[] scores) {
    for (int i = 0; i < order.length; i++) {
      if (mayLead(order[i], scores[i])) {
        return order[i];
      }
    }
    int best = order.length < candidates.size() ? score.best(this::mayLead) : -1;
    return best < 0 ? order[0] : (short) best;
  }

  private boolean mayLead(int candidate, long score) {
    Backend backend = candidates.get(candidate);
    return fit[candidate]
        && switch (backend.state()) {
          case ACTIVE -> true;
          case FILLING -> withinShare(score, backend);
          case DRAINING, INACTIVE -> false;
        };
  }

  /** Slow start: a threshold on the low 16 bits of the score, so a growing share only adds rows. */
  private static boolean withinShare(long score, Backend backend) {
    return (score & 0xffff) * 100 < backend.sharePercent().orElse(100) * 65_536L;
  }

  /** Writes the hops of one row: its leader, then the others in their order. */
  private void write(short[] order, short leader, short[] hops, int at) {
    hops[at] = leader;
    for (int hop = 1, i = 0; hop < hopCount; i++) {
      if (order[i] != leader) {
        hops[at + hop++] = order[i];
      }
    }
  }
}
