package io.lbdirector.bpf;

import java.lang.ref.Reference;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.stream.Collectors;
import jnr.ffi.Pointer;

/**
 * A compiled BPF object: opened from its ELF bytes, adjusted, loaded into the kernel once, and
 * closed. The maps and programs that {@link #map} and {@link #program} give are descriptors of
 * their own, which stay good when this is closed.
 *
 * <pre>
 * try (BpfObject object = BpfObject.open("lb_director", elf)) {
 *   object.setRodata(settings);
 *   object.load();
 *   BpfProgram program = object.program("lb_director"); // the caller closes it
 * }
 * </pre>
 *
 * <p>For one thread.
 */
public final class BpfObject implements AutoCloseable {
  private static final String RODATA = ".rodata";
  private static final String DATA = ".data."; // a global in a section of its own is a map
  private static final int XDP_HAS_FRAGS = 1 << 5;
  private static final int PROGRAM_TYPE_XDP = 6;
  private static final int XDP_GET_BUFF_LEN = 188; // came with the flag

  private final String name;
  private final Pointer object;
  private final Map<String, Pointer> maps;
  private final Map<String, Pointer> programs;
  private final Handle handle;
  private boolean loaded;

  private BpfObject(String name, Pointer elf, Pointer object) {
    Libbpf.Api libbpf = Native.libbpf();
    this.name = name;
    this.object = object;
    this.maps = index(libbpf::bpf_object__next_map, object, BpfObject::mapName);
    this.programs = index(libbpf::bpf_object__next_program, object, libbpf::bpf_program__name);
    this.handle = Handle.open("object " + name, () -> close(object, elf));
  }

  /**
   * Reads an ELF file. Nothing reaches the kernel before {@link #load}.
   *
   * @param name for messages, and the first part of the names of its data maps
   * @param elf as clang wrote it
   * @throws BpfException if it is no BPF object, or has declarations that libbpf cannot read
   */
  public static BpfObject open(String name, byte[] elf) {
    Pointer copy = NativeStruct.copyOf(elf);
    NativeStruct options =
        OpenOptions.create().putPointer(OpenOptions.OBJECT_NAME, NativeStruct.copyOf(name));
    Pointer object = LibbpfLog.listen(() -> open(name, copy, elf.length, options));
    return new BpfObject(name, copy, object);
  }

  private static Pointer open(String name, Pointer elf, int length, NativeStruct options) {
    return options.with(
        memory ->
            Native.checkPointer(
                Native.libbpf().bpf_object__open_mem(elf, length, memory),
                errno ->
                    BpfException.failed(
                        "open object " + name + " (" + length + " bytes)",
                        errno,
                        LibbpfLog.warnings())));
  }

  /** Of a global that has a section of its own, what follows {@code .data.} there. */
  private static String mapName(Pointer map) {
    String name = Native.libbpf().bpf_map__name(map);
    return name.startsWith(DATA) ? name.substring(DATA.length()) : name;
  }

  /** Names of the maps that its source declares, globals in sections of their own among them. */
  public Set<String> mapNames() {
    return mapNames(false);
  }

  /** Names of the maps that the compiler made of its global data, as {@code lb_direc.rodata}. */
  public Set<String> dataMapNames() {
    return mapNames(true);
  }

  private Set<String> mapNames(boolean data) {
    handle.requireOpen();
    return maps.keySet().stream()
        .filter(map -> map.contains(".") == data)
        .collect(Collectors.toCollection(LinkedHashSet::new));
  }

  /** Names of its programs. */
  public Set<String> programNames() {
    handle.requireOpen();
    return new LinkedHashSet<>(programs.keySet());
  }

  /** Bytes of its constants ({@code const volatile} globals); 0 if there are none. */
  public int rodataSize() {
    handle.requireOpen();
    Pointer rodata = rodata();
    return rodata == null ? 0 : Native.libbpf().bpf_map__value_size(rodata);
  }

  /**
   * Sets the constants, from the first on; what {@code value} does not reach stays as compiled.
   *
   * @throws IllegalArgumentException if {@code value} is longer than {@link #rodataSize}
   */
  public void setRodata(byte[] value) {
    requireNotLoaded("set .rodata");
    if (value.length > rodataSize()) {
      throw new IllegalArgumentException(
          "object "
              + name
              + ": "
              + value.length
              + " bytes do not fit in its .rodata of "
              + rodataSize());
    }
    if (value.length > 0) {
      Pointer initial = Native.libbpf().bpf_map__initial_value(rodata(), new long[1]);
      Native.checkPointer(initial, errno -> failed("set .rodata of", errno))
          .put(0, value, 0, value.length);
    }
  }

  /** Whether the kernel can give XDP programs frames of several buffers (since 5.18). */
  public static boolean kernelHasXdpFrags() {
    return Native.libbpf().libbpf_probe_bpf_helper(PROGRAM_TYPE_XDP, XDP_GET_BUFF_LEN, null) == 1;
  }

  /**
   * Loads the programs as such that take frames of several buffers: jumbo frames, on drivers that
   * have them. Only where {@link #kernelHasXdpFrags}.
   */
  public void takeXdpFrags() {
    requireNotLoaded("take frames of several buffers");
    Libbpf.Api libbpf = Native.libbpf();
    for (Pointer each : programs.values()) {
      Native.check(
          libbpf.bpf_program__set_flags(each, libbpf.bpf_program__flags(each) | XDP_HAS_FRAGS),
          errno -> failed("set program flags of", errno));
    }
  }

