package io.lbdirector.director;

import java.util.List;
import java.util.Optional;

/**
 * What the kernel holds for an instance.
 *
 * @param folder where it is pinned
 * @param layout name of the folder of this build's maps
 * @param pins links, program, maps, also those of other layouts
 * @param unpinned of this or any other instance: what lives in the kernel though neither a pin in
 *     this BPF file system nor the daemon leads to it; empty if the daemon may not ask
 *     (CAP_SYS_ADMIN)
 */
public record BpfReport(
    String folder,
    String layout,
    List<BpfObjectReport> pins,
    Optional<List<BpfObjectReport>> unpinned) {

  /**
   * A map, program or link.
   *
   * @param pin path from the folder on; empty without one
   * @param kind {@code map}, {@code program} or {@code link}
   * @param id the kernel's, as {@code bpftool} shows it
   * @param name the kernel's, up to 15 characters; empty for links
   * @param type {@code array_of_maps}, {@code xdp}
   * @param tag hash of a program's instructions
   * @param entries how many a map has room for
   * @param keyBytes of a map, as is {@code valueBytes}
   * @param frozen whether no process may write to a map any more
   * @param memoryBytes what the kernel charges for a map or program
   * @param use what it is there for now, as {@code table web}; empty where its name says it
   */
  public record BpfObjectReport(
      String pin,
      String kind,
      int id,
      String name,
      String type,
      Optional<String> tag,
      Optional<Integer> entries,
      Optional<Integer> keyBytes,
      Optional<Integer> valueBytes,
      Optional<Boolean> frozen,
      Optional<Long> memoryBytes,
      String use) {}
}
