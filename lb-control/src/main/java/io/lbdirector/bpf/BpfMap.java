package io.lbdirector.bpf;

import io.lbdirector.os.Errno;
import io.lbdirector.os.Sys;
import java.lang.ref.Reference;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import java.util.stream.IntStream;
import jnr.ffi.Pointer;

/**
 * An open file descriptor of a map. Whoever gets one closes it; the map lives as long as a
 * descriptor, a pin, a mapping, a program or an outer map holds it.
 *
 * <p>Keys and values are bytes as the program sees them, numbers in the machine's byte order. Any
 * thread may use a map, but none while another closes it.
 */
public final class BpfMap implements AutoCloseable {
  static final String KIND = "bpf-map";

  private static final int PROT_READ = 1;
  private static final int PROT_WRITE = 2;
  static final int MAP_SHARED = 1;

  /** The smallest there is; the kernel rounds up to its own. */
  private static final int PAGE = 4096;

  private final MapSpec spec;
  private final Fd fd;

  private BpfMap(MapSpec spec, Fd fd) {
    this.spec = spec;
    this.fd = fd;
  }

  /** What {@link #update(byte[], byte[], Mode)} does about an entry that is there, or is not. */
  public enum Mode {
    /** Make or replace. */
    ANY,
    /** Make; fail with EEXIST if there is one. */
    NOEXIST,
    /** Replace; fail with ENOENT if there is none. */
    EXIST
  }

  /**
   * Makes a map.
   *
   * @param spec of any type that takes no template; see {@link #createOuter}
   */
  public static BpfMap create(MapSpec spec) {
    return create(spec, CreateOptions.of(spec));
  }

  /**
   * Makes a map of maps.
   *
   * @param spec key and value of 4 bytes
   * @param template what every inner map must be like: same type, key, value and flags, and for an
   *     array without {@link MapSpec#INNER_MAP} the same max_entries. Not kept: the caller closes
   *     it
   */
  public static BpfMap createOuter(MapSpec spec, BpfMap template) {
    return create(spec, CreateOptions.of(spec).putInt(CreateOptions.INNER_MAP_FD, template.fd()));
  }

  private static BpfMap create(MapSpec spec, NativeStruct options) {
    requireName(spec.name());
    int number =
        options.with(
            memory ->
                Native.libbpf()
                    .bpf_map_create(
                        spec.type().number(),
                        spec.name(),
                        spec.keySize(),
                        spec.valueSize(),
                        spec.maxEntries(),
                        memory));
    Native.check(
        number,
        errno ->
            BpfException.failed(
                "create map " + spec.name() + " (" + describe(spec) + ")",
                errno,
                MapHints.create(spec, errno)));
    return new BpfMap(spec, Fd.own("map " + spec.name(), number));
  }

  /**
   * Opens a pinned map.
   *
   * @throws BpfException if nothing is pinned there, or this user may not open it
   * @throws IllegalArgumentException if something else is pinned there
   */
  public static BpfMap openPinned(Path path) {
    return own(BpfFs.open(path, "map", KIND), "map " + path);
  }

  /** Duplicates {@code number}, which stays the caller's. */
  static BpfMap duplicate(String name, int number) {
    return own(Fd.duplicate("map " + name, number), "map " + name);
  }

  private static BpfMap own(Fd fd, String what) {
    try {
      return new BpfMap(ObjectInfo.of(fd, what).mapSpec(), fd);
    } catch (RuntimeException e) {
      fd.close();
      throw e;
    }
  }

  public String name() {
    return spec.name();
  }

  /** The descriptor, which stays this object's. */
  public int fd() {
    return fd.get();
  }

  /** The kernel's number of the map, which {@link #lookupInnerId} also gives. */
  public int id() {
    return ObjectInfo.of(fd, "map " + name()).id();
  }

  /** What the kernel says the map is. */
  public MapSpec info() {
    return ObjectInfo.of(fd, "map " + name()).mapSpec();
  }

  /** Type and sizes, as they were when it was opened: they never change. */
  public MapSpec spec() {
    return spec;
  }

  /**
   * Reads one value.
   *
   * @throws IllegalArgumentException if the key has another length than the map's keys, or if
   *     values are per CPU: see {@link #lookupPerCpu}
   */
  public Optional<byte[]> lookup(byte[] key) {
    requireShared("lookupPerCpu");
    return read(key, spec.valueSize());
  }

