package io.lbdirector.dataplane;

import io.lbdirector.abi.Abi;
import io.lbdirector.abi.BackendLayout;
import io.lbdirector.abi.LiveLayout;
import io.lbdirector.abi.NetLayout;
import io.lbdirector.abi.PortLayout;
import io.lbdirector.abi.RowLayout;
import io.lbdirector.abi.ServerLayout;
import io.lbdirector.abi.VipLayout;
import io.lbdirector.bpf.BpfException;
import io.lbdirector.bpf.BpfFs;
import io.lbdirector.bpf.BpfMap;
import io.lbdirector.bpf.BpfObject;
import io.lbdirector.bpf.BpfProgram;
import io.lbdirector.bpf.MapSpec;
import io.lbdirector.bpf.MapType;
import io.lbdirector.bpf.MappedMemory;
import io.lbdirector.forwarding.IpAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One director loaded in the kernel: its maps, its program, its pins. Closing it closes this
 * process's handles; what is pinned goes on forwarding. Not for several threads at once.
 *
 * <p>Outside of a swap the idle slots of {@link SlotMaps} hold an empty map, and every slot of
 * {@code lb_tables} that the live generation does not reach holds the empty table or nothing.
 */
public final class DataPlane implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(DataPlane.class);

  private static final List<String> MAPS =
      List.of(
          Abi.LIVE,
          Abi.PORTS,
          Abi.MACS,
          Abi.EGRESS,
          Abi.VIPS4,
          Abi.VIPS6,
          Abi.BINDS,
          Abi.SERVERS,
          Abi.NETS4,
          Abi.NETS6,
          Abi.SPANS,
          Abi.WIDE_BINDS,
          Abi.WIDE_BITS,
          Abi.TABLES,
          Abi.BACKENDS,
          Abi.VERDICTS,
          Abi.VIP_STATS,
          Abi.BACKEND_STATS,
          Abi.FRAGMENTS,
          Abi.NARROW);

  private final PinFolder pins;
  private final boolean adopted;
  private final boolean replacing;
  private final Handles handles;
  private final Map<String, BpfMap> maps;
  private final BpfProgram program;
  private final MappedMemory live;
  private final MacsMap macs;
  private final MappedMemory backends;
  private final BpfMap emptyTable;
  private final Map<Integer, SlotMaps> vips = new HashMap<>();
  private final Map<Integer, SlotMaps> nets = new HashMap<>();
  private final SlotMaps servers;
  private LiveState takenOver = LiveState.NONE;
  private Optional<ReplacedCounters> replaced = Optional.empty();

  private DataPlane(PinFolder pins, boolean adopted, Handles handles, Map<String, BpfMap> maps) {
    this.pins = pins;
    this.adopted = adopted;
    this.replacing = !adopted && !pins.pinnedLinks().isEmpty();
    this.handles = handles;
    this.maps = maps;
    this.program = handles.own(BpfProgram.openPinned(pins.program()));
    this.live = handles.own(map(Abi.LIVE).mmap(true));
    this.macs = new MacsMap(handles.own(map(Abi.MACS).mmap(true)), this::awaitGracePeriod);
    this.backends = handles.own(map(Abi.BACKENDS).mmap(true));
    this.emptyTable = handles.own(BpfMap.openPinned(pins.table(Abi.EMPTY_TABLE)));
    for (int family : families()) {
      vips.put(family, SlotMaps.open(pins.vips(family), map(vipsName(family)), handles));
      nets.put(family, SlotMaps.open(pins.nets(family), map(netsName(family)), handles));
    }
    this.servers = SlotMaps.open(pins.servers(), map(Abi.SERVERS), handles);
  }

  /**
   * Takes over what is pinned, or loads anew where nothing is that this build can use: half a tree,
   * one of another build, one of another layout. What is attached then forwards on, with maps that
   * no pin needs to hold, until {@link Attachments} switches its link. A program that differs from
   * the pinned one is loaded beside it, on the same maps, and waits for that too.
   *
   * @param elf the object file of the director
   * @throws io.lbdirector.bpf.BpfException if the kernel refuses; nothing is left half made
   */
  public static DataPlane open(PinFolder pins, byte[] elf) {
    if (Files.exists(pins.layout())) {
      try {
        return adopt(pins, elf);
      } catch (IllegalStateException e) {
        LOG.atWarn()
            .addKeyValue("folder", pins.layout())
            .addKeyValue("problems", e.getMessage())
            .log("pins cannot be taken over; loading anew");
      }
    }
    return load(pins, elf);
  }

  private static DataPlane load(PinFolder pins, byte[] elf) {
    Handles handles = new Handles();
    Optional<ReplacedCounters> replaced = ReplacedCounters.open(pins);
    try {
      BpfFs.unpinAll(pins.layout());
      DataPlane plane = new DataPlane(pins, false, handles, load(pins, elf, handles));
      plane.replaced = replaced;
      return plane;
    } catch (RuntimeException | Error e) {
      replaced.ifPresent(ReplacedCounters::close);
      handles.closeAfter(e);
      Handles.suppress(e, () -> discard(pins));
      throw e;
    }
  }

  /**
   * @throws IllegalStateException if what is pinned is not whole, not of this build, or cannot be
   *     read, saying all that is wrong
   */
  private static DataPlane adopt(PinFolder pins, byte[] elf) {
    Handles handles = new Handles();
    try {
      DataPlane plane = new DataPlane(pins, true, handles, adopt(pins, elf, handles));
      plane.takenOver = readLive(plane);
      return plane;
    } catch (RuntimeException | Error e) {
      handles.closeAfter(e);
      throw e;
    }
  }

  private static LiveState readLive(DataPlane plane) {
    try {
      return LiveStateReader.read(plane);
    } catch (BpfException e) {
      if (e.errnoName().equals("ENOENT")) {
        throw new IllegalStateException(e.getMessage(), e);
      }
      throw e;
    }
  }

  private static void requireWhole(PinFolder pins) {
    if (!pins.isComplete()) {
      throw new IllegalStateException("half made: there is no program");
    }
    requireNone(
        required(pins).stream()
            .filter(pin -> !Files.exists(pin))
            .map(pin -> pins.layout().relativize(pin) + " is missing")
            .toList());
  }

  private static void requireNone(List<String> problems) {
    if (!problems.isEmpty()) {
      throw new IllegalStateException(String.join("; ", problems));
    }
  }

  private static List<Path> required(PinFolder pins) {
    List<Path> required = new ArrayList<>();
    MAPS.forEach(name -> required.add(pins.map(name)));
    required.add(pins.table(Abi.EMPTY_TABLE));
    for (int family : families()) {
      required.add(SlotMaps.emptyPin(pins.vips(family)));
      required.add(SlotMaps.emptyPin(pins.nets(family)));
    }
    required.add(SlotMaps.emptyPin(pins.servers()));
    return required;
  }

  private static Map<String, BpfMap> load(PinFolder pins, byte[] elf, Handles handles) {
    Map<String, BpfMap> maps = new HashMap<>();
    try (BpfObject object = BpfObjects.open("lb_director", elf)) {
      object.load();
      for (String name : MAPS) {
        maps.put(name, handles.own(object.map(name)));
        PinFolder.pin(pins.map(name), maps.get(name)::pin);
      }
      installEmptyTable(pins, maps.get(Abi.TABLES));
      for (int family : families()) {
        installEmpty(
            pins.vips(family), maps.get(vipsName(family)), vipsSpec(family, "lb_vips_empty", 1));
        installEmpty(
            pins.nets(family), maps.get(netsName(family)), netsSpec(family, "lb_nets_empty", 1));
      }
      installEmpty(pins.servers(), maps.get(Abi.SERVERS), serversSpec("lb_serv_empty", 1));
      try (BpfProgram program = object.program("lb_director")) {
        PinFolder.pin(pins.program(), program::pin);
      }
    }
    return maps;
  }

  private static void installEmptyTable(PinFolder pins, BpfMap tables) {
    try (BpfMap empty = BpfMap.create(tableSpec("lb_table_empty"))) {
      empty.freeze();
      PinFolder.pin(pins.table(Abi.EMPTY_TABLE), empty::pin);
      tables.updateInner(Abi.EMPTY_TABLE, empty);
    }
  }

  private static void installEmpty(Path folder, BpfMap outer, MapSpec spec) {
    try (BpfMap empty = BpfMap.create(spec)) {
      SlotMaps.install(folder, outer, empty);
    }
  }

  private static Map<String, BpfMap> adopt(PinFolder pins, byte[] elf, Handles handles) {
    requireWhole(pins);
    Map<String, BpfMap> maps = new HashMap<>();
    List<String> differences = new ArrayList<>();
    try (BpfObject object = BpfObjects.open("lb_director", elf)) {
      for (String name : MAPS) {
        BpfMap pinned = handles.own(BpfMap.openPinned(pins.map(name)));
        pinned.info().differencesFrom(object.declaredSpec(name)).stream()
            .map(difference -> name + " is not of this build: " + difference)
            .forEach(differences::add);
        maps.put(name, pinned);
      }
      requireNone(differences);
      maps.forEach(object::reuse);
      object.load();
      replaceProgram(pins, object);
    }
    return maps;
  }

  /**
   * Leaves the pin of an equal program alone, so that a restart with the same build changes
   * nothing.
   */
  private static void replaceProgram(PinFolder pins, BpfObject object) {
    try (BpfProgram fresh = object.program("lb_director");
        BpfProgram pinned = BpfProgram.openPinned(pins.program())) {
      if (!fresh.tag().equals(pinned.tag())) {
        PinFolder.pin(pins.program(), fresh::pin);
      }
    }
  }

  static MapSpec tableSpec(String name) {
    return new MapSpec(
        MapType.ARRAY, name, Integer.BYTES, RowLayout.LENGTH, Abi.TABLE_ROWS, MapSpec.MMAPABLE);
  }

  static MapSpec vipsSpec(int family, String name, int entries) {
    int key = family == Abi.FAMILY_IPV4 ? VipLayout.KEY4_LENGTH : VipLayout.KEY6_LENGTH;
    return new MapSpec(MapType.HASH, name, key, VipLayout.LENGTH, entries, 0);
  }

  static MapSpec netsSpec(int family, String name, int entries) {
    int key = family == Abi.FAMILY_IPV4 ? NetLayout.KEY4_LENGTH : NetLayout.KEY6_LENGTH;
    return new MapSpec(MapType.LPM_TRIE, name, key, NetLayout.LENGTH, entries, MapSpec.NO_PREALLOC);
  }

  static MapSpec serversSpec(String name, int entries) {
    return new MapSpec(
        MapType.HASH, name, ServerLayout.KEY_LENGTH, ServerLayout.LENGTH, entries, 0);
  }

  private static String vipsName(int family) {
    return family == Abi.FAMILY_IPV4 ? Abi.VIPS4 : Abi.VIPS6;
  }

  private static String netsName(int family) {
    return family == Abi.FAMILY_IPV4 ? Abi.NETS4 : Abi.NETS6;
  }

  /** Whether the data plane was there before this process. */
  public boolean isAdopted() {
    return adopted;
  }

  /** Counters of what {@link #isReplacing} this replaces, until {@link #releaseReplaced}. */
  public Optional<ReplacedCounters> replacedCounters() {
    return replaced.filter(counters -> replacing);
  }

  /** Lets go of those counters, which are large on machines of many CPUs. */
  public void releaseReplaced() {
    replaced.ifPresent(ReplacedCounters::close);
    replaced = Optional.empty();
  }

  /** What was live when this was opened. */
  public LiveState takenOver() {
    return takenOver;
  }

  /**
   * Whether another program, with maps of its own, is on interfaces of this instance: it forwards
   * until {@link Attachments} switches the link.
   */
  public boolean isReplacing() {
    return replacing;
  }

  public PinFolder pins() {
    return pins;
  }

  BpfMap map(String name) {
    return maps.get(name);
  }

  /** The VIP hash maps of a family. */
  SlotMaps vips(int family) {
    return vips.get(family);
  }

  /** The tries of a family: prefixes that have wide binds. */
  SlotMaps nets(int family) {
    return nets.get(family);
  }

  /** The server ids that QUIC connection ids may have. */
  SlotMaps servers() {
    return servers;
  }

  /** All that have an inner map for each generation's slot. */
  List<SlotMaps> slotMaps() {
    List<SlotMaps> all = new ArrayList<>(vips.values());
    all.addAll(nets.values());
    all.add(servers);
    return all;
  }

  BpfMap emptyTable() {
    return emptyTable;
  }

  static Set<Integer> families() {
    return Set.of(Abi.FAMILY_IPV4, Abi.FAMILY_IPV6);
  }

  /** The program, owned by this data plane: the caller does not close it. */
  public BpfProgram program() {
    return program;
  }

  /** The generation that packets use now; 0 if none was published. */
  public long generation() {
    return live.getLong(LiveLayout.GENERATION_OFFSET);
  }

  /** Flips every packet that comes from now on to {@code generation}, by one aligned store. */
  void setGeneration(long generation) {
    live.putLongRelease(LiveLayout.GENERATION_OFFSET, generation);
  }

  LiveLayout.Settings settings(int slot) {
    byte[] bytes = new byte[LiveLayout.SETTINGS_LENGTH];
    live.getBytes(LiveLayout.settingsOffset(slot), bytes);
    return LiveLayout.Settings.decode(bytes);
  }

  void setSettings(int slot, LiveLayout.Settings settings) {
    live.putBytes(LiveLayout.settingsOffset(slot), settings.encode());
  }

  /** Number of wide binds of a slot; packets look for none if it is 0. */
  int wideCount(int slot) {
    return liveInt(LiveLayout.wideOffset(slot));
  }

  void setWideCount(int slot, int count) {
    live.putBytes(LiveLayout.wideOffset(slot), Abi.key(count));
  }

  /** Number of buckets of a slot that binds are looked for in: a power of two. */
  int bucketCount(int slot) {
    return liveInt(LiveLayout.bindMaskOffset(slot)) + 1;
  }

  void setBucketCount(int slot, int count) {
    live.putBytes(LiveLayout.bindMaskOffset(slot), Abi.key(count - 1));
  }

  private int liveInt(int offset) {
    byte[] bytes = new byte[Integer.BYTES];
    live.getBytes(offset, bytes);
    return ByteBuffer.wrap(bytes).order(ByteOrder.nativeOrder()).getInt();
  }

  /** Waits until every packet that began before this call is through the program. */
  void awaitGracePeriod() {
    map(Abi.TABLES).updateInner(Abi.EMPTY_TABLE, emptyTable); // the kernel ends it with an RCU wait
  }

  /**
   * Tells the program how frames leave an interface. Waits for a grace period if it was told
   * otherwise before.
   *
   * @param ifindex {@link Abi#DEFAULT_PORT} for all interfaces without an entry of their own
   * @param port as {@link PortLayout#encode} makes it
   */
  public void setPort(int ifindex, byte[] port) {
    macs.remove(ifindex);
    map(Abi.PORTS).update(Abi.key(ifindex), port);
    macs.put(ifindex, PortLayout.decode(port));
  }

  /** What the program was told last of an interface, by this process or one before. */
  public Optional<PortLayout.Port> port(int ifindex) {
    return map(Abi.PORTS).lookup(Abi.key(ifindex)).map(PortLayout::decode);
  }

  /** Makes the program forget an interface; does nothing if it knows none of that index. */
  public void removePort(int ifindex) {
    macs.remove(ifindex);
    map(Abi.PORTS).delete(Abi.key(ifindex));
  }

  /**
   * Lets packets leave by an interface where routes lead there. The kernel takes it back when the
   * interface goes.
   *
   * @param ifindex in the calling thread's network namespace
   */
  public void addEgress(int ifindex) {
    map(Abi.EGRESS).update(Abi.key(ifindex), Abi.key(ifindex));
  }

  /** The interfaces that packets may leave by. */
  public Set<Integer> egress() {
    Set<Integer> egress = new HashSet<>();
    map(Abi.EGRESS)
        .forEach(
            (key, value) ->
                egress.add(ByteBuffer.wrap(key).order(ByteOrder.nativeOrder()).getInt()));
    return egress;
  }

  /** Index and address of every entry of lb_backends that holds one. */
  Map<Integer, IpAddress> backends() {
    byte[] all = new byte[Abi.MAX_BACKENDS * BackendLayout.LENGTH];
    backends.getBytes(0, all);
    Map<Integer, IpAddress> found = new HashMap<>();
    for (int index = 0; index < Abi.MAX_BACKENDS; index++) {
      int at = index * BackendLayout.LENGTH;
      byte[] entry = Arrays.copyOfRange(all, at, at + BackendLayout.LENGTH);
      Optional<IpAddress> address = BackendLayout.decode(entry);
      if (address.isPresent()) {
        found.put(index, address.get());
      }
    }
    return found;
  }

  /**
   * Writes an entry of lb_backends, of which no packet that begins now may know.
   *
   * @param entry as {@link BackendLayout} makes it
   */
  void setBackend(int index, byte[] entry) {
    backends.putBytes((long) index * BackendLayout.LENGTH, entry);
  }

  /** Takes back what a start that failed has pinned; what it had taken over stays. */
  public void discardIfNew() {
    if (!adopted) {
      discard(pins);
    }
  }

  /** Removes what other builds have pinned, once no link holds a program of theirs any more. */
  public void discardOtherLayouts() {
    pins.otherLayouts().forEach(BpfFs::unpinAll);
  }

  private static void discard(PinFolder pins) {
    BpfFs.unpinAll(pins.layout());
    PinFolder.removeIfEmpty(pins.instance());
  }

  /**
   * Removes every pin of the instance; once no handle is open either, the kernel objects go too.
   */
  public static void unpin(PinFolder pins) {
    BpfFs.unpinAll(pins.instance());
  }

  /** Whether anything of the instance is pinned. */
  public static boolean exists(PinFolder pins) {
    return Files.exists(pins.instance());
  }

  @Override
  public void close() {
    releaseReplaced();
    handles.close();
  }
}
