package io.lbdirector.bpf;

/** How many CPUs this kernel could ever have: as many values as a per-CPU map has for a key. */
final class PossibleCpus {
  private static volatile int count;

  private PossibleCpus() {}

  static int count() {
    if (count == 0) {
      count =
          Native.check(
              Native.libbpf().libbpf_num_possible_cpus(),
              errno -> BpfException.failed("count possible CPUs", errno, "is /sys mounted?"));
    }
    return count;
  }
}
