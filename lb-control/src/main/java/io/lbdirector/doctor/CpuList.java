package io.lbdirector.doctor;

/** CPUs as the kernel lists them: {@code 0-3,8}. */
final class CpuList {
  private CpuList() {}

  static int count(String list) {
    int count = 0;
    for (String range : list.split(",")) {
      String[] ends = range.split("-");
      count += Integer.parseInt(ends[ends.length - 1]) - Integer.parseInt(ends[0]) + 1;
    }
    return count;
  }
}
