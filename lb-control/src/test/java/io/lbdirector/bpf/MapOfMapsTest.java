package io.lbdirector.bpf;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(LeakCheck.class)
class MapOfMapsTest {
  private static final int SLOTS = 8192;
  private static final MapSpec INNER =
      new MapSpec(MapType.ARRAY, "toy_inner", 4, 8, 65_536, MapSpec.MMAPABLE);
  private static final MapSpec OUTER =
      new MapSpec(MapType.ARRAY_OF_MAPS, "toy_outer", 4, 4, SLOTS, 0);

  private final List<BpfMap> inners = new ArrayList<>();
  private BpfMap outer;

  @BeforeEach
  void create() {
    for (int i = 0; i < 3; i++) {
      inners.add(BpfMap.create(INNER));
    }
    outer = BpfMap.createOuter(OUTER, inners.get(0));
  }

  @AfterEach
  void close() {
    outer.close();
    inners.forEach(BpfMap::close);
  }

  @Test
  void shouldPutAMapIntoASlotAndTakeItOut() {
    assertEquals(0, outer.lookupInnerId(5));
    outer.updateInner(5, inners.get(1));
    assertEquals(inners.get(1).id(), outer.lookupInnerId(5));
    outer.updateInner(5, inners.get(2));
    assertEquals(inners.get(2).id(), outer.lookupInnerId(5));
    assertTrue(outer.deleteInner(5));
    assertFalse(outer.deleteInner(5));
    assertEquals(0, outer.lookupInnerId(5));
  }

  @Test
  void shouldFillManySlotsInOneBatch() {
    Map<Integer, BpfMap> wanted = slots(200);

    outer.updateInnerBatch(wanted);

    wanted.forEach((slot, inner) -> assertEquals(inner.id(), outer.lookupInnerId(slot)));
    assertEquals(0, outer.lookupInnerId(1));
    outer.updateInnerBatch(Map.of());
  }

  @Test
  void shouldDoTheSameOneByOneAsInABatch() {
    TreeMap<Integer, BpfMap> wanted = slots(5);

    outer.updateInnerOneByOne(wanted);

    wanted.forEach((slot, inner) -> assertEquals(inner.id(), outer.lookupInnerId(slot)));
  }

  @Test
  void shouldSayHowManySlotsABatchFilledBeforeItFailed() {
    Map<Integer, BpfMap> wanted =
        Map.of(SLOTS - 2, inners.get(0), SLOTS - 1, inners.get(1), SLOTS, inners.get(2));

    BpfException e = assertThrows(BpfException.class, () -> outer.updateInnerBatch(wanted));

    assertEquals(
        "update map toy_outer (batch of 3, 2 written): E2BIG (7); max_entries is 8192",
        e.getMessage());
    assertEquals(inners.get(1).id(), outer.lookupInnerId(SLOTS - 1));
  }

  @Test
  void shouldSayWhatAnInnerMapMustBeLike() {
    MapSpec shorter = new MapSpec(MapType.ARRAY, "toy_shorter", 4, 8, 4096, MapSpec.MMAPABLE);
    try (BpfMap other = BpfMap.create(shorter)) {
      BpfException e = assertThrows(BpfException.class, () -> outer.updateInner(7, other));
      assertEquals(
          "update map toy_outer (index 7): EINVAL (22); an inner map must have type, key, value"
              + " and flags of the template, and an array also its max_entries",
          e.getMessage());
      BpfException batch =
          assertThrows(BpfException.class, () -> outer.updateInnerBatch(Map.of(7, other)));
      assertEquals(e.getMessage(), batch.getMessage());
      assertEquals(0, outer.lookupInnerId(7));
    }
  }

  @Test
  void shouldTakeHashesOfAnySizeAsTwoGenerations() {
    MapSpec hash = new MapSpec(MapType.HASH, "toy_vips", 20, 32, 1, 0);
    MapSpec large = new MapSpec(MapType.HASH, "toy_vips", 20, 32, 131_072, MapSpec.NO_PREALLOC);
    MapSpec two = new MapSpec(MapType.ARRAY_OF_MAPS, "toy_two", 4, 4, 2, 0);
    try (BpfMap template = BpfMap.create(hash);
        BpfMap same = BpfMap.create(hash);
        BpfMap generations = BpfMap.createOuter(two, template)) {
      generations.updateInner(1, same);
      assertEquals(same.id(), generations.lookupInnerId(1));
      try (BpfMap other = BpfMap.create(large)) {
        assertThrows(BpfException.class, () -> generations.updateInner(0, other));
      }
    }
  }

  @Test
  void shouldSwapTheTableThatAProgramReads() {
    try (BpfObject toys = ToyObjects.loadToys();
        BpfMap tables = toys.map("toy_tables");
        BpfProgram program = toys.program("toy_table");
        BpfMap one = ToyObjects.createTable("toy_one");
        BpfMap two = ToyObjects.createTable("toy_two")) {
      one.update(Bytes.u32(0), Bytes.u64(1));
      two.update(Bytes.u32(0), Bytes.u64(2));
      assertEquals(99, program.testRun(new byte[64], 1).result());
      tables.updateInner(1, one);
      assertEquals(1, program.testRun(new byte[64], 1).result());
      tables.updateInnerBatch(Map.of(1, two));
      assertEquals(2, program.testRun(new byte[64], 1).result());
    }
  }

  private TreeMap<Integer, BpfMap> slots(int count) {
    TreeMap<Integer, BpfMap> slots = new TreeMap<>();
    for (int i = 0; i < count; i++) {
      slots.put(10 + 3 * i, inners.get(i % inners.size()));
    }
    return slots;
  }
}
