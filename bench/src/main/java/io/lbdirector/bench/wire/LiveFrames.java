package io.lbdirector.bench.wire;

import io.lbdirector.bench.harness.VoidRunException;
import io.lbdirector.bpf.BpfProgram;
import io.lbdirector.os.Sys;
import java.lang.ref.Reference;
import jnr.ffi.Memory;
import jnr.ffi.Pointer;
import jnr.ffi.Runtime;

/**
 * {@code BPF_PROG_TEST_RUN} with {@code BPF_F_TEST_XDP_LIVE_FRAMES} (since 5.18): runs a program on
 * new frames, which go where it says. The kernel makes batches of 64; the softirqs that a batch
 * raises run before the next, on the same core, so rings do not fill up.
 */
final class LiveFrames {
  /** Bytes that the kernel has in front of the program's first look. It overwrites all of them. */
  private static final int FRAME_LENGTH = 54;

  private static final int LIVE_FRAMES = 1 << 1;

  // struct bpf_test_run_opts
  private static final int OPTIONS_LENGTH = 80;
  private static final int DATA_IN = 8;
  private static final int DATA_SIZE_IN = 24;
  private static final int REPEAT = 60;
  private static final int FLAGS = 68;

  private final Api libbpf =
      Sys.load(Api.class, "libbpf.so.1", "install libbpf1 (Debian: apt-get install libbpf1)");

  /** Public for jnr-ffi, whose class loader implements it. */
  public interface Api {
    int bpf_prog_test_run_opts(int programFd, Pointer options);
  }

  /**
   * Makes frames, in the network namespace of the calling thread.
   *
   * @return nanoseconds from before the first to after the last batch
   */
  long send(BpfProgram program, int frames) {
    Pointer frame = Memory.allocateDirect(Runtime.getSystemRuntime(), FRAME_LENGTH, true);
    Pointer options = Memory.allocateDirect(Runtime.getSystemRuntime(), OPTIONS_LENGTH, true);
    options.putLong(0, OPTIONS_LENGTH);
    options.putPointer(DATA_IN, frame);
    options.putInt(DATA_SIZE_IN, FRAME_LENGTH);
    options.putInt(REPEAT, frames);
    options.putInt(FLAGS, LIVE_FRAMES);
    long begun = System.nanoTime();
    int result = libbpf.bpf_prog_test_run_opts(program.fd(), options);
    long nanos = System.nanoTime() - begun;
    Reference.reachabilityFence(frame);
    if (result != 0) {
      throw new VoidRunException("send " + frames + " live frames", "errno is " + -result);
    }
    return nanos;
  }
}
