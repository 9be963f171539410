package io.lbdirector.bpf;

import io.lbdirector.os.Errno;
import io.lbdirector.os.Sys;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/**
 * An open file descriptor of the attachment of a program to an interface. Closing it detaches,
 * unless the link is pinned or open elsewhere: then it goes on forwarding without this process.
 */
public final class XdpLink implements AutoCloseable {
  static final String KIND = "bpf-link";

  static final int BPF_XDP = 37;
  static final int IF_NAME_SIZE = 16;

  /** How an interface without a name is named; no real name has a space. */
  private static final String NAMELESS = "ifindex ";

  static final String NO_INTERFACE = "no such interface in this network namespace";

  private final String what;
  private final Fd fd;

  private XdpLink(String what, Fd fd) {
    this.what = what;
    this.fd = fd;
  }

  /** Where the program runs. */
  public enum Mode {
    /** In the driver. */
    NATIVE(4),
    /** In the network stack, after a packet buffer was made: any driver, but slower. */
    GENERIC(2);

    private final int flag;

    Mode(int flag) {
      this.flag = flag;
    }

    /** {@code XDP_FLAGS_DRV_MODE} or {@code XDP_FLAGS_SKB_MODE}. */
    int flag() {
      return flag;
    }

    /** As operators say it: {@code native}, {@code generic}. */
    @Override
    public String toString() {
      return this == NATIVE ? "native" : "generic";
    }
  }

  /**
   * Attaches; packets meet the program before this returns. Does not close {@code program}, which
   * may be closed while attached.
   *
   * @param ifindex of an interface of the calling thread's network namespace
   * @throws BpfException if the driver has no native XDP (EOPNOTSUPP), another program is attached
   *     (EBUSY, EEXIST), or there is no such interface (ENODEV)
   */
  public static XdpLink attach(BpfProgram program, int ifindex, Mode mode) {
    String where = interfaceName(ifindex);
    NativeStruct options = LinkOptions.create().putInt(LinkOptions.FLAGS, mode.flag());
    int number =
        options.with(
            memory -> Native.libbpf().bpf_link_create(program.fd(), ifindex, BPF_XDP, memory));
    Native.check(
        number,
        errno ->
            BpfException.failed(
                "attach program " + program.name() + " to " + where + " in " + mode + " mode",
                errno,
                attachHint(where, mode, errno)));
    String what = "link of " + program.name() + " to " + where;
    return new XdpLink(what, Fd.own(what, number));
  }

  /**
   * Opens a pinned link.
   *
   * @throws BpfException if nothing is pinned there, or this user may not open it
   * @throws IllegalArgumentException if something else is pinned there
   */
  public static XdpLink openPinned(Path path) {
    return new XdpLink("link " + path, BpfFs.open(path, "link", KIND));
  }

  /** The descriptor, which stays this object's. */
  public int fd() {
    return fd.get();
  }

  /** The kernel's number of the link. */
  public int id() {
    return info().id();
  }

  /** The interface attached to; 0 once it is gone, or the link is detached. */
  public int ifindex() {
    return info().linkIfindex();
  }

  /** {@link BpfProgram#id} of the program that packets meet now. */
  public int programId() {
    return info().linkProgramId();
  }

  /**
   * Puts another program in place of the one attached, without a packet that meets neither. Takes
   * some milliseconds. Does not close {@code program}.
   */
  public void update(BpfProgram program) {
    Native.check(
        Native.libbpf().bpf_link_update(fd(), program.fd(), null),
        errno ->
            BpfException.failed(
                "update " + what + " to program " + program.name(), errno, updateHint(errno)));
  }

  /**
   * Pins the link, so that it stays attached when this process ends.
   *
   * @param path in a BPF file system; its last name has no dot
   */
  public void pin(Path path) {
    BpfFs.pin(what, fd(), path);
  }

  /**
   * Detaches the program, whoever else holds the link or its pin. What remains is a link to
   * nothing; close it.
   */
  public void detach() {
    Native.check(
        Native.libbpf().bpf_link_detach(fd()),
        errno -> BpfException.failed("detach " + what, errno, ""));
  }

  private ObjectInfo info() {
    return ObjectInfo.of(fd, what);
  }

  /** Closes the descriptor; does nothing the second time. */
  @Override
  public void close() {
    fd.close();
  }

  /** Name of an interface of this thread's network namespace. */
  public static String interfaceName(int ifindex) {
    byte[] name = new byte[IF_NAME_SIZE];
    if (Sys.LIBC.if_indextoname(ifindex, name) == null) {
      return NAMELESS + ifindex;
    }
    String text = new String(name, StandardCharsets.US_ASCII);
    return text.substring(0, text.indexOf('\0'));
  }

  private static String attachHint(String where, Mode mode, int errno) {
    if (where.startsWith(NAMELESS)) {
      return NO_INTERFACE; // which the kernel answers with a mere EINVAL
    }
    return switch (errno) {
      case Errno.EOPNOTSUPP ->
          mode == Mode.NATIVE
              ? "driver lacks native XDP: try mode = \"generic\""
              : "this kind of interface takes no XDP program";
      case Errno.EBUSY ->
          "another XDP program is attached: \"bpftool net show dev "
              + where
              + "\" names it, \"ip link set dev "
              + where
              + " xdp off\" removes one without a link";
      case Errno.EEXIST ->
          "an XDP program is attached in the other mode, and both at once cannot be: see \"ip link"
              + " show dev "
              + where
              + "\"";
      case Errno.ENODEV -> NO_INTERFACE;
      case Errno.EINVAL, Errno.ERANGE ->
          "the driver refuses: often its MTU is too large for XDP (about 3,500 bytes fit in a page,"
              + " and more than a page takes a driver with multi-buffer XDP), or LRO is on; dmesg"
              + " may say";
      case Errno.EPERM -> "needs root, or CAP_BPF and CAP_NET_ADMIN";
      default -> "";
    };
  }

  private static String updateHint(int errno) {
    return switch (errno) {
      case Errno.ENOLINK, Errno.ENODEV ->
          "the link is detached, or its interface is gone: attach again";
      case Errno.EINVAL -> "only an XDP program can take the place of one";
      case Errno.EPERM -> "needs root, or CAP_BPF and CAP_NET_ADMIN";
      default -> "";
    };
  }

  /** {@code struct bpf_link_create_opts}. */
  static final class LinkOptions {
    static final int SIZE = 64;
    static final int FLAGS = 8;

    private LinkOptions() {}

    static NativeStruct create() {
      return NativeStruct.options(SIZE);
    }
  }
}
