package io.lbdirector.bpf;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.function.Executable;

@ExtendWith(LeakCheck.class)
class BpfObjectTest {
  private static final byte[] PACKET = new byte[64];

  private BpfMap template;
  private BpfObject toys;

  @BeforeEach
  void open() {
    template = ToyObjects.createTable("toy_template");
    toys = ToyObjects.openToys(template);
  }

  @AfterEach
  void close() {
    toys.close();
    template.close();
  }

  @Test
  void shouldTellWhatTheObjectDeclares() {
    assertEquals(Set.of("toy_counts", "toy_hash", "toy_tables"), toys.mapNames());
    assertEquals(Set.of("toys.rodata"), toys.dataMapNames());
    assertEquals(
        Set.of("toy_count", "toy_ingress", "toy_grow", "toy_table", "toy_sent"),
        toys.programNames());
    assertEquals(
        new MapSpec(MapType.PERCPU_ARRAY, "toy_counts", 4, 16, 8, 0),
        toys.declaredSpec("toy_counts"));
    assertEquals(
        new MapSpec(MapType.ARRAY_OF_MAPS, "toy_tables", 4, 4, 4, 0),
        toys.declaredSpec("toy_tables"));
  }

  @Test
  void shouldLoadWithTheConstantsThatWereSet() {
    assertEquals(8, toys.rodataSize());
    toys.setRodata(Bytes.u32(3)); // the verdict; the step stays 1
    toys.load();
    try (BpfProgram count = toys.program("toy_count");
        BpfMap counts = toys.map("toy_counts")) {
      assertEquals(3, count.testRun(PACKET, 1).result());
      assertArrayEquals(new long[] {1, 64}, counts.sumPerCpu(0, 1));
    }
  }

  @Test
  void shouldKeepTheConstantsAsCompiledIfNoneWereSet() {
    toys.load();
    try (BpfProgram count = toys.program("toy_count")) {
      assertEquals(2, count.testRun(PACKET, 1).result());
    }
  }

  @Test
  void shouldRefuseMoreConstantsThanThereAre() {
    assertRefuses(
        "object toys: 9 bytes do not fit in its .rodata of 8", () -> toys.setRodata(new byte[9]));
    try (BpfObject plain = BpfObject.open("plain", ToyObjects.elf("rejected"))) {
      assertEquals(0, plain.rodataSize());
      plain.setRodata(new byte[0]);
      assertRefuses(
          "object plain: 1 bytes do not fit in its .rodata of 0",
          () -> plain.setRodata(new byte[1]));
    }
  }

  @Test
  void shouldLoadMapsAsLargeAsWasSet() {
    toys.setMaxEntries("toy_hash", 131_072);
    toys.load();
    try (BpfMap hash = toys.map("toy_hash")) {
      assertEquals(131_072, hash.info().maxEntries());
    }
  }

  @Test
  void shouldCountInAMapThatWasThereBefore() {
    try (BpfMap counts = BpfMap.create(toys.declaredSpec("toy_counts"))) {
      toys.reuse("toy_counts", counts);
      toys.load();
      try (BpfProgram count = toys.program("toy_count");
          BpfMap same = toys.map("toy_counts")) {
        count.testRun(PACKET, 4);
        assertEquals(counts.id(), same.id());
        assertArrayEquals(new long[] {4, 256}, counts.sumPerCpu(0, 1));
      }
    }
  }

  @Test
  void shouldNameEveryReasonWhyAMapCannotBeReused() {
    MapSpec other = new MapSpec(MapType.ARRAY, "toy_counts", 4, 24, 8, MapSpec.MMAPABLE);
    try (BpfMap counts = BpfMap.create(other)) {
      assertRefuses(
          "object toys cannot reuse map toy_counts, which has type ARRAY instead of PERCPU_ARRAY,"
              + " value size 24 instead of 16, flags 1024 instead of 0",
          () -> toys.reuse("toy_counts", counts));
    }
  }

