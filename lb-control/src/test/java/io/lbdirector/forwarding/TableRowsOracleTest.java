package io.lbdirector.forwarding;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.OptionalInt;
import java.util.Random;
import java.util.Set;
import java.util.function.Predicate;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Rows as the specification tells them, built slowly: every candidate scored with {@link
 * PaperSipHash}, all of them sorted, the first fit one taken to the front.
 */
class TableRowsOracleTest {
  /** Rows looked at in each pool, beside the first and the last. */
  private static final int SAMPLES = 1500;

  private static final long RUN_SEED = System.nanoTime();

  private record Scored(Backend backend, BigInteger score) {}

  @ParameterizedTest(name = "pool {0}")
  @ValueSource(ints = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19})
  void shouldBuildTheRowsOfTheSpecification(int pool) {
    long seed = RUN_SEED + pool;
    Random random = new Random(seed);
    byte[] key = new byte[16];
    random.nextBytes(key);
    List<Backend> backends = randomPool(random);
    Set<IpAddress> down = new HashSet<>();
    int percentDown = List.of(0, 10, 50, 95, 100).get(pool % 5);
    for (Backend backend : backends) {
      if (random.nextInt(100) < percentDown) {
        down.add(backend.address());
      }
    }
    Predicate<Backend> up = b -> !down.contains(b.address());
    int hops = 1 + random.nextInt(4);
    ForwardingTable table =
        TableRows.build(TableRules.rendezvous(SipKey.of(key), hops), backends, up);
    for (int i = 0; i < SAMPLES + 2; i++) {
      int row = i == 0 ? 0 : i == 1 ? 65_535 : random.nextInt(ForwardingTable.ROWS);
      assertEquals(
          expectedRow(key, row, hops, backends, up), row(table, row), row + ", seed " + seed);
    }
  }

  private static List<Backend> randomPool(Random random) {
    int size = 1 + random.nextInt(40);
    boolean calm = random.nextBoolean();
    List<Backend> backends = new ArrayList<>();
    Set<IpAddress> addresses = new HashSet<>();
    while (backends.size() < size) {
      byte[] bytes = new byte[random.nextInt(3) == 0 ? 16 : 4];
      random.nextBytes(bytes);
      IpAddress address = IpAddress.of(bytes);
      if (addresses.add(address)) {
        backends.add(calm ? Backend.active(address) : randomState(random, address));
      }
    }
    return backends;
  }

  private static Backend randomState(Random random, IpAddress address) {
    BackendState state = BackendState.values()[random.nextInt(4)];
    boolean share = state == BackendState.FILLING && random.nextInt(4) > 0;
    OptionalInt percent = share ? OptionalInt.of(1 + random.nextInt(99)) : OptionalInt.empty();
    return new Backend(address, state, percent, 1);
  }

  private static List<IpAddress> expectedRow(
      byte[] seed, int row, int hops, List<Backend> backends, Predicate<Backend> up) {
    byte[] rowSeed = PaperSipHash.hash(seed, ByteBuffer.allocate(4).putInt(row).array());
    List<Scored> order = new ArrayList<>();
    for (Backend backend : backends) {
      if (backend.state() != BackendState.INACTIVE) {
        order.add(new Scored(backend, score(seed, rowSeed, backend.address())));
      }
    }
    order.sort(
        Comparator.comparing(Scored::score).thenComparing(scored -> scored.backend().address()));
    for (int i = 0; i < order.size(); i++) {
      if (isFit(order.get(i), up)) {
        order.add(0, order.remove(i));
        break;
      }
    }
    return order.stream().limit(hops).map(scored -> scored.backend().address()).toList();
  }

  private static BigInteger score(byte[] seed, byte[] rowSeed, IpAddress address) {
    ByteBuffer message = ByteBuffer.allocate(8 + address.length());
    message.put(rowSeed).put(address.toBytes());
    return new BigInteger(1, PaperSipHash.hash(seed, message.array()));
  }

  private static boolean isFit(Scored scored, Predicate<Backend> up) {
    Backend backend = scored.backend();
    int low16 = scored.score().intValue() & 0xffff;
    boolean filled =
        backend.state() == BackendState.FILLING
            && (backend.sharePercent().isEmpty()
                || low16 * 100 < backend.sharePercent().getAsInt() * 65_536);
    return up.test(backend) && (backend.state() == BackendState.ACTIVE || filled);
  }

  private static List<IpAddress> row(ForwardingTable table, int row) {
    List<IpAddress> hops = new ArrayList<>();
    for (int hop = 0; hop < table.hopCount(); hop++) {
      hops.add(table.hop(row, hop));
    }
    return hops;
  }
}
