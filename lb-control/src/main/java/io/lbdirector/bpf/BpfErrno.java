package io.lbdirector.bpf;

import io.lbdirector.os.Errno;
import java.util.List;
import java.util.Optional;

/**
 * The error numbers that bpf(2) and libbpf answer with: those of {@link Errno}, and the few that
 * errno.h does not have, which are here.
 */
final class BpfErrno {
  /** The kernel's own "not supported"; for no user space, and yet bpf(2) lets it out. */
  static final int ENOTSUPP = 524;

  /** The number of the first of {@link #LIBBPF_NAMES}; the others follow. */
  static final int FIRST_OF_LIBBPF = 4000;

  /** {@code enum libbpf_errno} of bpf/libbpf.h. */
  static final List<String> LIBBPF_NAMES =
      List.of(
          "LIBBPF_ERRNO__LIBELF",
          "LIBBPF_ERRNO__FORMAT",
          "LIBBPF_ERRNO__KVERSION",
          "LIBBPF_ERRNO__ENDIAN",
          "LIBBPF_ERRNO__INTERNAL",
          "LIBBPF_ERRNO__RELOC",
          "LIBBPF_ERRNO__LOAD",
          "LIBBPF_ERRNO__VERIFY",
          "LIBBPF_ERRNO__PROG2BIG",
          "LIBBPF_ERRNO__KVER",
          "LIBBPF_ERRNO__PROGTYPE",
          "LIBBPF_ERRNO__WRNGPID",
          "LIBBPF_ERRNO__INVSEQ",
          "LIBBPF_ERRNO__NLPARSE");

  private BpfErrno() {}

  /** {@code UNKNOWN} for a number without a name. */
  static String name(int errno) {
    return own(errno).or(() -> Errno.tryName(errno)).orElse("UNKNOWN");
  }

  /** As {@link Errno#describe}. */
  static String describe(int errno) {
    return own(errno).map(name -> name + " (" + errno + ")").orElseGet(() -> Errno.describe(errno));
  }

  /**
   * Whether a batch command failed because the kernel has none for that type of map: ENOTSUPP, or
   * EINVAL where it knows no batches at all.
   */
  static boolean meansNoBatch(int errno) {
    return errno == ENOTSUPP || errno == Errno.EINVAL || errno == Errno.EOPNOTSUPP;
  }

  private static Optional<String> own(int errno) {
    if (errno == ENOTSUPP) {
      return Optional.of("ENOTSUPP");
    }
    int index = errno - FIRST_OF_LIBBPF;
    return index >= 0 && index < LIBBPF_NAMES.size()
        ? Optional.of(LIBBPF_NAMES.get(index))
        : Optional.empty();
  }
}