  /**
   * Says what the inner maps of a map of maps are like. A declaration in the source is overridden.
   *
   * @param template stays the caller's, and open until {@link #load}
   */
  public void setInnerMap(String outerMap, BpfMap template) {
    requireNotLoaded("set an inner map");
    Native.check(
        Native.libbpf().bpf_map__set_inner_map_fd(declared(outerMap), template.fd()),
        errno -> failed("set the inner map of " + outerMap + " in", errno));
  }

  public void setMaxEntries(String map, int maxEntries) {
    requireNotLoaded("set max_entries");
    Native.check(
        Native.libbpf().bpf_map__set_max_entries(declared(map), maxEntries),
        errno -> failed("set max_entries of " + map + " to " + maxEntries + " in", errno));
  }

  /**
   * Makes the programs use a map that is there already, instead of a new one.
   *
   * @param existing stays the caller's
   * @throws IllegalArgumentException if it is not what the object declares, naming each difference
   */
  public void reuse(String map, BpfMap existing) {
    requireNotLoaded("reuse a map");
    List<String> differences = existing.info().differencesFrom(declaredSpec(map));
    if (!differences.isEmpty()) {
      throw new IllegalArgumentException(
          "object "
              + name
              + " cannot reuse map "
              + map
              + ", which has "
              + String.join(", ", differences));
    }
    Native.check(
        Native.libbpf().bpf_map__reuse_fd(declared(map), existing.fd()),
        errno -> failed("reuse map " + map + " in", errno));
  }

  /** What the object declares a map to be, with what was set since. */
  public MapSpec declaredSpec(String map) {
    handle.requireOpen();
    Pointer declared = declared(map);
    Libbpf.Api libbpf = Native.libbpf();
    return new MapSpec(
        MapType.of(libbpf.bpf_map__type(declared)),
        map,
        libbpf.bpf_map__key_size(declared),
        libbpf.bpf_map__value_size(declared),
        libbpf.bpf_map__max_entries(declared),
        libbpf.bpf_map__map_flags(declared));
  }

  /**
   * Makes the maps and loads the programs. All or nothing: after a failure nothing of it is in the
   * kernel, and this object is good for nothing but {@link #close}.
   *
   * @throws BpfException with {@link BpfException#verifierLog} if a program was rejected
   */
  public void load() {
    requireNotLoaded("load");
    loaded = true;
    VerifierLogs logs = VerifierLogs.attach(programs);
    LibbpfLog.listen(
        () -> Native.check(Native.libbpf().bpf_object__load(object), errno -> failed(logs, errno)));
  }

  /**
   * A map, after {@link #load}.
   *
   * @return a descriptor of its own, which the caller closes
   */
  public BpfMap map(String map) {
    requireLoaded("map " + map);
    return BpfMap.duplicate(map, Native.libbpf().bpf_map__fd(declared(map)));
  }

  /**
   * A program, after {@link #load}.
   *
   * @return a descriptor of its own, which the caller closes
   */
  public BpfProgram program(String program) {
    requireLoaded("program " + program);
    Pointer found = find(programs, "program", program);
    return BpfProgram.duplicate(program, Native.libbpf().bpf_program__fd(found));
  }

  private BpfException failed(String verb, int errno) {
    return BpfException.failed(verb + " object " + name, errno, "");
  }

  private BpfException failed(VerifierLogs logs, int errno) {
    return logs.rejection(name, errno)
        .orElseGet(() -> BpfException.failed("load " + name, errno, LoadHints.of(errno)));
  }

  private Pointer declared(String map) {
    return find(maps, "map", map);
  }

  private Pointer find(Map<String, Pointer> among, String kind, String wanted) {
    Pointer found = among.get(wanted);
    if (found == null) {
      throw new IllegalArgumentException(
          "object " + name + " has no " + kind + " " + wanted + "; it has " + among.keySet());
    }
    return found;
  }

  /** Null if the object has no constants. */
  private Pointer rodata() {
    return maps.entrySet().stream()
        .filter(map -> map.getKey().endsWith(RODATA))
        .map(Map.Entry::getValue)
        .findFirst()
        .orElse(null);
  }

  private void requireNotLoaded(String action) {
    handle.requireOpen();
    if (loaded) {
      throw new IllegalStateException(
          "object " + name + " is loaded already: too late to " + action);
    }
  }

  private void requireLoaded(String what) {
    handle.requireOpen();
    if (!loaded) {
      throw new IllegalStateException(
          "object " + name + " is not loaded yet, so " + what + " is not there");
    }
  }

  private static Map<String, Pointer> index(
      BiFunction<Pointer, Pointer, Pointer> next, Pointer object, Function<Pointer, String> name) {
    Map<String, Pointer> found = new LinkedHashMap<>();
    for (Pointer each = next.apply(object, null); each != null; each = next.apply(object, each)) {
      found.put(name.apply(each), each);
    }
    return found;
  }

  /** Closes the object, not the maps and programs taken from it. */
  @Override
  public void close() {
    handle.close();
  }

  /** The ELF's memory is not libbpf's own, so it has to last until here. */
  private static void close(Pointer object, Pointer elf) {
    Native.libbpf().bpf_object__close(object);
    Reference.reachabilityFence(elf);
  }

  /** {@code struct bpf_object_open_opts}. */
  static final class OpenOptions {
    static final int SIZE = 80;
    static final int OBJECT_NAME = 8;

    private OpenOptions() {}

    static NativeStruct create() {
      return NativeStruct.options(SIZE);
    }
  }
}
