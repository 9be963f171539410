package io.lbdirector.bpf;

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
    MapScan scan = new MapScan(map, action);
    if (!scan.batches()) {
      scan.keyByKey();
    }
  }

  /** Whether the kernel has batches for this map. */
  private boolean batches() {
    byte[] cursor = null;
    int room = FIRST_BATCH;
    while (true) {
      Batch batch = Batch.lookup(map, cursor, room);
      if (cursor == null && Errno.meansNoBatch(batch.errno)) {
        return false;
      }
      if (batch.errno == Errno.ENOSPC.number()) {
        room *= 2; // a bucket of the hash has more entries than there is room for
        continue;
      }
      boolean last = batch.errno == Errno.ENOENT.number();
      if (batch.errno != 0 && !last) {
        throw map.failed("look up in", " (batch)").apply(batch.errno);
      }
      hand(batch);
      if (last) {
        return true;
      }
      cursor = batch.next;
    }
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
    if (result == -Errno.ENOENT.number()) {
      return null;
    }
    Native.check(result, map.failed("walk the keys of", ""));
    return next;
  }

  /** One answer of {@code BPF_MAP_LOOKUP_BATCH}. */
  private static final class Batch {
    final ByteBuffer keys;
    final ByteBuffer values;
    final byte[] next;
    final int errno;
    final int count;

    private Batch(BpfMap map, byte[] cursor, int room) {
      MapSpec spec = map.spec();
      keys = BpfMap.direct(room * spec.keySize());
      values = BpfMap.direct(room * spec.valueSize());
      next = new byte[Math.max(MIN_CURSOR, spec.keySize())];
      int[] inOut = {room};
      errno =
          -Native.libbpf()
              .bpf_map_lookup_batch(
                  map.fd(),
                  cursor,
                  next,
                  BpfMap.address(keys),
                  BpfMap.address(values),
                  inOut,
                  null);
      count = inOut[0];
      Reference.reachabilityFence(this);
    }

    static Batch lookup(BpfMap map, byte[] cursor, int room) {
      return new Batch(map, cursor, room);
    }
  }
}
