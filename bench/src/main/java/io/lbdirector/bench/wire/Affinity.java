package io.lbdirector.bench.wire;

import io.lbdirector.bench.harness.VoidRunException;
import io.lbdirector.os.Sys;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import jnr.ffi.annotations.In;
import jnr.ffi.types.size_t;

/** Keeps a thread on one core. */
final class Affinity {
  private static final int MASK_BYTES = 128; // cpu_set_t
  private static final int THIS_THREAD = 0;
  private static final String ALLOWED = "Cpus_allowed_list:";

  private Affinity() {}

  /** Public for jnr-ffi, whose class loader implements it. */
  public interface Api {
    int sched_setaffinity(int thread, @size_t long length, @In byte[] mask);
  }

  /**
   * Puts the calling thread on the last core that it may run on.
   *
   * @return the core's number
   */
  static int pin() {
    int core = lastAllowed();
    byte[] mask =
        ByteBuffer.allocate(MASK_BYTES)
            .order(ByteOrder.nativeOrder())
            .putLong(core / Long.SIZE * Long.BYTES, 1L << core % Long.SIZE)
            .array();
    Api libc = Sys.load(Api.class, "libc.so.6", "Linux with the GNU C library is needed");
    if (libc.sched_setaffinity(THIS_THREAD, mask.length, mask) != 0) {
      throw new VoidRunException("pin to core " + core, "errno is " + Sys.errno() + ", not 0");
    }
    return core;
  }

  private static int lastAllowed() {
    try {
      for (String line : Files.readAllLines(Path.of("/proc/thread-self/status"))) {
        if (line.startsWith(ALLOWED)) {
          String[] numbers = line.substring(ALLOWED.length()).strip().split("[,-]");
          return Integer.parseInt(numbers[numbers.length - 1]);
        }
      }
      throw new IllegalStateException("no line " + ALLOWED + " in /proc/thread-self/status");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
