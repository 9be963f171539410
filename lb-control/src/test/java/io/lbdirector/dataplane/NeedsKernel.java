package io.lbdirector.dataplane;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.lbdirector.bpf.BpfObject;
import java.util.Arrays;

/** Preconditions of tests of what older kernels do not have; bench/kernels runs those as well. */
final class NeedsKernel {
  private static final int ONE_BUFFER = 3500; // bytes that fit, with headroom, in a page

  private NeedsKernel() {}

  /**
   * Has the test not run before a kernel.
   *
   * @param version as {@code "6.6"}
   * @param why what is missing before
   */
  static void from(String version, String why) {
    String running = System.getProperty("os.version");
    assumeTrue(
        Arrays.compare(numbers(running), numbers(version)) >= 0,
        () -> "needs Linux " + version + ": " + why);
  }

  /** Has the test not run where no test run takes a frame, for it fills more than a page. */
  static void forFrame(byte[] frame) {
    if (!canRun(frame)) {
      from("5.18", "a test run takes no frame of several buffers");
    }
  }

  static boolean canRun(byte[] frame) {
    return frame.length <= ONE_BUFFER || BpfObject.kernelHasXdpFrags();
  }

  /** {@code "6.1.0-50-cloud-amd64"} is 6 and 1. */
  private static int[] numbers(String release) {
    return Arrays.stream(release.split("[^0-9]+")).limit(2).mapToInt(Integer::parseInt).toArray();
  }
}
