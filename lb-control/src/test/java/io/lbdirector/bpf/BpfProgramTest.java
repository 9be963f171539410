package io.lbdirector.bpf;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lbdirector.bpf.BpfProgram.TestRun;
import java.util.Arrays;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(LeakCheck.class)
class BpfProgramTest {
  private static final int LOOPBACK = 1;

  private static BpfObject toys;

  @BeforeAll
  static void load() {
    toys = ToyObjects.loadToys();
  }

  @AfterAll
  static void close() {
    toys.close();
  }

  @Test
  void shouldGiveThePacketAsTheProgramLeftIt() {
    byte[] packet = new byte[60];
    Arrays.fill(packet, (byte) 0x11);
    byte[] grown = new byte[68];
    Arrays.fill(grown, (byte) 0x11);
    Arrays.fill(grown, 0, 8, (byte) 0xaa);
    try (BpfProgram grow = toys.program("toy_grow")) {
      TestRun run = grow.testRun(packet, 1);
      assertEquals(3, run.result());
      assertArrayEquals(grown, run.packet());
      assertEquals(76, grow.testRun(packet, 2).packet().length);
    }
  }

  @Test
  void shouldRunAsIfThePacketCameFromAnInterface() {
    try (BpfProgram ingress = toys.program("toy_ingress")) {
      assertEquals(LOOPBACK, ingress.testRun(new byte[64], 1, LOOPBACK).result());

      BpfException e =
          assertThrows(
              BpfException.class, () -> ingress.testRun(new byte[64], 1, Integer.MAX_VALUE));
      assertEquals(
          "test-run program toy_ingress (packet of 64 bytes from ifindex 2147483647): ENODEV (19);"
              + " no interface has that ifindex",
          e.getMessage());
    }
  }

  @Test
  void shouldSayHowLongAPacketMustBe() {
    try (BpfProgram count = toys.program("toy_count")) {
      BpfException e = assertThrows(BpfException.class, () -> count.testRun(new byte[13], 1));
      assertEquals(
          "test-run program toy_count (packet of 13 bytes): EINVAL (22); a packet has at least 14"
              + " bytes, and at most about 3,500",
          e.getMessage());
    }
  }

  @Test
  void shouldIdentifyTheProgramAsBpftoolDoes() {
    try (BpfProgram count = toys.program("toy_count")) {
      String shown = Commands.run("bpftool", "prog", "show", "id", String.valueOf(count.id()));
      assertTrue(shown.contains("name " + count.name()), shown);
      assertTrue(shown.contains("tag " + count.tag()), shown);
      assertEquals("xdp", count.type());
    }
  }

  @Test
  void shouldRefuseEveryUseOnceClosed() {
    BpfProgram count = toys.program("toy_count");
    count.close();
    count.close();
    IllegalStateException e =
        assertThrows(IllegalStateException.class, () -> count.testRun(new byte[64], 1));
    assertEquals("program toy_count is closed", e.getMessage());
    assertThrows(IllegalStateException.class, count::id);
  }
}
