package io.lbdirector.os;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

final class SignalsTest {
  @Test
  void shouldRunTheActionAtEachSignalUntilRestored() throws Exception {
    Semaphore outer = new Semaphore(0);
    Semaphore inner = new Semaphore(0);
    Runnable restoreOriginal = Signals.on("HUP", outer::release);
    Runnable restoreOuter = Signals.on("HUP", inner::release);
    try {
      raise("HUP");
      assertTrue(inner.tryAcquire(10, TimeUnit.SECONDS));
      raise("HUP");
      assertTrue(inner.tryAcquire(10, TimeUnit.SECONDS));
      restoreOuter.run();
      raise("HUP");
      assertTrue(outer.tryAcquire(10, TimeUnit.SECONDS));
      assertEquals(0, inner.availablePermits());
    } finally {
      restoreOriginal.run();
    }
  }

  @Test
  void shouldSayWhichSignalTheJvmKeeps() {
    IllegalStateException e =
        assertThrows(IllegalStateException.class, () -> Signals.on("SEGV", () -> {}));
    assertTrue(e.getMessage().contains("SEGV"), e.getMessage());
  }

  private static void raise(String name) throws Exception {
    String pid = Long.toString(ProcessHandle.current().pid());
    assertEquals(0, new ProcessBuilder("kill", "-" + name, pid).start().waitFor());
  }
}
