package io.lbdirector.forwarding;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.IntStream;

/**
 * A table as the specification tells it, step by step, slowly: every candidate is scored with
 * {@link PaperSipHash}, all of them are sorted. Shares no code with {@link TableRows}.
 */
final class SpecTable {
  static final int ROWS = 65_536;

  private final byte[] seed;
  private final List<Backend> candidates;
  private final Predicate<Backend> up;

  /** Rows as they stand: indexes of candidates. */
  private final short[][] rows = new short[ROWS][];

  private final int[] exchanges = new int[ROWS];
  private final long[] load;
  private int rounds;

  private SpecTable(byte[] seed, List<Backend> backends, Predicate<Backend> up) {
    this.seed = seed;
    this.candidates = backends.stream().filter(b -> b.state() != BackendState.INACTIVE).toList();
    this.up = up;
    this.load = new long[candidates.size()];
  }

  static SpecTable rendezvous(byte[] seed, List<Backend> backends, Predicate<Backend> up) {
    SpecTable table = new SpecTable(seed, backends, up);
    for (int row = 0; row < ROWS; row++) {
      table.rows[row] = table.order(row);
      table.load[table.rows[row][0]]++;
    }
    return table;
  }

  static SpecTable balanced(byte[] seed, int m, List<Backend> backends, Predicate<Backend> up) {
    SpecTable table = rendezvous(seed, backends, up);
    table.balance(m);
    return table;
  }

  /** One row of a table that is not balanced, without the work of all others. */
  static List<IpAddress> rendezvousRow(
      byte[] seed, int row, int hops, List<Backend> backends, Predicate<Backend> up) {
    SpecTable table = new SpecTable(seed, backends, up);
    table.rows[row] = table.order(row);
    return table.hops(row, hops);
  }

  // ---- step 1 ----------------------------------------------------------------------------------

  private record Scored(short index, Backend backend, long score, long cost) {}

  private long score(int row, Backend backend) {
    byte[] rowSeed = PaperSipHash.hash(seed, ByteBuffer.allocate(4).putInt(row).array());
    return score(rowSeed, backend.address().toBytes());
  }

  private long score(byte[] rowSeed, byte[] address) {
    ByteBuffer message = ByteBuffer.allocate(8 + address.length).put(rowSeed).put(address);
    return ByteBuffer.wrap(PaperSipHash.hash(seed, message.array())).getLong();
  }

  static long cost(long score) {
    if (score == 0) {
      return 0;
    }
    long y = 0 - score;
    long z = 0;
    while (y >= 0) {
      y = y << 1;
      z++;
    }
    long x = y >>> 32;
    long f = 0;
    for (int i = 0; i < 32; i++) {
      x = x * x;
      f = f << 1;
      if (x < 0) {
        f = f | 1;
        x = x >>> 32;
      } else {
        x = x >>> 31;
      }
    }
    return ((z + 1) << 32) - f;
  }

  // ---- step 2 ----------------------------------------------------------------------------------

  private static final Comparator<Scored> ORDER =
      ((Comparator<Scored>)
              (a, b) -> Long.compare(a.cost * b.backend.weight(), b.cost * a.backend.weight()))
          .thenComparing((a, b) -> Long.compareUnsigned(a.score, b.score))
          .thenComparing(a -> a.backend.address());

  private short[] order(int row) {
    byte[] rowSeed = PaperSipHash.hash(seed, ByteBuffer.allocate(4).putInt(row).array());
    Scored[] scored = new Scored[candidates.size()];
    for (short i = 0; i < scored.length; i++) {
      long score = score(rowSeed, candidates.get(i).address().toBytes());
      scored[i] = new Scored(i, candidates.get(i), score, cost(score));
    }
    Arrays.sort(scored, ORDER);
    short[] order = new short[scored.length];
    for (int i = 0; i < order.length; i++) {
      order[i] = scored[i].index;
    }
    return order;
  }

  // ---- step 3 ----------------------------------------------------------------------------------

  /** The limits that the first round holds, in the order of the backends that are candidates. */
  static long[] limits(List<Backend> candidates, int m) {
    long total = candidates.stream().mapToLong(Backend::weight).sum();
    return candidates.stream()
        .mapToLong(b -> ceil(65_536L * b.weight() * (1000 + m), 1000 * total))
        .toArray();
  }

  static void raise(long[] limits) {
    for (int i = 0; i < limits.length; i++) {
      limits[i] += ceil(limits[i], 128);
    }
  }

  private static long ceil(long a, long b) {
    return a / b + (a % b == 0 ? 0 : 1);
  }

  private void balance(int m) {
    long[] limit = limits(candidates, m);
    for (int round = 1; round <= 16; round++) {
      rounds = round;
      for (int row = 0; row < ROWS; row++) {
        if (rows[row].length >= 2) {
          short p = rows[row][0];
          short s = rows[row][1];
          if (load[p] > limit[p] && load[s] < limit[s]) {
            rows[row][0] = s;
            rows[row][1] = p;
            load[p]--;
            load[s]++;
            exchanges[row]++;
          }
        }
      }
      if (IntStream.range(0, load.length).noneMatch(i -> load[i] > limit[i])) {
        return;
      }
      raise(limit);
    }
  }

  // ---- step 4 ----------------------------------------------------------------------------------

  List<IpAddress> hops(int row, int hops) {
    List<Backend> order = new ArrayList<>();
    for (short index : rows[row]) {
      order.add(candidates.get(index));
    }
    for (int i = 0; i < order.size(); i++) {
      if (isFit(row, order.get(i))) {
        order.add(0, order.remove(i));
        break;
      }
    }
    return order.stream().limit(hops).map(Backend::address).toList();
  }

  private boolean isFit(int row, Backend backend) {
    return up.test(backend)
        && (backend.state() == BackendState.ACTIVE
            || backend.state() == BackendState.FILLING
                && (backend.sharePercent().isEmpty()
                    || (score(row, backend) & 0xffff) * 100
                        < backend.sharePercent().getAsInt() * 65_536));
  }

  // ---- what came of step 3 ---------------------------------------------------------------------

  long largestLoad() {
    return Arrays.stream(load).max().orElse(0);
  }

  int rounds() {
    return rounds;
  }

  int mostExchangesOfARow() {
    return Arrays.stream(exchanges).max().orElse(0);
  }

  int rowsExchanged() {
    return (int) Arrays.stream(exchanges).filter(n -> n % 2 == 1).count();
  }
}
