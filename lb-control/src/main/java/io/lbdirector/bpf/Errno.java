package io.lbdirector.bpf;

import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * The error numbers that bpf(2), its file system and libbpf answer with, by name. The numbers are
 * those of Linux on x86-64 and ARM; from 4000 they are libbpf's own.
 */
enum Errno {
  EPERM(1),
  ENOENT(2),
  ESRCH(3),
  EINTR(4),
  EIO(5),
  ENXIO(6),
  E2BIG(7),
  ENOEXEC(8),
  EBADF(9),
  EAGAIN(11),
  ENOMEM(12),
  EACCES(13),
  EFAULT(14),
  EBUSY(16),
  EEXIST(17),
  EXDEV(18),
  ENODEV(19),
  ENOTDIR(20),
  EISDIR(21),
  EINVAL(22),
  ENFILE(23),
  EMFILE(24),
  EFBIG(27),
  ENOSPC(28),
  EROFS(30),
  EDOM(33),
  ERANGE(34),
  ENAMETOOLONG(36),
  ENOSYS(38),
  ENOTEMPTY(39),
  ELOOP(40),
  ENOLINK(67),
  EPROTO(71),
  EBADMSG(74),
  EOVERFLOW(75),
  EILSEQ(84),
  EMSGSIZE(90),
  EPROTONOSUPPORT(93),
  EOPNOTSUPP(95),
  EADDRINUSE(98),
  ENETDOWN(100),
  ENOBUFS(105),
  ETIMEDOUT(110),
  EALREADY(114),
  ESTALE(116),
  ECANCELED(125),
  /** The kernel's own "not supported"; not in errno.h, and yet bpf(2) lets it out. */
  ENOTSUPP(524),
  LIBBPF_ERRNO__LIBELF(4000),
  LIBBPF_ERRNO__FORMAT(4001),
  LIBBPF_ERRNO__KVERSION(4002),
  LIBBPF_ERRNO__ENDIAN(4003),
  LIBBPF_ERRNO__INTERNAL(4004),
  LIBBPF_ERRNO__RELOC(4005),
  LIBBPF_ERRNO__LOAD(4006),
  LIBBPF_ERRNO__VERIFY(4007),
  LIBBPF_ERRNO__PROG2BIG(4008),
  LIBBPF_ERRNO__KVER(4009),
  LIBBPF_ERRNO__PROGTYPE(4010),
  LIBBPF_ERRNO__WRNGPID(4011),
  LIBBPF_ERRNO__INVSEQ(4012),
  LIBBPF_ERRNO__NLPARSE(4013),
  /** Any number that is not in this table. */
  UNKNOWN(0);

  private static final Map<Integer, Errno> BY_NUMBER =
      Arrays.stream(values()).collect(Collectors.toMap(Errno::number, Function.identity()));

  private final int number;

  Errno(int number) {
    this.number = number;
  }

  int number() {
    return number;
  }

  /** {@link #UNKNOWN} for a number that is not in the table. */
  static Errno of(int number) {
    return Optional.ofNullable(BY_NUMBER.get(number)).orElse(UNKNOWN);
  }

  /** Name and number, {@code "EBUSY (16)"}; {@code "errno 4242"} for one without a name. */
  static String describe(int number) {
    Errno known = of(number);
    return known == UNKNOWN ? "errno " + number : known + " (" + number + ")";
  }

  /**
   * Whether a batch command failed because the kernel has none for that type of map: ENOTSUPP, or
   * EINVAL where it knows no batches at all.
   */
  static boolean meansNoBatch(int number) {
    return number == ENOTSUPP.number || number == EINVAL.number || number == EOPNOTSUPP.number;
  }
}