  /** Makes or replaces one entry. */
  public void update(byte[] key, byte[] value) {
    update(key, value, Mode.ANY);
  }

  /**
   * Writes one entry.
   *
   * @throws IllegalArgumentException if key or value have another length than the map's, or if
   *     values are per CPU: see {@link #updatePerCpu}
   * @throws BpfException E2BIG if the map is full or has no such index; EPERM if it is frozen
   */
  public void update(byte[] key, byte[] value, Mode mode) {
    requireShared("updatePerCpu");
    requireLength("value", value.length, spec.valueSize());
    write(key, value, mode);
  }

  /**
   * Removes one entry.
   *
   * @return whether there was one
   */
  public boolean delete(byte[] key) {
    requireKey(key);
    int result = Native.libbpf().bpf_map_delete_elem(fd(), key);
    if (result == -Errno.ENOENT) {
      return false;
    }
    Native.check(result, errno -> failed("delete from", entry(key), errno));
    return true;
  }

  /**
   * Reads the values of every CPU under one key.
   *
   * @return one value per possible CPU, in their order; none if there is no such entry
   */
  public List<byte[]> lookupPerCpu(byte[] key) {
    requirePerCpu();
    int stride = perCpuStride();
    return read(key, stride * PossibleCpus.count())
        .map(all -> split(all, stride))
        .orElse(List.of());
  }

  /**
   * Writes the same value for every CPU. Not one step: a CPU that counts meanwhile may be seen
   * before or after.
   *
   * @param value of one CPU
   */
  public void updatePerCpu(byte[] key, byte[] value) {
    requirePerCpu();
    requireLength("value", value.length, spec.valueSize());
    int stride = perCpuStride();
    byte[] all = new byte[stride * PossibleCpus.count()];
    for (int at = 0; at < all.length; at += stride) {
      System.arraycopy(value, 0, all, at, value.length);
    }
    write(key, all, Mode.ANY);
  }

  /**
   * Writes a value for the first CPU, and zeros for all others.
   *
   * @param value of one CPU
   */
  public void updateFirstCpu(byte[] key, byte[] value) {
    requirePerCpu();
    requireLength("value", value.length, spec.valueSize());
    write(key, Arrays.copyOf(value, perCpuStride() * PossibleCpus.count()), Mode.ANY);
  }

  /**
   * Adds up, over all CPUs, the 64-bit numbers that values consist of. One system call for some
   * thousand indexes, where the kernel can (5.13).
   *
   * @param first index of a {@link MapType#PERCPU_ARRAY} whose values are whole 64-bit numbers
   * @param count how many indexes, 0 or more
   * @return {@code count × valueSize / 8} sums, those of one index together
   */
  public long[] sumPerCpu(int first, int count) {
    return PerCpuSums.read(this, first, count);
  }

  /**
   * Which map is in a slot of a map of maps.
   *
   * @return the {@link #id} of the inner map; 0 if the slot is empty
   */
  public int lookupInnerId(int slot) {
    requireMapInMap();
    return read(bytesOf(slot), Integer.BYTES).map(BpfMap::intOf).orElse(0);
  }

  /**
   * Puts a map into a slot of a map of maps; packets see the old one or the new one. Waits for an
   * RCU grace period: 8 ms usually, tens at times. Does not close {@code inner}.
   */
  public void updateInner(int slot, BpfMap inner) {
    requireMapInMap();
    write(bytesOf(slot), bytesOf(inner.fd()), Mode.ANY);
  }

  /**
   * Empties a slot of an array of maps; waits as {@link #updateInner} does.
   *
   * @return whether there was a map in it
   */
  public boolean deleteInner(int slot) {
    requireMapInMap();
    return delete(bytesOf(slot));
  }

  /**
   * Puts maps into slots, in ascending order of slot, with one wait for all; with one wait each
   * before kernel 5.19. Each slot changes at once, but all do not change together.
   *
   * @param inners by slot; the caller closes them
   * @throws BpfException saying how many were written; those stay written
   */
  public void updateInnerBatch(Map<Integer, BpfMap> inners) {
    requireMapInMap();
    SortedMap<Integer, BpfMap> sorted = new TreeMap<>(inners);
    if (sorted.isEmpty()) {
      return;
    }
    ByteBuffer slots = direct(sorted.size() * Integer.BYTES);
    ByteBuffer fds = direct(sorted.size() * Integer.BYTES);
    sorted.forEach(
        (slot, inner) -> {
          slots.putInt(slot);
          fds.putInt(inner.fd());
        });
    BatchResult result = tryUpdateBatch(slots.flip(), fds.flip(), sorted.size());
    if (result.written() == 0 && BpfErrno.meansNoBatch(result.errno())) {
      updateInnerOneByOne(sorted);
    } else {
      result.check(this, sorted.size());
    }
  }

