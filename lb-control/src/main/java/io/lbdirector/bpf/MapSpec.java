package io.lbdirector.bpf;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * What a map is, apart from its contents.
 *
 * @param name at most {@value #MAX_NAME} characters, as the kernel keeps no more
 * @param keySize bytes
 * @param valueSize bytes; of a per-CPU map, one CPU's; of a map of maps, 4
 * @param maxEntries of an array, exactly as many as there are
 * @param flags the {@code BPF_F_*} bits, of which the ones below have names here
 */
public record MapSpec(
    MapType type, String name, int keySize, int valueSize, int maxEntries, int flags) {
  /** Longest name of a map, in bytes. */
  public static final int MAX_NAME = 15;

  /** {@code BPF_F_NO_PREALLOC}: take a hash's memory when an entry is made. */
  public static final int NO_PREALLOC = 1;

  /** {@code BPF_F_RDONLY_PROG}: programs may not write. */
  public static final int RDONLY_PROG = 1 << 7;

  /** {@code BPF_F_MMAPABLE}: an array that {@link BpfMap#mmap} works on. */
  public static final int MMAPABLE = 1 << 10;

  /** {@code BPF_F_INNER_MAP}: an array that may differ in size from its outer map's template. */
  public static final int INNER_MAP = 1 << 12;

  public MapSpec {
    Objects.requireNonNull(type, "type");
    Objects.requireNonNull(name, "name");
  }

  /**
   * Where this differs from {@code other} in anything but the name.
   *
   * @return a phrase for each, {@code "value size 24 instead of 16"}, with this one's first; empty
   *     if they agree
   */
  public List<String> differencesFrom(MapSpec other) {
    List<String> found = new ArrayList<>();
    if (type != other.type) {
      found.add("type " + type + " instead of " + other.type);
    }
    compare("key size", keySize, other.keySize, found);
    compare("value size", valueSize, other.valueSize, found);
    compare("max_entries", maxEntries, other.maxEntries, found);
    compare("flags", flags, other.flags, found);
    return found;
  }

  private static void compare(String what, int mine, int others, List<String> found) {
    if (mine != others) {
      found.add(what + " " + mine + " instead of " + others);
    }
  }
}
