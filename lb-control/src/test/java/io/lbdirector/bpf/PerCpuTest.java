package io.lbdirector.bpf;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(LeakCheck.class)
class PerCpuTest {
  private static final int MANY = 131_072;
  private static final MapSpec COUNTERS =
      new MapSpec(MapType.PERCPU_ARRAY, "toy_counters", 4, 16, MANY, 0);

  @Test
  void shouldAddUpWhatAProgramCounted() {
    try (BpfObject toys = ToyObjects.loadToys();
        BpfProgram count = toys.program("toy_count");
        BpfMap counts = toys.map("toy_counts")) {
      count.testRun(packet(3, 60), 5);
      count.testRun(packet(4, 100), 2);

      assertArrayEquals(new long[] {0, 0, 5, 300, 2, 200, 0, 0}, counts.sumPerCpu(2, 4));
      assertArrayEquals(new long[] {5, 300}, sum(counts.lookupPerCpu(Bytes.u32(3))));
    }
  }

  @Test
  void shouldGiveOneValueForEachCpu() {
    try (BpfMap map = BpfMap.create(COUNTERS)) {
      map.updatePerCpu(Bytes.u32(9), Bytes.u64(2, 3));

      List<byte[]> values = map.lookupPerCpu(Bytes.u32(9));
      assertEquals(PossibleCpus.count(), values.size());
      values.forEach(value -> assertArrayEquals(Bytes.u64(2, 3), value));
    }
  }

  @Test
  void shouldSetAValueBackOnEveryCpu() {
    try (BpfMap map = BpfMap.create(COUNTERS)) {
      map.updatePerCpu(Bytes.u32(9), Bytes.u64(2, 3));
      map.updatePerCpu(Bytes.u32(9), new byte[16]);
      assertArrayEquals(new long[2], map.sumPerCpu(9, 1));
    }
  }

  @Test
  void shouldAddUpLongRangesAsSingleLookupsDo() {
    long seed = System.nanoTime();
    System.out.println("seed " + seed);
    Random random = new Random(seed);
    try (BpfMap map = BpfMap.create(COUNTERS)) {
      long[] expected = new long[MANY * 2];
      for (int i = 0; i < 3000; i++) {
        int index = random.nextInt(MANY);
        long packets = random.nextInt();
        map.updatePerCpu(Bytes.u32(index), Bytes.u64(packets, i));
        expected[index * 2] = packets * PossibleCpus.count();
        expected[index * 2 + 1] = (long) i * PossibleCpus.count();
      }
      assertArrayEquals(expected, map.sumPerCpu(0, MANY));

      int first = random.nextInt(MANY - 1000);
      assertArrayEquals(PerCpuSums.readOneByOne(map, first, 1000), map.sumPerCpu(first, 1000));
      assertArrayEquals(new long[0], map.sumPerCpu(MANY, 0));
    }
  }

  @Test
  void shouldKeepValuesApartWhoseSizeIsNoMultipleOfEight() {
    MapSpec odd = new MapSpec(MapType.PERCPU_ARRAY, "toy_odd", 4, 12, 2, 0);
    byte[] value = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12};
    try (BpfMap map = BpfMap.create(odd)) {
      map.updatePerCpu(Bytes.u32(1), value);
      map.lookupPerCpu(Bytes.u32(1)).forEach(read -> assertArrayEquals(value, read));
      IllegalArgumentException e =
          assertThrows(IllegalArgumentException.class, () -> map.sumPerCpu(0, 2));
      assertEquals(
          "map toy_odd is no per-CPU array of 64-bit numbers: PERCPU_ARRAY, value size 12",
          e.getMessage());
    }
  }

  @Test
  void shouldRefuseSingleValuesAndIndexesBeyondTheEnd() {
    try (BpfMap map = BpfMap.create(COUNTERS)) {
      IllegalArgumentException lookup =
          assertThrows(IllegalArgumentException.class, () -> map.lookup(Bytes.u32(0)));
      assertEquals("map toy_counters has a value per CPU: use lookupPerCpu", lookup.getMessage());
      assertThrows(IllegalArgumentException.class, () -> map.update(Bytes.u32(0), new byte[16]));
      IndexOutOfBoundsException range =
          assertThrows(IndexOutOfBoundsException.class, () -> map.sumPerCpu(MANY - 1, 2));
      assertEquals(
          "map toy_counters: 2 indexes from 131071 on exceed its max_entries of 131072",
          range.getMessage());
    }
  }

  private static byte[] packet(int index, int length) {
    byte[] packet = new byte[length];
    packet[0] = (byte) index;
    return packet;
  }

  private static long[] sum(List<byte[]> values) {
    long[] sum = new long[2];
    for (byte[] value : values) {
      java.nio.ByteBuffer both =
          java.nio.ByteBuffer.wrap(value).order(java.nio.ByteOrder.nativeOrder());
      sum[0] += both.getLong();
      sum[1] += both.getLong();
    }
    return sum;
  }
}