  /** What {@link #updateInnerBatch} does on a kernel without batches for maps of maps. */
  void updateInnerOneByOne(SortedMap<Integer, BpfMap> inners) {
    inners.forEach(this::updateInner);
  }

  /**
   * Makes or replaces entries with one system call; with one each where the kernel has no batches
   * for that type of map, as for tries before 5.13.
   *
   * @param keys direct buffer; {@code count} keys from its position on, without gaps
   * @param values direct buffer; the values to them, likewise
   * @throws BpfException saying how many were written; those stay written
   */
  public void updateBatch(ByteBuffer keys, ByteBuffer values, int count) {
    requireShared("updatePerCpu");
    requireRoom("keys", keys, count, spec.keySize());
    requireRoom("values", values, count, spec.valueSize());
    if (count == 0) {
      return;
    }
    BatchResult result = tryUpdateBatch(keys, values, count);
    if (result.written() == 0 && BpfErrno.meansNoBatch(result.errno())) {
      updateOneByOne(keys, values, count);
    } else {
      result.check(this, count);
    }
  }

  /** What {@link #updateBatch} does on a kernel without batches for this type of map. */
  void updateOneByOne(ByteBuffer keys, ByteBuffer values, int count) {
    ByteBuffer unreadKeys = keys.duplicate();
    ByteBuffer unreadValues = values.duplicate();
    byte[] key = new byte[spec.keySize()];
    byte[] value = new byte[spec.valueSize()];
    for (int i = 0; i < count; i++) {
      unreadKeys.get(key);
      unreadValues.get(value);
      update(key, value);
    }
  }

  BatchResult tryUpdateBatch(ByteBuffer keys, ByteBuffer values, int count) {
    int[] inOut = {count};
    int result =
        Native.libbpf().bpf_map_update_batch(fd(), address(keys), address(values), inOut, null);
    Reference.reachabilityFence(keys);
    Reference.reachabilityFence(values);
    return BatchResult.of(result, count, inOut[0]);
  }

  /**
   * Hands every entry to {@code action}, in no order. Entries made or removed meanwhile may be
   * missed or not.
   *
   * @param action gets arrays of its own
   * @throws IllegalArgumentException if values are per CPU
   */
  public void forEach(BiConsumer<byte[], byte[]> action) {
    requireShared("lookupPerCpu");
    MapScan.scan(this, action);
  }

  /**
   * Refuses every later write from outside of programs, for good: then {@link #update} fails with
   * EPERM. Close writable mappings first.
   */
  public void freeze() {
    Native.check(Native.libbpf().bpf_map_freeze(fd()), errno -> failed("freeze", "", errno));
  }

  /**
   * Pins the map, so that it stays when every descriptor is closed.
   *
   * @param path in a BPF file system; its last name has no dot
   */
  public void pin(Path path) {
    BpfFs.pin("map " + name(), fd(), path);
  }

  /**
   * Maps the values of a whole array into memory. Value {@code i} is at {@code i × valueSize}, with
   * the value size rounded up to a multiple of 8.
   *
   * @param writable needs a map that is not frozen, and keeps it from being frozen until closed
   * @return the caller closes it; it outlives this handle
   * @throws BpfException EINVAL if the map was made without {@link MapSpec#MMAPABLE}
   */
  public MappedMemory mmap(boolean writable) {
    long bytes = (long) spec.maxEntries() * roundUp(spec.valueSize(), Long.BYTES);
    long size = roundUp(bytes, PAGE);
    int protection = PROT_READ | (writable ? PROT_WRITE : 0);
    long address = Sys.LIBC.mmap(null, size, protection, MAP_SHARED, fd(), 0).address();
    Native.checkLibc(
        address == -1 ? -1 : 0,
        errno -> BpfException.failed("mmap " + this, errno, MapHints.mmap(errno)));
    return MappedMemory.own(name(), address, size, writable);
  }

  /** Closes the descriptor; does nothing the second time. */
  @Override
  public void close() {
    fd.close();
  }

  @Override
  public String toString() {
    return "map " + name();
  }

