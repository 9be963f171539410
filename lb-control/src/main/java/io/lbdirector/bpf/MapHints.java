package io.lbdirector.bpf;

import io.lbdirector.os.Errno;

/** What to try when the kernel refuses something about a map. */
final class MapHints {
  private static final String RIGHTS = "needs root, or CAP_BPF";
  private static final String MEMLOCK =
      "; before kernel 5.11 also a higher limit of locked memory (ulimit -l)";

  private MapHints() {}

  static String create(MapSpec spec, int errno) {
    return switch (errno) {
      case Errno.EPERM -> RIGHTS + MEMLOCK;
      case Errno.ENOMEM -> "not enough memory" + MEMLOCK;
      case Errno.E2BIG -> "key, value or max_entries are larger than the kernel allows";
      case Errno.EINVAL ->
          spec.type().isMapInMap()
              ? "a map of maps has keys and values of 4 bytes, and a template that is no map of"
                  + " maps; or this kernel lacks one of the flags"
              : "this kernel lacks the type or one of the flags, or a size is wrong for the type";
      case Errno.EMFILE -> "raise the limit of open files (ulimit -n)";
      default -> "";
    };
  }

  static String use(MapSpec spec, int errno) {
    return switch (errno) {
      case Errno.E2BIG, Errno.ENOSPC -> full(spec);
      case Errno.EPERM -> "the map is frozen, or this user may not: " + RIGHTS;
      case Errno.EEXIST -> "there is such an entry already";
      case Errno.ENOENT -> "there is no such entry";
      case Errno.EBUSY -> "it is mapped writable: close the mapping first";
      case Errno.ENOMEM -> "not enough memory" + MEMLOCK;
      case Errno.EINVAL -> invalid(spec);
      default -> "";
    };
  }

  static String mmap(int errno) {
    return switch (errno) {
      case Errno.EINVAL, BpfErrno.ENOTSUPP ->
          "only an ARRAY made with BPF_F_MMAPABLE can be mapped";
      case Errno.EPERM -> "it is frozen: map it for reading";
      case Errno.ENOMEM -> "not enough address space, or too many mappings (vm.max_map_count)";
      default -> "";
    };
  }

  private static String full(MapSpec spec) {
    return spec.type().isIndexed()
        ? "max_entries is "
            + spec.maxEntries()
            + ", so the last index is "
            + (spec.maxEntries() - 1)
        : "it is full: max_entries is " + spec.maxEntries();
  }

  private static String invalid(MapSpec spec) {
    if (spec.type().isMapInMap()) {
      return "an inner map must have type, key, value and flags of the template, and an array also"
          + " its max_entries";
    }
    return spec.type().isIndexed() ? "an array's entries cannot be made or removed" : "";
  }
}
