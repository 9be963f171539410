package io.lbdirector.bpf;

/** Kinds of map, in the order and with the numbers of {@code enum bpf_map_type}. */
public enum MapType {
  UNSPEC,
  HASH,
  ARRAY,
  PROG_ARRAY,
  PERF_EVENT_ARRAY,
  PERCPU_HASH,
  PERCPU_ARRAY,
  STACK_TRACE,
  CGROUP_ARRAY,
  LRU_HASH,
  LRU_PERCPU_HASH,
  LPM_TRIE,
  ARRAY_OF_MAPS,
  HASH_OF_MAPS,
  DEVMAP,
  SOCKMAP,
  CPUMAP,
  XSKMAP,
  SOCKHASH,
  CGROUP_STORAGE,
  REUSEPORT_SOCKARRAY,
  PERCPU_CGROUP_STORAGE,
  QUEUE,
  STACK,
  SK_STORAGE,
  DEVMAP_HASH,
  STRUCT_OPS,
  RINGBUF,
  INODE_STORAGE,
  TASK_STORAGE,
  BLOOM_FILTER,
  USER_RINGBUF;

  /** The kernel's number. */
  public int number() {
    return ordinal();
  }

  /**
   * @throws IllegalArgumentException for a number newer than this list
   */
  static MapType of(int number) {
    if (number < 0 || number >= values().length) {
      throw new IllegalArgumentException("map type " + number + " is not known to this program");
    }
    return values()[number];
  }

  /** Whether each CPU has a value of its own under a key. */
  boolean isPerCpu() {
    return switch (this) {
      case PERCPU_HASH, PERCPU_ARRAY, LRU_PERCPU_HASH, PERCPU_CGROUP_STORAGE -> true;
      default -> false;
    };
  }

  boolean isMapInMap() {
    return this == ARRAY_OF_MAPS || this == HASH_OF_MAPS;
  }

  /** Whether keys are indexes: a {@code u32} below max_entries. */
  boolean isIndexed() {
    return switch (this) {
      case ARRAY, PERCPU_ARRAY, ARRAY_OF_MAPS, PROG_ARRAY, DEVMAP, CPUMAP, XSKMAP -> true;
      default -> false;
    };
  }
}
