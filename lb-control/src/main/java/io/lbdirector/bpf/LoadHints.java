package io.lbdirector.bpf;

import io.lbdirector.os.Errno;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What to say when an object could not be loaded, and it was not the verifier. */
final class LoadHints {
  private LoadHints() {}

  /** What libbpf said of the load that has just failed on this thread, and what to try. */
  static String of(int errno) {
    String warnings = LibbpfLog.warnings();
    String said = warnings.isEmpty() ? "" : "libbpf says: " + warnings;
    return Stream.of(said, remedy(errno))
        .filter(s -> !s.isEmpty())
        .collect(Collectors.joining("; "));
  }

  private static String remedy(int errno) {
    return switch (errno) {
      case Errno.EPERM ->
          "needs root, or CAP_BPF, CAP_NET_ADMIN and CAP_PERFMON; before kernel 5.11 also a higher"
              + " limit of locked memory (ulimit -l)";
      case Errno.ENOMEM -> "not enough memory; before kernel 5.11 raise the limit of locked memory";
      case Errno.ENOENT, Errno.ESRCH ->
          "is it built for a newer kernel? it names a type that is not in this one";
      default -> "";
    };
  }
}
