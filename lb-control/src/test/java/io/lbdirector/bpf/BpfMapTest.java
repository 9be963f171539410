package io.lbdirector.bpf;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(LeakCheck.class)
class BpfMapTest {
  private static final MapSpec HASH = new MapSpec(MapType.HASH, "toy_hash", 4, 8, 16, 0);
  private static final MapSpec ARRAY =
      new MapSpec(MapType.ARRAY, "toy_array", 4, 8, 1000, MapSpec.MMAPABLE);

  @Test
  void shouldLookUpWhatWasUpdatedUntilItIsDeleted() {
    try (BpfMap map = BpfMap.create(HASH)) {
      byte[] key = BpfMap.bytesOf(7);
      assertEquals(Optional.empty(), map.lookup(key));

      map.update(key, value(42));
      assertArrayEquals(value(42), map.lookup(key).orElseThrow());

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
      assertTrue(map.id() > 0);
    }
  }

  @Test
  void shouldKeepToTheUpdateMode() {
    try (BpfMap map = BpfMap.create(HASH)) {
      byte[] key = BpfMap.bytesOf(0x01020304);
      BpfException missing =
          assertThrows(BpfException.class, () -> map.update(key, value(1), BpfMap.Mode.EXIST));
      assertEquals(
          "update map toy_hash (key 04030201): ENOENT (2); there is no such entry",
          missing.getMessage());
      map.update(key, value(1), BpfMap.Mode.NOEXIST);
      BpfException there =
          assertThrows(BpfException.class, () -> map.update(key, value(2), BpfMap.Mode.NOEXIST));
      assertEquals("EEXIST", there.errnoName());
      map.update(key, value(3), BpfMap.Mode.EXIST);
      assertArrayEquals(value(3), map.lookup(key).orElseThrow());
    }
  }

  @Test
  void shouldNameIndexAndSizeWhenAnArrayHasNoSuchIndex() {
    try (BpfMap map = BpfMap.create(ARRAY)) {
      BpfException e =
          assertThrows(BpfException.class, () -> map.update(BpfMap.bytesOf(1000), value(1)));
      assertEquals(
          "update map toy_array (index 1000): E2BIG (7); max_entries is 1000", e.getMessage());
      assertEquals(7, e.errno());
    }
  }

  private static byte[] value(long value) {
    return ByteBuffer.allocate(8).order(java.nio.ByteOrder.nativeOrder()).putLong(value).array();
  }
}
