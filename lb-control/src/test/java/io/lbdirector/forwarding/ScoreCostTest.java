package io.lbdirector.forwarding;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.math.BigInteger;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class ScoreCostTest {
  private static final long RUN_SEED = System.nanoTime();
  private static final int COUNT = 20_000;

  /** Random scores of all magnitudes, and those at the edges. */
  private static long[] scores() {
    Random random = new Random(RUN_SEED);
    LongStream near =
        random
            .ints(COUNT, 0, 64)
            .mapToLong(shift -> random.nextLong() >>> shift)
            .flatMap(score -> LongStream.of(score, -score));
    LongStream edges =
        LongStream.range(0, 64)
            .map(bit -> 1L << bit)
            .flatMap(edge -> LongStream.of(edge - 1, edge, edge + 1, -edge, -edge - 1));
    return LongStream.concat(near, edges).toArray();
  }

  /** The specification's steps in numbers without end, so that an overflow would show. */
  private static BigInteger exact(long score) {
    if (score == 0) {
      return BigInteger.ZERO;
    }
    BigInteger y = BigInteger.ONE.shiftLeft(64).subtract(unsigned(score));
    int z = 64 - y.bitLength();
    BigInteger x = y.shiftLeft(z).shiftRight(32);
    BigInteger f = BigInteger.ZERO;
    for (int i = 0; i < 32; i++) {
      x = x.multiply(x);
      boolean carry = x.testBit(63);
      f = f.shiftLeft(1).add(carry ? BigInteger.ONE : BigInteger.ZERO);
      x = x.shiftRight(carry ? 32 : 31);
    }
    return BigInteger.valueOf(z + 1).shiftLeft(32).subtract(f);
  }

  private static BigInteger unsigned(long score) {
    return new BigInteger(Long.toUnsignedString(score));
  }

  @Test
  void shouldBeTheSpecificationsExactly() {
    for (long score : scores()) {
      assertEquals(exact(score), BigInteger.valueOf(ScoreCost.of(score)), () -> at(score));
    }
  }

  /** Of scores up to 2^62 a double's logarithm is good to seven digits. */
  @Test
  void shouldBeALogarithm() {
    for (long score : scores()) {
      double part = unsigned(score).doubleValue() / 0x1p64;
      double bits = -Math.log1p(-part) / Math.log(2);
      if (part > 1e-6 && part < 0.999) {
        assertEquals(bits, ScoreCost.of(score) / 0x1p32, 1e-7 + bits * 1e-7, () -> at(score));
      }
    }
  }

  @Test
  void shouldGrowWithTheScoreAndStayWithinItsBounds() {
    List<Long> sorted =
        Arrays.stream(scores())
            .boxed()
            .sorted(Comparator.comparing(ScoreCostTest::unsigned))
            .toList();
    long before = 0;
    for (long score : sorted) {
      long cost = ScoreCost.of(score);
      assertTrue(cost >= before, () -> at(score));
      assertTrue(ScoreCost.atLeast(score) <= cost, () -> at(score));
      assertTrue(ScoreCost.atMost(score) >= cost, () -> at(score));
      assertTrue(cost <= 1L << 38, () -> at(score));
      before = cost;
    }
  }

  private static String at(long score) {
    return "score " + Long.toUnsignedString(score) + ", seed " + RUN_SEED;
  }
}
