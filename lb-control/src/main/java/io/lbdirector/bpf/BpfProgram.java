package io.lbdirector.bpf;

import io.lbdirector.os.Errno;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import jnr.ffi.Memory;
import jnr.ffi.Pointer;

/**
 * An open file descriptor of a loaded program. Whoever gets one closes it; the program lives as
 * long as a descriptor, a pin or a link of it does.
 */
public final class BpfProgram implements AutoCloseable {
  static final String KIND = "bpf-prog";

  /** Room that a test run leaves for a program that makes its packet longer, in bytes. */
  private static final int TEST_RUN_GROWTH = 1024;

  private final String name;
  private final Fd fd;

  private BpfProgram(String name, Fd fd) {
    this.name = name;
    this.fd = fd;
  }

  /** Duplicates {@code number}, which stays the caller's. */
  static BpfProgram duplicate(String name, int number) {
    return new BpfProgram(name, Fd.duplicate("program " + name, number));
  }

  /**
   * Opens a pinned program. Its name is the one that the kernel keeps: the first 15 characters.
   *
   * @throws BpfException if nothing is pinned there, or this user may not open it
   * @throws IllegalArgumentException if something else is pinned there
   */
  public static BpfProgram openPinned(Path path) {
    return own(BpfFs.open(path, "program", KIND), "program " + path);
  }

  /**
   * Opens a program of anybody's by its number. Needs CAP_SYS_ADMIN.
   *
   * @throws BpfException ENOENT if there is none of that number
   */
  static BpfProgram openById(int id) {
    String what = "program " + id;
    int number =
        Native.check(
            LibbpfIds.api().bpf_prog_get_fd_by_id(id),
            errno -> BpfException.failed("open " + what, errno, LibbpfIds.hint(errno)));
    return own(Fd.own(what, number), what);
  }

  private static BpfProgram own(Fd fd, String what) {
    try {
      return new BpfProgram(ObjectInfo.of(fd, what).programName(), fd);
    } catch (RuntimeException e) {
      fd.close();
      throw e;
    }
  }

  public String name() {
    return name;
  }

  /** The descriptor, which stays this object's. */
  public int fd() {
    return fd.get();
  }

  /** The kernel's number of the program. */
  public int id() {
    return info().id();
  }

  /** Hash of its instructions, 16 hex digits, as {@code bpftool prog} shows it. */
  public String tag() {
    return HexFormat.of().formatHex(info().programTag());
  }

  /**
   * Whether the kernel has made machine code of it. Also false if the kernel does not say so to
   * this user (kernel.kptr_restrict).
   */
  public boolean isCompiled() {
    return info().isProgramCompiled();
  }

  /** {@code "xdp"}, or {@code "type 5"} of any other. */
  public String type() {
    return info().programType();
  }

  /**
   * Pins the program, so that it stays when every descriptor is closed.
   *
   * @param path in a BPF file system; its last name has no dot
   */
  public void pin(Path path) {
    BpfFs.pin("program " + name, fd(), path);
  }

  /**
   * Runs the program on a packet, in the kernel, without a network: see {@link #testRun(byte[],
   * int, int)}. It sees the loopback interface as the one that the packet came from.
   */
  public TestRun testRun(byte[] packet, int repeat) {
    return testRun(packet, repeat, "", new byte[0]);
  }

  /**
   * Runs the program on a packet as if it had come in from an interface.
   *
   * @param packet from the Ethernet header on, 14 to about 3,500 bytes
   * @param repeat how often, 1 or more. The packet is not put back between runs: a program that
   *     encapsulates does so again on top
   * @param ingressIfindex an interface of this network namespace, what {@code xdp_md} says the
   *     packet came from
   */
  public TestRun testRun(byte[] packet, int repeat, int ingressIfindex) {
    byte[] context = XdpMd.of(packet.length, ingressIfindex);
    return testRun(packet, repeat, " from ifindex " + ingressIfindex, context);
  }

  /**
   * Runs a program of type TC on a packet that a socket with a mark sends.
   *
   * @param packet from the Ethernet header on
   */
  public TestRun testRunMarked(byte[] packet, int mark) {
    return testRun(packet, 1, " with mark " + mark, SkBuff.of(mark));
  }

