package io.lbdirector.bpf;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.ByteBuffer;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(LeakCheck.class)
class MappedMemoryTest {
  private static final int ROWS = 65_536;
  private static final MapSpec TABLE =
      new MapSpec(MapType.ARRAY, "toy_rows", 4, 8, ROWS, MapSpec.MMAPABLE);

  private BpfMap map;

  @BeforeEach
  void create() {
    map = BpfMap.create(TABLE);
  }

  @AfterEach
  void close() {
    map.close();
  }

  @Test
  void shouldShowInTheMapWhatIsWrittenInMemory() {
    try (MappedMemory memory = map.mmap(true)) {
      memory.putLong(8, 11);
      memory.putLongRelease(8L * (ROWS - 1), 22);

      assertArrayEquals(Bytes.u64(11), map.lookup(Bytes.u32(1)).orElseThrow());
      assertArrayEquals(Bytes.u64(22), map.lookup(Bytes.u32(ROWS - 1)).orElseThrow());

      map.update(Bytes.u32(5), Bytes.u64(33));
      assertEquals(33, memory.getLong(40));
      assertEquals(33, memory.getLongAcquire(40));
    }
  }

  @Test
  void shouldFillAndReadAWholeTable() {
    long seed = System.nanoTime();
    System.out.println("seed " + seed);
    byte[] rows = new byte[ROWS * 8];
    new Random(seed).nextBytes(rows);
    ByteBuffer direct = Bytes.direct(rows.length).put(rows).flip();
    byte[] read = new byte[rows.length];
    try (MappedMemory memory = map.mmap(true)) {
      assertEquals(rows.length, memory.size());

      memory.putBytes(0, rows);
      memory.getBytes(0, read);
      assertArrayEquals(rows, read);

      memory.clear(0, memory.size());
      memory.getBytes(0, read);
      assertArrayEquals(new byte[rows.length], read);

      memory.putBytes(0, direct);
      memory.getBytes(0, read);
      assertArrayEquals(rows, read);
      assertEquals(rows.length, direct.remaining());

      memory.putBytes(16, ByteBuffer.wrap(rows, 8, 8));
      assertEquals(memory.getLong(8), memory.getLong(16));
    }
  }

  @Test
  void shouldRoundUpToPagesAndKeepToThem() {
    MapSpec small = new MapSpec(MapType.ARRAY, "toy_small", 4, 12, 3, MapSpec.MMAPABLE);
    try (BpfMap odd = BpfMap.create(small);
        MappedMemory memory = odd.mmap(true)) {
      assertEquals(4096, memory.size());
      memory.putBytes(16, Bytes.u32(77)); // index 1: values of 12 bytes are 16 apart
      assertEquals(77, Bytes.u32(odd.lookup(Bytes.u32(1)).orElseThrow()));

      IndexOutOfBoundsException e =
          assertThrows(IndexOutOfBoundsException.class, () -> memory.getLong(4089));
      assertEquals(
          "mapping of map toy_small: offset 4089, length 8 is outside of its 4096 bytes",
          e.getMessage());
      assertThrows(IndexOutOfBoundsException.class, () -> memory.putLong(-1, 0));
      assertThrows(
          IndexOutOfBoundsException.class, () -> memory.putBytes(Long.MAX_VALUE, new byte[2]));
    }
  }

  @Test
  void shouldRefuseAReleaseStoreThatCouldTear() {
    try (MappedMemory memory = map.mmap(true)) {
      IllegalArgumentException e =
          assertThrows(IllegalArgumentException.class, () -> memory.putLongRelease(12, 1));
      assertEquals("offset 12 is not a multiple of 8", e.getMessage());
    }
  }

  @Test
  void shouldRefuseToWriteWhatIsMappedForReading() {
    try (MappedMemory memory = map.mmap(false)) {
      IllegalStateException e =
          assertThrows(IllegalStateException.class, () -> memory.putLong(0, 1));
      assertEquals("map toy_rows is mapped for reading only", e.getMessage());
      assertThrows(IllegalStateException.class, () -> memory.clear(0, 8));
      assertThrows(IllegalStateException.class, () -> memory.putBytes(0, new byte[1]));
    }
  }

  @Test
  void shouldOutliveTheMapsHandleButNotItsOwnClose() {
    MappedMemory memory = map.mmap(true);
    map.close();
    memory.putLong(0, 4);
    assertEquals(4, memory.getLong(0));

    memory.close();
    memory.close();
    IllegalStateException e = assertThrows(IllegalStateException.class, () -> memory.getLong(0));
    assertEquals("mapping of map toy_rows is closed", e.getMessage());
  }

  @Test
  void shouldSayWhichMapsCanBeMapped() {
    MapSpec plain = new MapSpec(MapType.ARRAY, "toy_plain", 4, 8, 4, 0);
    try (BpfMap unmappable = BpfMap.create(plain)) {
      BpfException e = assertThrows(BpfException.class, () -> unmappable.mmap(false));
      assertEquals(
          "mmap map toy_plain: EINVAL (22); only an ARRAY made with BPF_F_MMAPABLE can be mapped",
          e.getMessage());
    }
  }
}
