package io.lbdirector.bpf;

import java.lang.ref.Reference;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.LongBuffer;
import java.util.function.IntFunction;

/** Adds up per-CPU values, chunk by chunk, with one system call a chunk where the kernel can. */
final class PerCpuSums {
  /** Most bytes of values read at once: on 2 CPUs, 32,768 counters of 16 bytes. */
  private static final int CHUNK_BYTES = 1 << 20;

  private final BpfMap map;
  private final int first;
  private final int count;
  private final int words;
  private final int indexBytes;
  private final long[] sums;

  private PerCpuSums(BpfMap map, int first, int count) {
    MapSpec spec = map.spec();
    requireNumbers(spec);
    requireRange(spec, first, count);
    this.map = map;
    this.first = first;
    this.count = count;
    this.words = spec.valueSize() / Long.BYTES;
    this.indexBytes = map.perCpuStride() * PossibleCpus.count();
    this.sums = new long[count * words];
  }

  private static void requireNumbers(MapSpec spec) {
    if (spec.type() != MapType.PERCPU_ARRAY || spec.valueSize() % Long.BYTES != 0) {
      throw new IllegalArgumentException(
          "map %s is no per-CPU array of 64-bit numbers: %s, value size %d"
              .formatted(spec.name(), spec.type(), spec.valueSize()));
    }
  }

  private static void requireRange(MapSpec spec, int first, int count) {
    if (first < 0 || count < 0 || first > spec.maxEntries() - count) {
      throw new IndexOutOfBoundsException(
          "map %s: %d indexes from %d on exceed its max_entries of %d"
              .formatted(spec.name(), count, first, spec.maxEntries()));
    }
  }

  /** See {@link BpfMap#sumPerCpu}. */
  static long[] read(BpfMap map, int first, int count) {
    PerCpuSums reader = new PerCpuSums(map, first, count);
    return reader.readBatches() ? reader.sums : readOneByOne(map, first, count);
  }

  /** The same without batches, as before kernel 5.13. */
  static long[] readOneByOne(BpfMap map, int first, int count) {
    PerCpuSums reader = new PerCpuSums(map, first, count);
    for (int i = 0; i < count; i++) {
      for (byte[] value : map.lookupPerCpu(BpfMap.bytesOf(first + i))) {
        reader.add(i, ByteBuffer.wrap(value).order(ByteOrder.nativeOrder()).asLongBuffer());
      }
    }
    return reader.sums;
  }

  /** Whether the kernel has such batches. */
  private boolean readBatches() {
    int chunk = Math.min(count, Math.max(1, CHUNK_BYTES / indexBytes));
    ByteBuffer keys = BpfMap.direct(chunk * Integer.BYTES);
    ByteBuffer values = BpfMap.direct(chunk * indexBytes);
    for (int done = 0; done < count; done += chunk) {
      int length = Math.min(chunk, count - done);
      int result = lookupBatch(first + done, length, keys, values);
      if (done == 0 && BpfErrno.meansNoBatch(-result)) {
        return false;
      }
      Native.check(result, lookupFailed(first + done));
      addAll(done, length, values);
    }
    return true;
  }

  private IntFunction<BpfException> lookupFailed(int from) {
    return errno -> map.failed("look up in", " (batch from " + from + " on)", errno);
  }

  private int lookupBatch(int from, int length, ByteBuffer keys, ByteBuffer values) {
    byte[] before = from == 0 ? null : BpfMap.bytesOf(from - 1);
    int result =
        Native.libbpf()
            .bpf_map_lookup_batch(
                map.fd(),
                before,
                new byte[Integer.BYTES],
                BpfMap.address(keys),
                BpfMap.address(values),
                new int[] {length},
                null);
    Reference.reachabilityFence(keys);
    Reference.reachabilityFence(values);
    return result;
  }

  /** Values stand index by index, and for each CPU by CPU. */
  private void addAll(int done, int length, ByteBuffer values) {
    for (int i = 0; i < length; i++) {
      LongBuffer ofIndex =
          values.slice(i * indexBytes, indexBytes).order(values.order()).asLongBuffer();
      while (ofIndex.hasRemaining()) {
        add(done + i, ofIndex);
      }
    }
  }

  /** Adds one CPU's value. */
  private void add(int index, LongBuffer value) {
    for (int word = 0; word < words; word++) {
      sums[index * words + word] += value.get();
    }
  }
}
