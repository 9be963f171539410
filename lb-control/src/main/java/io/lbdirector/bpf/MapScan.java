package io.lbdirector.bpf;

import io.lbdirector.os.Errno;
import java.lang.ref.Reference;
import java.nio.ByteBuffer;
import java.util.function.BiConsumer;

/** Walks the entries of a map: in batches, or key by key where the kernel has no batch for it. */
final class MapScan {
  private static final int FIRST_BATCH = 1024;
  private static final int MIN_CURSOR = Integer.BYTES;

  private final BpfMap map;
  private final MapSpec spec;
  private final BiConsumer<byte[], byte[]> action;

  private MapScan(BpfMap map, BiConsumer<byte[], byte[]> action) {
    this.map = map;
    this.spec = map.spec();
    this.action = action;
  }

  static void scan(BpfMap map, BiConsumer<byte[], byte[]> action) {
    scan(map, FIRST_BATCH, action);
  }

  /**
   * @param room entries of the first batch, from which it grows if need be
   */
  static void scan(BpfMap map, int room, BiConsumer<byte[], byte[]> action) {
    MapScan scan = new MapScan(map, action);
    if (!scan.batches(room)) {
      scan.keyByKey();
    }
  }

  /** Whether the kernel has batches for this map. */
  private boolean batches(int room) {
    Batch batch = new Batch(map, null, room);
    if (BpfErrno.meansNoBatch(batch.errno)) {
      return false;
    }
    while (!batch.isLast()) {
      hand(batch);
      batch = batch.following();
    }
    hand(batch);
    return true;
  }

  private void hand(Batch batch) {
    for (int i = 0; i < batch.count; i++) {
      byte[] key = new byte[spec.keySize()];
      byte[] value = new byte[spec.valueSize()];
      batch.keys.get(key);
      batch.values.get(value);
      action.accept(key, value);
    }
  }

  private void keyByKey() {
    byte[] key = nextKey(null);
    while (key != null) {
      byte[] next = nextKey(key); // before the action, which may delete the entry
      byte[] here = key;
      map.lookup(key).ifPresent(value -> action.accept(here, value));
      key = next;
    }
  }

  /** The key after {@code key}, the first one for null; null if there is none. */
  private byte[] nextKey(byte[] key) {
    byte[] next = new byte[spec.keySize()];
    int result = Native.libbpf().bpf_map_get_next_key(map.fd(), key, next);
    if (result == -Errno.ENOENT) {
      return null;
    }
    Native.check(result, errno -> map.failed("walk the keys of", "", errno));
    return next;
  }

  /** One answer of {@code BPF_MAP_LOOKUP_BATCH}. */
  private static final class Batch {
    final BpfMap map;
    final byte[] cursor;
    final int room;
    final ByteBuffer keys;
    final ByteBuffer values;
    final byte[] next;
    final int errno;
    final int count;

    /**
     * @param cursor where the batch before ended; null for the first
     * @param room most entries to take
     */
    Batch(BpfMap map, byte[] cursor, int room) {
      MapSpec spec = map.spec();
      this.map = map;
      this.cursor = cursor;
      this.room = room;
      keys = BpfMap.direct(room * spec.keySize());
      values = BpfMap.direct(room * spec.valueSize());
      next = new byte[Math.max(MIN_CURSOR, spec.keySize())];
      int[] inOut = {room};
      errno = -lookup(inOut);
      count = hasNoRoom() ? 0 : inOut[0];
    }

    private int lookup(int[] inOut) {
      int result =
          Native.libbpf()
              .bpf_map_lookup_batch(
                  map.fd(),
                  cursor,
                  next,
                  BpfMap.address(keys),
                  BpfMap.address(values),
                  inOut,
                  null);
      Reference.reachabilityFence(keys);
      Reference.reachabilityFence(values);
      return result;
    }

    /** Whether a bucket of the hash has more entries than there is room for. */
    private boolean hasNoRoom() {
      return errno == Errno.ENOSPC;
    }

    /** Whether no entries are left behind this batch. */
    boolean isLast() {
      if (errno != 0 && errno != Errno.ENOENT && !hasNoRoom()) {
        throw map.failed("look up in", " (batch)", errno);
      }
      return errno == Errno.ENOENT;
    }

    Batch following() {
      return hasNoRoom() ? new Batch(map, cursor, 2 * room) : new Batch(map, next, room);
    }
  }
}
