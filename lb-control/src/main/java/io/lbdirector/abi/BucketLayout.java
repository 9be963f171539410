package io.lbdirector.abi;

import io.lbdirector.abi.VipLayout.Target;
import io.lbdirector.forwarding.IpAddress;
import io.lbdirector.forwarding.SipHash24;
import io.lbdirector.forwarding.Vip;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * A bucket of {@code lb_binds}: up to four exact binds, for packets that take the short way.
 * Mirrors {@code struct lb_bucket}, {@code struct lb_bind} and {@code struct lb_bind_key} in
 * lb_abi.h.
 *
 * <pre>
 *  bucket: 0: keys (4 of 8) | 32: binds (4 of 56) | length 256
 *  key:    0: address (be32) | 4: port (be16) | 6: protocol (u8) | 7: family (u8) | length 8
 *  bind:   0: address (16) | 16: hash_state (4 of u64) | 48: stats (u32) | 52: table (u16)
 *          | 54: hash_fields (u8) | 55: pad | length 56
 * </pre>
 */
public final class BucketLayout {
  static final int KEYS_OFFSET = 0;
  static final int BINDS_OFFSET = 32;
  public static final int LENGTH = 256;

  static final int KEY_LENGTH = 8;
  static final int PORT_OFFSET = 4;
  static final int PROTOCOL_OFFSET = 6;
  static final int FAMILY_OFFSET = 7;

  static final int ADDRESS_OFFSET = 0;
  static final int HASH_STATE_OFFSET = 16;
  static final int STATS_OFFSET = 48;
  static final int TABLE_OFFSET = 52;
  static final int HASH_FIELDS_OFFSET = 54;
  static final int BIND_LENGTH = 56;

  static final long FACTOR = 0x9e3779b97f4a7c15L;
  static final int SHIFT = 48;

  private static final int TCP = 6;
  private static final int UDP = 17;

  private BucketLayout() {}

  /** Whether packets may look here for it: it is a bind of TCP or UDP. */
  public static boolean isFor(Vip vip) {
    return !vip.isPortless() && (vip.protocolNumber() == TCP || vip.protocolNumber() == UDP);
  }

  /** The key of a bind, as the program reads it: never 0. */
  public static long key(Vip vip) {
    ByteBuffer key = Abi.zeroed(KEY_LENGTH);
    ByteBuffer address = ByteBuffer.wrap(vip.address().toBytes()).order(ByteOrder.nativeOrder());
    int folded = 0;
    while (address.hasRemaining()) {
      folded ^= address.getInt();
    }
    key.putInt(0, folded);
    key.put(PORT_OFFSET, (byte) (vip.port() >> 8)).put(PORT_OFFSET + 1, (byte) vip.port());
    key.put(PROTOCOL_OFFSET, (byte) vip.protocolNumber());
    key.put(FAMILY_OFFSET, (byte) family(vip.address()));
    return key.getLong(0);
  }

  private static int family(IpAddress address) {
    return address.isV4() ? Abi.FAMILY_IPV4 : Abi.FAMILY_IPV6;
  }

  /**
   * Number of the bucket that a key leads to.
   *
   * @param buckets in use, a power of two up to {@link Abi#BUCKETS}
   */
  public static int bucketOf(long key, int buckets) {
    return (int) (key * FACTOR >>> SHIFT) & (buckets - 1);
  }

  /**
   * Puts a bind at the first free place of its bucket.
   *
   * @param image buckets, one after another
   * @param shortWay whether its packets may take it, if there is nothing out of the common about it
   * @return false if the bucket is full; then nothing is written
   */
  public static boolean put(
      ByteBuffer image, int buckets, Vip vip, Target target, boolean shortWay) {
    long key = key(vip);
    int bucket = bucketOf(key, buckets) * LENGTH;
    for (int place = 0; place < Abi.BUCKET_BINDS; place++) {
      int keyAt = bucket + KEYS_OFFSET + place * KEY_LENGTH;
      if (image.getLong(keyAt) == 0) {
        image.putLong(keyAt, key);
        int bindAt = bucket + BINDS_OFFSET + place * BIND_LENGTH;
        putBind(image, bindAt, vip.address(), target);
        boolean fields = shortWay && target.isPlain();
        image.put(bindAt + HASH_FIELDS_OFFSET, fields ? target.hashFieldsMask() : 0);
        return true;
      }
    }
    return false;
  }

  private static void putBind(ByteBuffer image, int at, IpAddress address, Target target) {
    if (!address.isV4()) {
      image.put(at + ADDRESS_OFFSET, address.toBytes());
    }
    long[] state = SipHash24.preparedState(target.hashKey());
    for (int i = 0; i < state.length; i++) {
      image.putLong(at + HASH_STATE_OFFSET + i * Long.BYTES, state[i]);
    }
    image.putInt(at + STATS_OFFSET, target.stats());
    image.putShort(at + TABLE_OFFSET, (short) target.table());
  }
}
