package io.lbdirector.bpf;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.Set;
import jnr.ffi.Memory;
import jnr.ffi.Pointer;

/**
 * What the kernel says of a map, program or link: the beginnings of {@code struct bpf_map_info},
 * {@code bpf_prog_info} and {@code bpf_link_info}, which share their first two fields.
 */
final class ObjectInfo {
  static final int ID = 4;

  static final int MAP_KEY_SIZE = 8;
  static final int MAP_VALUE_SIZE = 12;
  static final int MAP_MAX_ENTRIES = 16;
  static final int MAP_FLAGS = 20;
  static final int MAP_NAME = 24;

  static final int PROGRAM_TAG = 8;
  static final int PROGRAM_TAG_SIZE = 8;
  static final int PROGRAM_JITED_SIZE = 16;
  static final int PROGRAM_MAP_COUNT = 52;
  static final int PROGRAM_MAP_IDS = 56;
  static final int PROGRAM_NAME = 64;

  static final int LINK_TYPE_XDP = 6;
  static final int LINK_PROGRAM_ID = 8;
  static final int LINK_XDP_IFINDEX = 16;

  /** Enough for all of the above. The kernel cuts its answer to what it is given room for. */
  static final int SIZE = 80;

  private static final int NAME_SIZE = 16;
  private static final int PROGRAM_TYPE_XDP = 6;

  private final ByteBuffer info;

  private ObjectInfo(byte[] info) {
    this.info = ByteBuffer.wrap(info).order(ByteOrder.nativeOrder());
  }

  /**
   * Asks the kernel.
   *
   * @param what kind and name, for messages
   */
  static ObjectInfo of(Fd fd, String what) {
    byte[] info = new byte[SIZE];
    ask(fd, info, what);
    return new ObjectInfo(info);
  }

  private static void ask(Fd fd, byte[] info, String what) {
    Native.check(
        Native.libbpf().bpf_obj_get_info_by_fd(fd.get(), info, new int[] {SIZE}),
        errno -> BpfException.failed("read info of " + what, errno, ""));
  }

  /** The ids of the maps that a program uses. */
  static Set<Integer> programMaps(Fd fd, String what) {
    int count = of(fd, what).info.getInt(PROGRAM_MAP_COUNT);
    Pointer ids = Memory.allocateDirect(Native.RUNTIME, (count + 1) * Integer.BYTES);
    byte[] asked = new byte[SIZE];
    ByteBuffer.wrap(asked)
        .order(ByteOrder.nativeOrder())
        .putInt(PROGRAM_MAP_COUNT, count)
        .putLong(PROGRAM_MAP_IDS, ids.address());
    ask(fd, asked, what);
    Set<Integer> maps = new HashSet<>();
    for (int i = 0; i < count; i++) {
      maps.add(ids.getInt((long) i * Integer.BYTES));
    }
    return maps;
  }

  int id() {
    return info.getInt(ID);
  }

  /** The kernel's number for the kind of map, program or link. */
  int type() {
    return info.getInt(0);
  }

  String mapName() {
    return name(MAP_NAME);
  }

  MapSpec mapSpec() {
    MapType type = MapType.of(info.getInt(0));
    return new MapSpec(
        type,
        name(MAP_NAME),
        info.getInt(MAP_KEY_SIZE),
        info.getInt(MAP_VALUE_SIZE),
        info.getInt(MAP_MAX_ENTRIES),
        flags(type));
  }

  /** Without the one that the kernel adds by itself (dev_map_init_map), and takes from nobody. */
  private int flags(MapType type) {
    int flags = info.getInt(MAP_FLAGS);
    return type == MapType.DEVMAP || type == MapType.DEVMAP_HASH
        ? flags & ~MapSpec.RDONLY_PROG
        : flags;
  }

  String programType() {
    int type = info.getInt(0);
    return type == PROGRAM_TYPE_XDP ? "xdp" : "type " + type;
  }

  String programName() {
    return name(PROGRAM_NAME);
  }

  byte[] programTag() {
    byte[] tag = new byte[PROGRAM_TAG_SIZE];
    info.get(PROGRAM_TAG, tag);
    return tag;
  }

  boolean isProgramCompiled() {
    return info.getInt(PROGRAM_JITED_SIZE) > 0;
  }

  boolean isXdpLink() {
    return info.getInt(0) == LINK_TYPE_XDP;
  }

  int linkProgramId() {
    return info.getInt(LINK_PROGRAM_ID);
  }

  int linkIfindex() {
    return info.getInt(LINK_XDP_IFINDEX);
  }

  private String name(int offset) {
    int length = 0;
    while (length < NAME_SIZE && info.get(offset + length) != 0) {
      length++;
    }
    return new String(info.array(), offset, length, StandardCharsets.US_ASCII);
  }
}