  @Test
  void shouldGiveMapsAndProgramsThatOutliveTheObject() {
    toys.load();
    try (BpfMap hash = toys.map("toy_hash");
        BpfProgram ingress = toys.program("toy_ingress")) {
      toys.close();
      hash.update(Bytes.u32(1), Bytes.u64(2));
      assertArrayEquals(Bytes.u64(2), hash.lookup(Bytes.u32(1)).orElseThrow());
      assertEquals("toy_ingress", ingress.name());
      assertEquals(1, ingress.testRun(PACKET, 1, 1).result());
    }
  }

  @Test
  void shouldSayWhichProgramTheVerifierRejectedAndWhy() {
    try (BpfObject object = BpfObject.open("rejected", ToyObjects.elf("rejected"))) {
      BpfException e = assertThrows(BpfException.class, object::load);

      String[] log = e.verifierLog().split("\n");
      assertEquals(
          "load rejected: program toy_bad rejected: \"invalid access to packet, off=0 size=1,"
              + " R1(id=0,off=0,r=0); R1 offset is outside of the packet\"; full verifier log ("
              + log.length
              + " lines) in BpfException.verifierLog()",
          e.getMessage());
      assertEquals("EACCES", e.errnoName());
      assertTrue(e.verifierLog().contains("r0 = *(u8 *)(r1 +0)"), e.verifierLog());
    }
  }

  @Test
  void shouldPassOnWhatLibbpfSaysOfAMapThatCannotBeMade() {
    try (BpfObject incomplete = BpfObject.open("toys", ToyObjects.elf("toys"))) {
      BpfException e = assertThrows(BpfException.class, incomplete::load);
      assertTrue(
          e.getMessage()
              .startsWith(
                  "load toys: EINVAL (22); libbpf says: map 'toy_tables': failed to create:"
                      + " Invalid argument(-22)"),
          e.getMessage());
    }
  }

  @Test
  void shouldSayWhatIsWrongWithAnythingThatIsNoObject() {
    BpfException e = assertThrows(BpfException.class, () -> BpfObject.open("noise", new byte[100]));
    assertTrue(e.getMessage().startsWith("open object noise (100 bytes): "), e.getMessage());
    assertEquals("LIBBPF_ERRNO__FORMAT", e.errnoName());
  }

  @Test
  void shouldNameWhatThereIsWhenAskedForWhatThereIsNot() {
    assertRefuses(
        "object toys has no map toy_none; it has [toy_counts, toy_tables, toy_hash, toys.rodata]",
        () -> toys.declaredSpec("toy_none"));
    toys.load();
    assertRefuses(
        "object toys has no program toy_none; it has [toy_count, toy_ingress, toy_grow,"
            + " toy_table, toy_sent]",
        () -> toys.program("toy_none"));
  }

  @Test
  void shouldKeepToTheOrderOfAdjustLoadAndUse() {
    assertMisuse(
        "object toys is not loaded yet, so map toy_hash is not there", () -> toys.map("toy_hash"));
    assertMisuse(
        "object toys is not loaded yet, so program toy_count is not there",
        () -> toys.program("toy_count"));
    toys.load();
    assertMisuse("object toys is loaded already: too late to load", toys::load);
    assertMisuse(
        "object toys is loaded already: too late to set .rodata",
        () -> toys.setRodata(new byte[1]));
    assertMisuse(
        "object toys is loaded already: too late to set max_entries",
        () -> toys.setMaxEntries("toy_hash", 1));
    toys.close();
    assertMisuse("object toys is closed", () -> toys.map("toy_hash"));
    assertMisuse("object toys is closed", () -> toys.program("toy_count"));
    assertMisuse("object toys is closed", toys::mapNames);
  }

  private static void assertRefuses(String message, Executable action) {
    assertEquals(message, assertThrows(IllegalArgumentException.class, action).getMessage());
  }

  private static void assertMisuse(String message, Executable action) {
    assertEquals(message, assertThrows(IllegalStateException.class, action).getMessage());
  }
}
