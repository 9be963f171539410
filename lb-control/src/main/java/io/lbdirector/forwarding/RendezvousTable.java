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
  /** Candidates kept in order for each row. Only a row whose kept ones are all unfit needs more. */
  private static final int KEPT = 8;

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
   * @throws IllegalArgumentException if two backends share an address, naming it
   */
  public static ForwardingTable build(
      SipKey seed, int hops, List<Backend> backends, Predicate<Backend> up) {
    requireDistinct(backends);
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
    short[] order = new short[candidates.size()];
    long[] scores = new long[candidates.size()];
    for (int row = 0; hopCount > 0 && row < ForwardingTable.ROWS; row++) {
      score.order(row, kept, order, scores);
      int first = firstFit(order, scores, kept);
      if (first < 0 && kept < order.length) {
        score.order(row, order.length, order, scores);
        first = firstFit(order, scores, order.length);
      }
      write(order, Math.max(first, 0), hops, row * hopCount);
    }
    return new ForwardingTable(addresses, hopCount, hops);
  }

  /** Place in {@code order} of the first candidate that may lead the row, or -1. */
  private int firstFit(short[] order, long[] scores, int count) {
    for (int i = 0; i < count; i++) {
      if (mayLead(order[i], scores[i])) {
        return i;
      }
    }
    return -1;
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

  /** Writes the hops of one row: {@code order[first]}, then the others in their order. */
  private void write(short[] order, int first, short[] hops, int at) {
    hops[at] = order[first];
    for (int hop = 1, i = 0; hop < hopCount; i++) {
      if (i != first) {
        hops[at + hop++] = order[i];
      }
    }
  }
}
