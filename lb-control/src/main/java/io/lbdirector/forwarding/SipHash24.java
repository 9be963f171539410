package io.lbdirector.forwarding;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * SipHash-2-4 with 64-bit output.
 *
 * @see <a href="https://www.aumasson.jp/siphash/siphash.pdf">SipHash: a fast short-input PRF</a>
 */
public final class SipHash24 {
  private static final VarHandle LITTLE_ENDIAN_LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  private long v0;
  private long v1;
  private long v2;
  private long v3;

  /** A state to {@link #set} from another; of itself it is no hash. */
  SipHash24() {}

  /** The state before the first block. */
  static SipHash24 keyed(SipKey key) {
    SipHash24 state = new SipHash24();
    state.v0 = key.k0() ^ 0x736f6d6570736575L;
    state.v1 = key.k1() ^ 0x646f72616e646f6dL;
    state.v2 = key.k0() ^ 0x6c7967656e657261L;
    state.v3 = key.k1() ^ 0x7465646279746573L;
    return state;
  }

  /**
   * The four words of the state before the first block, half a round ahead: with that half of the
   * first round done which no block enters.
   */
  public static long[] preparedState(SipKey key) {
    SipHash24 state = keyed(key);
    state.firstHalf();
    return new long[] {state.v0, state.v1, state.v2, state.v3};
  }

  void set(long newV0, long newV1, long newV2, long newV3) {
    v0 = newV0;
    v1 = newV1;
    v2 = newV2;
    v3 = newV3;
  }

  long v0() {
    return v0;
  }

  long v1() {
    return v1;
  }

  long v2() {
    return v2;
  }

  long v3() {
    return v3;
  }

  /**
   * Hashes a message.
   *
   * @param key 16 bytes
   * @param message any length
   * @return the 8 output bytes, read little-endian; {@link Long#reverseBytes} gives the big-endian
   *     reading
   */
  public static long hash(SipKey key, byte[] message) {
    SipHash24 state = keyed(key);
    int whole = message.length & ~7;
    for (int i = 0; i < whole; i += 8) {
      state.absorb(readLong(message, i));
    }
    long last = (long) message.length << 56;
    for (int i = whole; i < message.length; i++) {
      last |= (message[i] & 0xffL) << (8 * (i - whole));
    }
    state.absorb(last);
    return state.finish();
  }

  static long readLong(byte[] bytes, int offset) {
    return (long) LITTLE_ENDIAN_LONG.get(bytes, offset);
  }

  /** Takes in a block of eight bytes, read little-endian. */
  void absorb(long word) {
    v3 ^= word;
    round();
    round();
    v0 ^= word;
  }

  /** Ends the hash; the caller has absorbed the last block, with the length in its top byte. */
  long finish() {
    v2 ^= 0xff;
    round();
    round();
    round();
    round();
    return v0 ^ v1 ^ v2 ^ v3;
  }

  /** What no block enters, of a round. */
  private void firstHalf() {
    v0 += v1;
    v1 = Long.rotateLeft(v1, 13) ^ v0;
    v0 = Long.rotateLeft(v0, 32);
  }

  private void round() {
    firstHalf();
    v2 += v3;
    v3 = Long.rotateLeft(v3, 16) ^ v2;
    v0 += v3;
    v3 = Long.rotateLeft(v3, 21) ^ v0;
    v2 += v1;
    v1 = Long.rotateLeft(v1, 17) ^ v2;
    v2 = Long.rotateLeft(v2, 32);
  }
}
