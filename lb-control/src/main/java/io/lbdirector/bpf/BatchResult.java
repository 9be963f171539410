package io.lbdirector.bpf;

import io.lbdirector.os.Errno;

/**
 * How a batch command ended.
 *
 * @param errno positive; 0 if it did all
 * @param written entries written before that; −1 if the kernel cannot tell
 */
record BatchResult(int errno, int written) {

  /**
   * @param result of the call, {@code -errno} if below 0
   * @param wanted what the count was set to before
   * @param count what it was after. One that failed before its first entry leaves it as it was
   */
  static BatchResult of(int result, int wanted, int count) {
    if (result >= 0) {
      return new BatchResult(0, wanted);
    }
    boolean unknown = -result == Errno.EFAULT;
    return new BatchResult(-result, unknown ? -1 : count == wanted ? 0 : count);
  }

  void check(BpfMap map, int wanted) {
    if (errno != 0) {
      String done = written < 0 ? "an unknown number" : String.valueOf(written);
      throw map.failed("update", " (batch of " + wanted + ", " + done + " written)", errno);
    }
  }
}