  private Optional<byte[]> read(byte[] key, int size) {
    requireKey(key);
    byte[] value = new byte[size];
    int result = Native.libbpf().bpf_map_lookup_elem(fd(), key, value);
    if (result == -Errno.ENOENT) {
      return Optional.empty();
    }
    Native.check(result, errno -> failed("look up in", entry(key), errno));
    return Optional.of(value);
  }

  private void write(byte[] key, byte[] value, Mode mode) {
    requireKey(key);
    Native.check(
        Native.libbpf().bpf_map_update_elem(fd(), key, value, mode.ordinal()),
        errno -> failed("update", entry(key), errno));
  }

  /**
   * Makes the exception of a call on this map.
   *
   * @param where entry or batch, with a space in front; or empty
   */
  BpfException failed(String verb, String where, int errno) {
    return BpfException.failed(verb + " map " + name() + where, errno, MapHints.use(spec, errno));
  }

  /** Bytes from one CPU's value to the next. */
  int perCpuStride() {
    return (int) roundUp(spec.valueSize(), Long.BYTES);
  }

  private List<byte[]> split(byte[] all, int stride) {
    return IntStream.range(0, all.length / stride)
        .mapToObj(cpu -> Arrays.copyOfRange(all, cpu * stride, cpu * stride + spec.valueSize()))
        .toList();
  }

  private String entry(byte[] key) {
    return spec.type().isIndexed()
        ? " (index " + Integer.toUnsignedString(intOf(key)) + ")"
        : " (key " + HexFormat.of().formatHex(key) + ")";
  }

  private void requireKey(byte[] key) {
    requireLength("key", key.length, spec.keySize());
  }

  private void requireLength(String what, int length, int wanted) {
    if (length != wanted) {
      throw new IllegalArgumentException(
          "map " + name() + ": the " + what + " has " + length + " bytes, not " + wanted);
    }
  }

  private void requireRoom(String what, ByteBuffer buffer, int count, int size) {
    if (count < 0 || !buffer.isDirect() || buffer.remaining() < (long) count * size) {
      throw new IllegalArgumentException(
          "map %s: %s must be a direct buffer with %d × %d bytes remaining; it has %d"
              .formatted(name(), what, count, size, buffer.remaining()));
    }
  }

  private void requireShared(String instead) {
    if (spec.type().isPerCpu()) {
      throw new IllegalArgumentException("map " + name() + " has a value per CPU: use " + instead);
    }
  }

  private void requirePerCpu() {
    if (!spec.type().isPerCpu()) {
      throw new IllegalArgumentException("map " + name() + " has no value per CPU");
    }
  }

  private void requireMapInMap() {
    if (!spec.type().isMapInMap()) {
      throw new IllegalArgumentException("map " + name() + " is not a map of maps");
    }
  }

  private static void requireName(String name) {
    if (name.length() > MapSpec.MAX_NAME) {
      throw new IllegalArgumentException(
          "map name %s has %d characters; the kernel keeps %d"
              .formatted(name, name.length(), MapSpec.MAX_NAME));
    }
  }

  private static String describe(MapSpec spec) {
    return "%s, key %d, value %d, max_entries %d, flags 0x%x"
        .formatted(spec.type(), spec.keySize(), spec.valueSize(), spec.maxEntries(), spec.flags());
  }

  /** Address of the buffer's position. */
  static Pointer address(ByteBuffer buffer) {
    return Pointer.wrap(Native.RUNTIME, buffer.slice());
  }

  static ByteBuffer direct(int size) {
    return ByteBuffer.allocateDirect(size).order(ByteOrder.nativeOrder());
  }

  static byte[] bytesOf(int value) {
    return ByteBuffer.allocate(Integer.BYTES).order(ByteOrder.nativeOrder()).putInt(value).array();
  }

  private static int intOf(byte[] bytes) {
    return ByteBuffer.wrap(bytes).order(ByteOrder.nativeOrder()).getInt();
  }

  private static long roundUp(long value, int unit) {
    return (value + unit - 1) / unit * unit;
  }

  /** {@code struct bpf_map_create_opts}. */
  static final class CreateOptions {
    static final int SIZE = 48;
    static final int INNER_MAP_FD = 24;
    static final int MAP_FLAGS = 28;

    private CreateOptions() {}

    static NativeStruct of(MapSpec spec) {
      return NativeStruct.options(SIZE).putInt(MAP_FLAGS, spec.flags());
    }
  }
}
