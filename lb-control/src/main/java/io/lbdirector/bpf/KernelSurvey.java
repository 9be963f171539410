package io.lbdirector.bpf;

import io.lbdirector.os.Errno;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.OptionalInt;

/** What the kernel can do with BPF, and what others have put into it. For those who only look. */
public final class KernelSurvey {
  private KernelSurvey() {}

  /**
   * Version of libbpf, {@code v1.1.2}.
   *
   * @throws IllegalStateException if it is not installed or cannot be read, saying what to do
   */
  public static String libbpfVersion() {
    return LibbpfIds.api().libbpf_version_string();
  }

  /** Whether {@link BpfMap#updateInnerBatch} takes one system call (kernel 5.19), not many. */
  public static boolean hasBatchesOfInnerMaps() {
    MapSpec inner = new MapSpec(MapType.ARRAY, "lb_probe", Integer.BYTES, Long.BYTES, 1, 0);
    MapSpec outer =
        new MapSpec(MapType.ARRAY_OF_MAPS, "lb_probe_outer", Integer.BYTES, Integer.BYTES, 1, 0);
    try (BpfMap map = BpfMap.create(inner);
        BpfMap slots = BpfMap.createOuter(outer, map)) {
      ByteBuffer slot = BpfMap.direct(Integer.BYTES);
      ByteBuffer fd = BpfMap.direct(Integer.BYTES).putInt(0, map.fd());
      return !BpfErrno.meansNoBatch(slots.tryUpdateBatch(slot, fd, 1).errno());
    }
  }

  /**
   * Name of a program, as the kernel keeps it.
   *
   * @return empty if there is none of that number, or this user may not ask (CAP_SYS_ADMIN)
   */
  public static Optional<String> programName(int id) {
    try (BpfProgram program = BpfProgram.openById(id)) {
      return Optional.of(program.name());
    } catch (BpfException e) {
      if (e.errno() == Errno.ENOENT || e.errno() == Errno.EPERM) {
        return Optional.empty();
      }
      throw e;
    }
  }

  /**
   * The number of the link that holds a program on an interface.
   *
   * @return empty if it is held without a link, or this user may not ask (CAP_SYS_ADMIN)
   */
  public static OptionalInt xdpLinkId(int programId, int ifindex) {
    int[] id = {0};
    while (LibbpfIds.api().bpf_link_get_next_id(id[0], id) == 0) {
      if (holds(id[0], programId, ifindex)) {
        return OptionalInt.of(id[0]);
      }
    }
    return OptionalInt.empty();
  }

  private static boolean holds(int linkId, int programId, int ifindex) {
    String what = "link " + linkId;
    int number = LibbpfIds.api().bpf_link_get_fd_by_id(linkId);
    if (number < 0) {
      return false; // gone meanwhile
    }
    Fd fd = Fd.own(what, number);
    try {
      ObjectInfo info = ObjectInfo.of(fd, what);
      return info.isXdpLink() && info.linkProgramId() == programId && info.linkIfindex() == ifindex;
    } finally {
      fd.close();
    }
  }
}
