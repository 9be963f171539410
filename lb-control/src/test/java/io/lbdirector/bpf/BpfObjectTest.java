package io.lbdirector.bpf;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(LeakCheck.class)
class BpfObjectTest {
  private static final byte[] PACKET = new byte[64];

  @Test
  void shouldRunWhatItLoaded() {
    try (BpfObject toys = ToyObjects.loadToys();
        BpfProgram count = toys.program("toy_count")) {
      assertEquals(2, count.testRun(PACKET, 1).result());
    }
  }

  @Test
  void shouldSayWhichProgramTheVerifierRejected() {
    try (BpfObject object = BpfObject.open("rejected", ToyObjects.elf("rejected"))) {
      BpfException e = assertThrows(BpfException.class, object::load);
      System.err.println(e.getMessage() + "\n" + e.verifierLog());
    }
  }
}
