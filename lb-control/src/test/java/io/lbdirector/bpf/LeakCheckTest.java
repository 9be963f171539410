package io.lbdirector.bpf;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class LeakCheckTest {
  private static final MapSpec SPEC =
      new MapSpec(MapType.ARRAY, "toy_leaky", 4, 8, 4, MapSpec.MMAPABLE);

  private final LeakCheck check = new LeakCheck();
  private BpfMap before;

  @BeforeEach
  void openOneBefore() {
    before = BpfMap.create(SPEC);
  }

  @AfterEach
  void closeIt() {
    before.close();
  }

  @Test
  void shouldFailAndShowWhereALeftOpenMapWasOpened() {
    check.start();
    try (BpfMap leaked = openSomewhere()) {
      AssertionError error = assertThrows(AssertionError.class, check::verify);

      assertEquals("left open: [map toy_leaky]", error.getMessage());
      Throwable stack = error.getSuppressed()[0];
      assertEquals("map toy_leaky was opened here", stack.getMessage());
      assertTrue(
          Arrays.stream(stack.getStackTrace())
              .anyMatch(frame -> frame.getMethodName().equals("openSomewhere")));
      assertEquals("toy_leaky", leaked.name());
    }
  }

  @Test
  void shouldFailForEveryKindOfHandle() {
    check.start();
    try (BpfObject toys = ToyObjects.loadToys();
        BpfProgram program = toys.program("toy_count");
        BpfMap map = BpfMap.create(SPEC);
        MappedMemory memory = map.mmap(false);
        VethPair veth = VethPair.create();
        XdpLink link = XdpLink.attach(program, veth.ifindex(), XdpLink.Mode.GENERIC)) {
      AssertionError error = assertThrows(AssertionError.class, check::verify);
      assertEquals(5, error.getSuppressed().length, error.getMessage());
      assertTrue(memory.size() > 0 && link.ifindex() > 0);
    }
  }

  @Test
  void shouldPassIfAllIsClosedThatWasOpened() {
    check.start();
    openSomewhere().close();
    check.verify();
  }

  @Test
  void shouldNotBlameAClassForWhatWasOpenBefore() {
    check.start();
    check.start(); // as for a nested class
    check.verify();
    check.verify();
    assertEquals("toy_leaky", before.name());
  }

  private static BpfMap openSomewhere() {
    return BpfMap.create(SPEC);
  }
}
