package io.lbdirector.bpf;

import io.lbdirector.os.Errno;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.IntUnaryOperator;
import java.util.function.Predicate;

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
    LibbpfIds.Api api = LibbpfIds.api();
    List<Integer> found = new ArrayList<>();
    forEach(
        api::bpf_link_get_next_id,
        api::bpf_link_get_fd_by_id,
        fd -> {
          ObjectInfo info = ObjectInfo.of(fd, "link");
          if (info.isXdpLink()
              && info.linkProgramId() == programId
              && info.linkIfindex() == ifindex) {
            found.add(info.id());
          }
        });
    return found.isEmpty() ? OptionalInt.empty() : OptionalInt.of(found.get(0));
  }

  /**
   * Every map and program in the kernel that is named so, and the XDP links of those programs,
   * whoever holds them.
   *
   * @return empty if this user may not ask (CAP_SYS_ADMIN)
   */
  public static Optional<List<KernelObject>> named(Predicate<String> name) {
    LibbpfIds.Api api = LibbpfIds.api();
    if (api.bpf_map_get_next_id(0, new int[1]) == -Errno.EPERM) {
      return Optional.empty();
    }
    List<KernelObject> found = new ArrayList<>();
    Set<Integer> programs = new HashSet<>();
    forEach(
        api::bpf_prog_get_next_id,
        api::bpf_prog_get_fd_by_id,
        fd -> {
          if (name.test(ObjectInfo.of(fd, "program").programName())) {
            KernelObject program = KernelObject.of(fd);
            found.add(program);
            programs.add(program.id());
          }
        });
    forEach(
        api::bpf_map_get_next_id,
        api::bpf_map_get_fd_by_id,
        fd -> {
          if (name.test(ObjectInfo.of(fd, "map").mapName())) {
            found.add(KernelObject.of(fd));
          }
        });
    forEach(
        api::bpf_link_get_next_id,
        api::bpf_link_get_fd_by_id,
        fd -> {
          ObjectInfo info = ObjectInfo.of(fd, "link");
          if (info.isXdpLink() && programs.contains(info.linkProgramId())) {
            found.add(KernelObject.of(fd));
          }
        });
    return Optional.of(found);
  }

  /** The maps, programs and links that this process has open. */
  public static List<KernelObject> ownHandles() {
    List<KernelObject> handles = new ArrayList<>();
    for (String number : Path.of("/proc/self/fd").toFile().list()) {
      own(Integer.parseInt(number)).ifPresent(handles::add);
    }
    return handles;
  }

  /** Empty if it is no BPF object, or was closed meanwhile. */
  private static Optional<KernelObject> own(int number) {
    Path link = Path.of("/proc/self/fd/" + number);
    try {
      if (!Files.readSymbolicLink(link).toString().matches(".*bpf.(map|prog|link).*")) {
        return Optional.empty();
      }
      return Optional.of(KernelObject.takeIn(Fd.duplicate("BPF object", number)));
    } catch (IOException | BpfException e) {
      return Optional.empty();
    }
  }

  /** Those that go meanwhile are left out. */
  private static void forEach(NextId next, IntUnaryOperator open, Consumer<Fd> action) {
    int[] id = {0};
    while (next.after(id[0], id) == 0) {
      int number = open.applyAsInt(id[0]);
      if (number >= 0) {
        Fd fd = Fd.own("BPF object " + id[0], number);
        try {
          action.accept(fd);
        } finally {
          fd.close();
        }
      }
    }
  }

  /** One of the series of numbers. */
  private interface NextId {
    /** Puts the number after {@code id} into {@code next}; not 0 if there is none. */
    int after(int id, int[] next);
  }
}
