package io.lbdirector.forwarding;

import java.util.Arrays;

/**
 * 64 states of SipHash-2-4 side by side, in loops that the JIT makes vector instructions of: some 3
 * ns a hash where one by one takes 9 to 13. For that all of them are in one array at constant
 * offsets (of two arrays the JIT cannot know that they are not one), and a loop is no more than a
 * round.
 */
final class SipLanes {
  static final int LANES = 64;

  private static final int V1 = LANES;
  private static final int V2 = 2 * LANES;
  private static final int V3 = 3 * LANES;

  /** The next block of each lane, and in the end its hash. */
  private static final int WORD = 4 * LANES;

  private final long[] v = new long[5 * LANES];

  /** Takes over the states of {@code other}, which is not changed. */
  void set(SipLanes other) {
    System.arraycopy(other.v, 0, v, 0, WORD);
  }

  /** Brings every lane into one state. */
  void set(SipHash24 state) {
    Arrays.fill(v, 0, V1, state.v0());
    Arrays.fill(v, V1, V2, state.v1());
    Arrays.fill(v, V2, V3, state.v2());
    Arrays.fill(v, V3, WORD, state.v3());
  }

  /** Takes one lane's state out. */
  void copyTo(SipHash24 state, int lane) {
    state.set(v[lane], v[V1 + lane], v[V2 + lane], v[V3 + lane]);
  }

  void word(int lane, long word) {
    v[WORD + lane] = word;
  }

  /** Takes in each lane's word; after {@link #finish} that is its hash. */
  void absorb() {
    for (int i = 0; i < LANES; i++) {
      v[V3 + i] ^= v[WORD + i];
    }
    round();
    round();
    for (int i = 0; i < LANES; i++) {
      v[i] ^= v[WORD + i];
    }
  }

  /** Takes the same block in, in every lane. */
  void absorb(long word) {
    for (int i = 0; i < LANES; i++) {
      v[V3 + i] ^= word;
    }
    round();
    round();
    for (int i = 0; i < LANES; i++) {
      v[i] ^= word;
    }
  }

  /** Ends the hashes, as {@link SipHash24#finish} does. */
  void finish() {
    for (int i = 0; i < LANES; i++) {
      v[V2 + i] ^= 0xff;
    }
    round();
    round();
    round();
    round();
    for (int i = 0; i < LANES; i++) {
      v[WORD + i] = v[i] ^ v[V1 + i] ^ v[V2 + i] ^ v[V3 + i];
    }
  }

  /** The hash of a lane, after {@link #finish}. */
  long hash(int lane) {
    return v[WORD + lane];
  }

  private void round() {
    for (int i = 0; i < LANES; i++) {
      long v0 = v[i] + v[V1 + i];
      long v2 = v[V2 + i] + v[V3 + i];
      long v1 = Long.rotateLeft(v[V1 + i], 13) ^ v0;
      long v3 = Long.rotateLeft(v[V3 + i], 16) ^ v2;
      v0 = Long.rotateLeft(v0, 32) + v3;
      v2 += v1;
      v[i] = v0;
      v[V1 + i] = Long.rotateLeft(v1, 17) ^ v2;
      v[V2 + i] = Long.rotateLeft(v2, 32);
      v[V3 + i] = Long.rotateLeft(v3, 21) ^ v0;
    }
  }
}