  /**
   * @param from for messages, with a space in front; or empty
   * @param context the program's first argument, or its beginning; empty: the kernel makes one
   */
  private TestRun testRun(byte[] packet, int repeat, String from, byte[] context) {
    Pointer output = Memory.allocateDirect(Native.RUNTIME, packet.length + TEST_RUN_GROWTH);
    NativeStruct options =
        TestRunOptions.create()
            .putPointer(TestRunOptions.DATA_IN, NativeStruct.copyOf(packet))
            .putInt(TestRunOptions.DATA_SIZE_IN, packet.length)
            .putPointer(TestRunOptions.DATA_OUT, output)
            .putInt(TestRunOptions.DATA_SIZE_OUT, packet.length + TEST_RUN_GROWTH)
            .putInt(TestRunOptions.REPEAT, repeat);
    if (context.length > 0) {
      options
          .putPointer(TestRunOptions.CTX_IN, NativeStruct.copyOf(context))
          .putInt(TestRunOptions.CTX_SIZE_IN, context.length);
    }
    Native.check(
        options.with(memory -> Native.libbpf().bpf_prog_test_run_opts(fd(), memory)),
        errno -> testRunFailed(packet.length, from, errno));
    byte[] result = new byte[options.getInt(TestRunOptions.DATA_SIZE_OUT)];
    output.get(0, result, 0, result.length);
    return new TestRun(
        options.getInt(TestRunOptions.RETVAL),
        result,
        Integer.toUnsignedLong(options.getInt(TestRunOptions.DURATION)));
  }

  private BpfException testRunFailed(int length, String from, int errno) {
    String hint =
        switch (errno) {
          case Errno.EINVAL -> "a packet has at least 14 bytes, and at most about 3,500";
          case Errno.ENODEV -> "no interface has that ifindex";
          case Errno.ENOSPC -> "the packet grew by more than " + TEST_RUN_GROWTH + " bytes";
          case BpfErrno.ENOTSUPP -> "programs of this type cannot be test-run";
          case Errno.EPERM -> "needs root, or CAP_BPF and CAP_NET_ADMIN";
          default -> "";
        };
    return BpfException.failed(
        "test-run program " + name + " (packet of " + length + " bytes" + from + ")", errno, hint);
  }

  private ObjectInfo info() {
    return ObjectInfo.of(fd, "program " + name);
  }

  /** Closes the descriptor; does nothing the second time. */
  @Override
  public void close() {
    fd.close();
  }

  /**
   * What a test run did.
   *
   * @param result the program's return value; of XDP: 0 aborted, 1 drop, 2 pass, 3 tx, 4 redirect;
   *     of TC: −1 next, 0 pass, 2 drop
   * @param packet as the program left it
   * @param durationNs average of one run
   */
  public record TestRun(int result, byte[] packet, long durationNs) {
    @Override
    public boolean equals(Object other) {
      return other instanceof TestRun that
          && result == that.result
          && durationNs == that.durationNs
          && Arrays.equals(packet, that.packet);
    }

    @Override
    public int hashCode() {
      return 31 * result + Arrays.hashCode(packet);
    }
  }

  /** {@code struct bpf_test_run_opts}. */
  static final class TestRunOptions {
    static final int SIZE = 80;
    static final int DATA_IN = 8;
    static final int DATA_OUT = 16;
    static final int DATA_SIZE_IN = 24;
    static final int DATA_SIZE_OUT = 28;
    static final int CTX_IN = 32;
    static final int CTX_SIZE_IN = 48;
    static final int RETVAL = 56;
    static final int REPEAT = 60;
    static final int DURATION = 64;

    private TestRunOptions() {}

    static NativeStruct create() {
      return NativeStruct.options(SIZE);
    }
  }

  /** {@code struct xdp_md}, the context of an XDP program. */
  static final class XdpMd {
    static final int SIZE = 24;
    static final int DATA_END = 4;
    static final int INGRESS_IFINDEX = 12;

    private XdpMd() {}

    static byte[] of(int packetLength, int ifindex) {
      return ByteBuffer.allocate(SIZE)
          .order(ByteOrder.nativeOrder())
          .putInt(DATA_END, packetLength)
          .putInt(INGRESS_IFINDEX, ifindex)
          .array();
    }
  }

  /** {@code struct __sk_buff}, the context of a program of type TC, as far as its mark. */
  static final class SkBuff {
    static final int SIZE = 12;
    static final int MARK = 8;

    private SkBuff() {}

    static byte[] of(int mark) {
      return ByteBuffer.allocate(SIZE).order(ByteOrder.nativeOrder()).putInt(MARK, mark).array();
    }
  }
}
