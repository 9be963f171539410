package io.lbdirector.forwarding;

/**
 * SipHash-2-4 once more, as section 2 of the paper puts it and with no eye to speed: an array for
 * the state, the message padded to whole words. Shares no code with {@link SipHash24}.
 */
public final class PaperSipHash {
  private PaperSipHash() {}

  /** Returns the 8 output bytes. */
  public static byte[] hash(byte[] key, byte[] message) {
    long k0 = word(key, 0);
    long k1 = word(key, 8);
    long[] v = {
      k0 ^ 0x736f6d6570736575L,
      k1 ^ 0x646f72616e646f6dL,
      k0 ^ 0x6c7967656e657261L,
      k1 ^ 0x7465646279746573L
    };
    byte[] padded = new byte[(message.length / 8 + 1) * 8];
    System.arraycopy(message, 0, padded, 0, message.length);
    padded[padded.length - 1] = (byte) message.length;
    for (int i = 0; i < padded.length; i += 8) {
      long m = word(padded, i);
      v[3] ^= m;
      rounds(v, 2);
      v[0] ^= m;
    }
    v[2] ^= 0xff;
    rounds(v, 4);
    long result = v[0] ^ v[1] ^ v[2] ^ v[3];
    byte[] out = new byte[8];
    for (int i = 0; i < 8; i++) {
      out[i] = (byte) (result >>> (8 * i));
    }
    return out;
  }

  private static void rounds(long[] v, int count) {
    for (int i = 0; i < count; i++) {
      half(v, 0, 1, 13, 2, 3, 16);
      half(v, 2, 1, 17, 0, 3, 21);
    }
  }

  /** One of the two halves of a round: a pair with the middle rotation, a pair beside it. */
  private static void half(long[] v, int a, int b, int ab, int c, int d, int cd) {
    v[a] += v[b];
    v[c] += v[d];
    v[b] = v[b] << ab | v[b] >>> (64 - ab);
    v[d] = v[d] << cd | v[d] >>> (64 - cd);
    v[b] ^= v[a];
    v[d] ^= v[c];
    v[a] = v[a] << 32 | v[a] >>> 32;
  }

  private static long word(byte[] bytes, int offset) {
    long word = 0;
    for (int i = 7; i >= 0; i--) {
      word = word << 8 | bytes[offset + i] & 0xff;
    }
    return word;
  }
}
