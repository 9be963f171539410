package io.lbdirector.bpf;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@ExtendWith(LeakCheck.class)
class BpfMapTest {
  private static final MapSpec HASH = new MapSpec(MapType.HASH, "toy_hash", 4, 8, 16, 0);
  private static final MapSpec ARRAY =
      new MapSpec(MapType.ARRAY, "toy_array", 4, 8, 1000, MapSpec.MMAPABLE);
  private static final int LOOPBACK = 1;

  @Test
  void shouldLookUpWhatWasUpdatedUntilItIsDeleted() {
    try (BpfMap map = BpfMap.create(HASH)) {
      byte[] key = Bytes.u32(7);
      assertEquals(Optional.empty(), map.lookup(key));

      map.update(key, Bytes.u64(42));
      assertArrayEquals(Bytes.u64(42), map.lookup(key).orElseThrow());

      assertTrue(map.delete(key));
      assertFalse(map.delete(key));
      assertEquals(Optional.empty(), map.lookup(key));
    }
  }

  @Test
  void shouldSayWhatTheKernelSaysOfTheMap() {
    try (BpfMap map = BpfMap.create(ARRAY)) {
      assertEquals(ARRAY, map.info());
      assertEquals("toy_array", map.name());
      assertTrue(
          Commands.run("bpftool", "map", "show", "id", String.valueOf(map.id()))
              .contains("name toy_array"));
    }
  }

  @Test
  void shouldKeepToTheUpdateMode() {
    try (BpfMap map = BpfMap.create(HASH)) {
      byte[] key = {1, 2, 3, 4};
      assertFails(
          "update map toy_hash (key 01020304): ENOENT (2); there is no such entry",
          () -> map.update(key, Bytes.u64(1), BpfMap.Mode.EXIST));
      map.update(key, Bytes.u64(1), BpfMap.Mode.NOEXIST);
      assertFails(
          "update map toy_hash (key 01020304): EEXIST (17); there is such an entry already",
          () -> map.update(key, Bytes.u64(2), BpfMap.Mode.NOEXIST));
      map.update(key, Bytes.u64(3), BpfMap.Mode.EXIST);
      assertArrayEquals(Bytes.u64(3), map.lookup(key).orElseThrow());
    }
  }

  @Test
  void shouldNameIndexAndSizeWhenAnArrayHasNoSuchIndex() {
    try (BpfMap map = BpfMap.create(ARRAY)) {
      BpfException e =
          assertFails(
              "update map toy_array (index 1000): E2BIG (7); max_entries is 1000, so the last index"
                  + " is 999",
              () -> map.update(Bytes.u32(1000), Bytes.u64(1)));
      assertEquals(7, e.errno());
      assertEquals("E2BIG", e.errnoName());
      assertEquals("", e.verifierLog());
      assertFails(
          "delete from map toy_array (index 3): EINVAL (22);"
              + " an array's entries cannot be made or removed",
          () -> map.delete(Bytes.u32(3)));
    }
  }

  @Test
  void shouldRefuseKeysAndValuesOfAnotherSize() {
    try (BpfMap map = BpfMap.create(HASH)) {
      assertRefuses("map toy_hash: the key has 3 bytes, not 4", () -> map.lookup(new byte[3]));
      assertRefuses("map toy_hash: the key has 5 bytes, not 4", () -> map.delete(new byte[5]));
      assertRefuses(
          "map toy_hash: the value has 7 bytes, not 8", () -> map.update(new byte[4], new byte[7]));
      assertRefuses("map toy_hash has no value per CPU", () -> map.lookupPerCpu(new byte[4]));
      assertRefuses("map toy_hash is not a map of maps", () -> map.lookupInnerId(0));
    }
  }

