package io.lbdirector.forwarding;

import java.util.Arrays;

/**
 * 256 states of SipHash-2-4 side by side, in loops that the JIT makes vector instructions of: some
 * 2 to 3 ns a hash where one by one takes 9 to 13. For that
 *
 * <ul>
 *   <li>all of them are in one array at constant offsets, for of two arrays the JIT cannot know
 *       that they are not one;
 *   <li>a loop is two rounds: of three it makes no vectors, and one by one they wait for memory;
 *   <li>there are so many lanes because the first and the last few of each loop go one by one.
 * </ul>
 */
final class SipLanes {
  static final int LANES = 256;

  /** The state that each lane begins with, for all of the messages that begin alike. */
  private static final int BEGIN0 = 0;

  private static final int BEGIN1 = LANES;
  private static final int BEGIN2 = 2 * LANES;
  private static final int BEGIN3 = 3 * LANES;

  /** The state of the message at hand. */
  private static final int V0 = 4 * LANES;

  private static final int V1 = 5 * LANES;
  private static final int V2 = 6 * LANES;
  private static final int V3 = 7 * LANES;

  /** The next block of each lane, and in the end its hash. */
  private static final int WORD = 8 * LANES;

  /** Negative in the lanes that {@link #below} looks for. */
  private static final int DIFFERENCE = 9 * LANES;

  private final long[] v = new long[10 * LANES];

  /** Brings every lane into one state. */
  void set(SipHash24 state) {
    Arrays.fill(v, V0, V1, state.v0());
    Arrays.fill(v, V1, V2, state.v1());
    Arrays.fill(v, V2, V3, state.v2());
    Arrays.fill(v, V3, WORD, state.v3());
  }

  /** Makes of the states what {@link #begin} begins with. */
  void keep() {
    System.arraycopy(v, V0, v, BEGIN0, 4 * LANES);
  }

  /** Copies what a lane begins with. */
  void copyTo(SipHash24 state, int lane) {
    state.set(v[BEGIN0 + lane], v[BEGIN1 + lane], v[BEGIN2 + lane], v[BEGIN3 + lane]);
  }

  void word(int lane, long word) {
    v[WORD + lane] = word;
  }

  /** Takes in each lane's word; after {@link #finish} that is its hash. */
  void absorb() {
    for (int i = 0; i < LANES; i++) {
      v[V3 + i] ^= v[WORD + i];
    }
    twoRounds(0);
    for (int i = 0; i < LANES; i++) {
      v[V0 + i] ^= v[WORD + i];
    }
  }

  /** Takes the same block in, in every lane. */
  void absorb(long word) {
    Arrays.fill(v, WORD, DIFFERENCE, word);
    absorb();
  }

  /** Goes back to what was kept, and takes the same block in, in every lane. */
  void begin(long word) {
    for (int i = 0; i < LANES; i++) {
      long v3 = v[BEGIN3 + i] ^ word;
      long v0 = v[BEGIN0 + i] + v[BEGIN1 + i];
      long v2 = v[BEGIN2 + i] + v3;
      long v1 = Long.rotateLeft(v[BEGIN1 + i], 13) ^ v0;
      v3 = Long.rotateLeft(v3, 16) ^ v2;
      v0 = Long.rotateLeft(v0, 32) + v3;
      v2 += v1;
      v1 = Long.rotateLeft(v1, 17) ^ v2;
      v2 = Long.rotateLeft(v2, 32);
      v3 = Long.rotateLeft(v3, 21) ^ v0;

      v0 += v1;
      v2 += v3;
      v1 = Long.rotateLeft(v1, 13) ^ v0;
      v3 = Long.rotateLeft(v3, 16) ^ v2;
      v0 = Long.rotateLeft(v0, 32) + v3;
      v2 += v1;
      v[V0 + i] = v0 ^ word;
      v[V1 + i] = Long.rotateLeft(v1, 17) ^ v2;
      v[V2 + i] = Long.rotateLeft(v2, 32);
      v[V3 + i] = Long.rotateLeft(v3, 21) ^ v0;
    }
  }

  /** Ends the hashes, as {@link SipHash24#finish} does. */
  void finish() {
    twoRounds(0xff);
    twoRounds(0);
    for (int i = 0; i < LANES; i++) {
      v[WORD + i] = v[V0 + i] ^ v[V1 + i] ^ v[V2 + i] ^ v[V3 + i];
    }
  }

  /** The hash of a lane, after {@link #finish}. */
  long hash(int lane) {
    return v[WORD + lane];
  }

  /**
   * Finds the lanes whose hash is low, its eight bytes read big-endian.
   *
   * @param limit the first two bytes of the hash are to be below this: 0 to 65536
   * @param lanes receives them, ascending
   * @return how many there are
   */
  int below(int limit, int[] lanes) {
    for (int i = 0; i < LANES; i++) {
      long hash = v[WORD + i];
      v[DIFFERENCE + i] = ((hash & 0xff) << 8 | hash >>> 8 & 0xff) - limit;
    }
    int count = 0;
    for (int i = 0; i < LANES; i++) {
      if (v[DIFFERENCE + i] < 0) {
        lanes[count++] = i;
      }
    }
    return count;
  }

  /**
   * @param inV2 first mixed into that word of each state
   */
  private void twoRounds(long inV2) {
    for (int i = 0; i < LANES; i++) {
      long v2 = v[V2 + i] ^ inV2;
      long v0 = v[V0 + i] + v[V1 + i];
      long v1 = Long.rotateLeft(v[V1 + i], 13) ^ v0;
      v2 += v[V3 + i];
      long v3 = Long.rotateLeft(v[V3 + i], 16) ^ v2;
      v0 = Long.rotateLeft(v0, 32) + v3;
      v2 += v1;
      v1 = Long.rotateLeft(v1, 17) ^ v2;
      v2 = Long.rotateLeft(v2, 32);
      v3 = Long.rotateLeft(v3, 21) ^ v0;

      v0 += v1;
      v2 += v3;
      v1 = Long.rotateLeft(v1, 13) ^ v0;
      v3 = Long.rotateLeft(v3, 16) ^ v2;
      v0 = Long.rotateLeft(v0, 32) + v3;
      v2 += v1;
      v[V0 + i] = v0;
      v[V1 + i] = Long.rotateLeft(v1, 17) ^ v2;
      v[V2 + i] = Long.rotateLeft(v2, 32);
      v[V3 + i] = Long.rotateLeft(v3, 21) ^ v0;
    }
  }
}
