package io.lbdirector.bpf;

import io.lbdirector.os.Errno;

/**
 * An open file descriptor of the attachment of a program of type TC to what an interface sends.
 * Closing it detaches, and so does the end of this process. Several programs may be attached; each
 * sees the packets that the ones before it hand on. Needs Linux 6.6.
 */
public final class TcxLink implements AutoCloseable {
  /** {@code BPF_TCX_EGRESS} of linux/bpf.h, which the headers of older kernels lack. */
  private static final int BPF_TCX_EGRESS = 47;

  private final String what;
  private final Fd fd;

  private TcxLink(String what, Fd fd) {
    this.what = what;
    this.fd = fd;
  }

  /**
   * Attaches behind the programs that are there; packets meet the program before this returns. Does
   * not close {@code program}, which may be closed while attached.
   *
   * @param ifindex of an interface of the calling thread's network namespace
   * @throws BpfException if the kernel is too old (EINVAL), or there is no such interface (ENODEV)
   */
  public static TcxLink attachEgress(BpfProgram program, int ifindex) {
    String where = XdpLink.interfaceName(ifindex);
    int number = Native.libbpf().bpf_link_create(program.fd(), ifindex, BPF_TCX_EGRESS, null);
    Native.check(
        number,
        errno ->
            BpfException.failed(
                "attach program " + program.name() + " to what " + where + " sends",
                errno,
                hint(errno)));
    String what = "link of " + program.name() + " to what " + where + " sends";
    return new TcxLink(what, Fd.own(what, number));
  }

  /** The interface attached to; 0 once it is gone. */
  public int ifindex() {
    return ObjectInfo.of(fd, what).linkIfindex();
  }

  /** {@link BpfProgram#id} of the program. */
  public int programId() {
    return ObjectInfo.of(fd, what).linkProgramId();
  }

  /** Detaches; does nothing the second time. */
  @Override
  public void close() {
    fd.close();
  }

  private static String hint(int errno) {
    return switch (errno) {
      case Errno.EINVAL -> "is the kernel older than 6.6, or without CONFIG_NET_XGRESS?";
      case Errno.EEXIST -> "this very program is attached there";
      case Errno.ENODEV -> XdpLink.NO_INTERFACE;
      case Errno.EPERM -> "needs root, or CAP_BPF and CAP_NET_ADMIN";
      default -> "";
    };
  }
}
