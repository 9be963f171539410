package io.lbdirector.bpf;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * A map, program or link as the kernel tells of it. For those who look: it holds nothing open.
 *
 * <p>The memory is what the kernel charges, in bytes; kernels before 5.11 count pages that they
 * have locked.
 */
public sealed interface KernelObject {
  /** The kernel's number, one series a kind. */
  int id();

  /**
   * @param frozen whether no process may write to it any more
   */
  record OfMap(int id, MapSpec spec, long memory, boolean frozen) implements KernelObject {}

  /**
   * @param type {@code "xdp"}, or {@code "type 5"} of any other
   * @param tag hash of its instructions, 16 hex digits
   * @param maps the ids of those that it uses
   */
  record OfProgram(int id, String name, String type, String tag, long memory, Set<Integer> maps)
      implements KernelObject {}

  /**
   * @param type {@code "xdp"}, or {@code "type 5"} of any other
   * @param ifindex what an xdp link holds, in whatever network namespace; 0 if that is gone, and of
   *     other links
   */
  record OfLink(int id, String type, int programId, int ifindex) implements KernelObject {}

  /**
   * Reads what is pinned.
   *
   * @return empty if nothing is pinned there any more
   * @throws BpfException if this user may not open it
   */
  static Optional<KernelObject> pinned(Path pin) {
    return BpfFs.open(pin).map(KernelObject::takeIn);
  }

  /** Reads and closes. */
  static KernelObject takeIn(Fd fd) {
    try {
      return of(fd);
    } finally {
      fd.close();
    }
  }

  /**
   * @param fd of a map, program or link; stays the caller's
   */
  static KernelObject of(Fd fd) {
    String kind = fd.kind();
    ObjectInfo info = ObjectInfo.of(fd, kind);
    return switch (kind) {
      case BpfMap.KIND -> {
        Map<String, String> more = fdInfo(fd);
        boolean frozen = more.getOrDefault("frozen", "0").equals("1");
        yield new OfMap(info.id(), info.mapSpec(), memory(more), frozen);
      }
      case BpfProgram.KIND ->
          new OfProgram(
              info.id(),
              info.programName(),
              info.programType(),
              HexFormat.of().formatHex(info.programTag()),
              memory(fdInfo(fd)),
              ObjectInfo.programMaps(fd, kind));
      case XdpLink.KIND ->
          new OfLink(
              info.id(),
              info.isXdpLink() ? "xdp" : "type " + info.type(),
              info.linkProgramId(),
              info.isXdpLink() ? info.linkIfindex() : 0);
      default -> throw new IllegalArgumentException("a " + kind + " is no BPF object");
    };
  }

  private static long memory(Map<String, String> fdInfo) {
    return Long.parseLong(fdInfo.getOrDefault("memlock", "0"));
  }

  /** What no info command tells. */
  private static Map<String, String> fdInfo(Fd fd) {
    Path file = Path.of("/proc/self/fdinfo/" + fd.get());
    try {
      return fields(file);
    } catch (IOException e) {
      throw new UncheckedIOException("read " + file, e);
    }
  }

  /** The {@code name: value} lines of a file of /proc. */
  static Map<String, String> fields(Path file) throws IOException {
    return Files.readAllLines(file).stream()
        .map(line -> line.split(":\\s*", 2))
        .filter(pair -> pair.length == 2)
        .collect(Collectors.toMap(pair -> pair[0], pair -> pair[1].strip(), (a, b) -> a));
  }
}