  @Test
  void shouldSayWhatIsWrongWithAMapThatCannotBeMade() {
    MapSpec flags = new MapSpec(MapType.ARRAY, "toy_odd", 8, 8, 4, 0);
    assertFails(
        "create map toy_odd (ARRAY, key 8, value 8, max_entries 4, flags 0x0): EINVAL (22); this"
            + " kernel lacks the type or one of the flags, or a size is wrong for the type",
        () -> BpfMap.create(flags));
    MapSpec name = new MapSpec(MapType.ARRAY, "toy_name_of_more", 4, 8, 4, 0);
    assertRefuses(
        "map name toy_name_of_more has 16 characters; the kernel keeps 15",
        () -> BpfMap.create(name));
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 100, 1024, 131_072})
  void shouldGiveBackEveryEntryThatABatchWrote(int count) {
    MapSpec spec = new MapSpec(MapType.HASH, "toy_vips", 20, 32, 131_072, 0);
    ByteBuffer keys = Bytes.direct(count * 20);
    ByteBuffer values = Bytes.direct(count * 32);
    for (int i = 0; i < count; i++) {
      keys.putInt(i * 20, i);
      values.putInt(i * 32, ~i);
    }
    try (BpfMap map = BpfMap.create(spec)) {
      map.updateBatch(keys, values, count);

      Map<Integer, Integer> found = new HashMap<>();
      map.forEach((key, value) -> found.put(Bytes.u32(key), Bytes.u32(value)));
      assertEquals(count, found.size());
      found.forEach((key, value) -> assertEquals(~key, value));
    }
  }

  @Test
  void shouldDoTheSameOneByOneAsInABatch() {
    MapSpec trie = new MapSpec(MapType.LPM_TRIE, "toy_nets", 8, 8, 8, MapSpec.NO_PREALLOC);
    ByteBuffer keys = Bytes.direct(32).putLong(8).putLong(16).putLong(24).putLong(32).position(8);
    ByteBuffer values = Bytes.direct(32).putLong(1).putLong(2).putLong(3).putLong(4).position(8);
    Map<Long, Long> wanted = Map.of(16L, 2L, 24L, 3L);
    try (BpfMap batch = BpfMap.create(trie);
        BpfMap single = BpfMap.create(trie)) {
      batch.updateBatch(keys, values, 2);
      single.updateOneByOne(keys, values, 2);
      for (BpfMap map : List.of(batch, single)) {
        Map<Long, Long> found = new HashMap<>();
        map.forEach((key, value) -> found.put(u64(key), u64(value)));
        assertEquals(wanted, found);
      }
    }
  }

  private static long u64(byte[] bytes) {
    return ByteBuffer.wrap(bytes).order(ByteOrder.nativeOrder()).getLong();
  }

  @Test
  void shouldStartABatchAtTheBuffersPositions() {
    ByteBuffer keys = Bytes.direct(12).putInt(1).putInt(2).putInt(3).position(4);
    ByteBuffer values = Bytes.direct(24).putLong(10).putLong(20).putLong(30).position(8);
    try (BpfMap map = BpfMap.create(HASH)) {
      map.updateBatch(keys, values, 2);

      assertEquals(Optional.empty(), map.lookup(Bytes.u32(1)));
      assertArrayEquals(Bytes.u64(20), map.lookup(Bytes.u32(2)).orElseThrow());
      assertArrayEquals(Bytes.u64(30), map.lookup(Bytes.u32(3)).orElseThrow());
    }
  }

  @Test
  void shouldSayHowManyOfABatchWereWrittenBeforeTheMapWasFull() {
    ByteBuffer keys = Bytes.direct(20 * 4);
    for (int i = 0; i < 20; i++) {
      keys.putInt(i * 4, i);
    }
    try (BpfMap map = BpfMap.create(HASH)) {
      assertFails(
          "update map toy_hash (batch of 20, 16 written): E2BIG (7); it is full: max_entries is"
              + " 16",
          () -> map.updateBatch(keys, Bytes.direct(20 * 8), 20));
      assertTrue(map.lookup(Bytes.u32(15)).isPresent());
      assertFalse(map.lookup(Bytes.u32(16)).isPresent());
    }
  }

  @Test
  void shouldRefuseABatchThatIsLongerThanItsBuffers() {
    try (BpfMap map = BpfMap.create(HASH)) {
      assertRefuses(
          "map toy_hash: values must be a direct buffer with 2 × 8 bytes remaining; it has 15",
          () -> map.updateBatch(Bytes.direct(8), Bytes.direct(15), 2));
      assertThrows(
          IllegalArgumentException.class,
          () -> map.updateBatch(ByteBuffer.allocate(8), Bytes.direct(16), 2));
    }
  }

  @Test
  void shouldMakeRoomForABucketWithMoreEntriesThanABatchTakes() {
    MapSpec crowded = new MapSpec(MapType.HASH, "toy_crowded", 4, 8, 256, 0);
    try (BpfMap map = BpfMap.create(crowded)) {
      Map<Integer, Long> wanted = new HashMap<>();
      for (int i = 0; i < 256; i++) { // into 256 buckets, so that some have two or more
        map.update(Bytes.u32(i), Bytes.u64(3L * i));
        wanted.put(i, 3L * i);
      }
      Map<Integer, Long> found = new HashMap<>();
      MapScan.scan(map, 1, (key, value) -> found.put(Bytes.u32(key), Bytes.u64(value)));
      assertEquals(wanted, found);
    }
  }

  @Test
  void shouldWalkKeyByKeyWhereTheKernelHasNoBatch() {
    MapSpec devices = new MapSpec(MapType.DEVMAP, "toy_devices", 4, 4, 8, 0);
    try (BpfMap map = BpfMap.create(devices)) {
      map.update(Bytes.u32(2), Bytes.u32(LOOPBACK));
      map.update(Bytes.u32(5), Bytes.u32(LOOPBACK));

      Map<Integer, Integer> found = new HashMap<>();
      map.forEach((key, value) -> found.put(Bytes.u32(key), Bytes.u32(value)));
      assertEquals(Map.of(2, LOOPBACK, 5, LOOPBACK), found);
    }
  }

  @Test
  void shouldRefuseWritesOnceFrozen() {
    try (BpfMap map = BpfMap.create(ARRAY)) {
      map.update(Bytes.u32(1), Bytes.u64(5));
      map.freeze();

      BpfException e =
          assertThrows(BpfException.class, () -> map.update(Bytes.u32(1), Bytes.u64(6)));
      assertEquals("EPERM", e.errnoName());
      assertTrue(e.getMessage().contains("the map is frozen"), e.getMessage());
      assertArrayEquals(Bytes.u64(5), map.lookup(Bytes.u32(1)).orElseThrow());
      assertFails(
          "mmap map toy_array: EPERM (1); it is frozen: map it for reading", () -> map.mmap(true));
    }
  }

  @Test
  void shouldNotFreezeWhileMappedWritable() {
    try (BpfMap map = BpfMap.create(ARRAY)) {
      try (MappedMemory memory = map.mmap(true)) {
        assertFails(
            "freeze map toy_array: EBUSY (16); it is mapped writable: close the mapping first",
            map::freeze);
        memory.putLong(0, 9);
      }
      map.freeze();
      try (MappedMemory memory = map.mmap(false)) {
        assertEquals(9, memory.getLong(0));
      }
    }
  }

  @Test
  void shouldRefuseEveryUseOnceClosed() {
    BpfMap map = BpfMap.create(HASH);
    map.close();
    map.close();

    for (Executable use :
        new Executable[] {
          map::fd,
          map::id,
          map::freeze,
          () -> map.lookup(new byte[4]),
          () -> map.update(new byte[4], new byte[8]),
          () -> map.delete(new byte[4]),
          () -> map.forEach((key, value) -> {}),
          () -> map.updateBatch(Bytes.direct(4), Bytes.direct(8), 1),
          () -> map.mmap(false)
        }) {
      IllegalStateException e = assertThrows(IllegalStateException.class, use);
      assertEquals("map toy_hash is closed", e.getMessage());
    }
  }

  private static BpfException assertFails(String message, Executable action) {
    BpfException e = assertThrows(BpfException.class, action);
    assertEquals(message, e.getMessage());
    return e;
  }

  private static void assertRefuses(String message, Executable action) {
    assertEquals(message, assertThrows(IllegalArgumentException.class, action).getMessage());
  }
}
