package io.lbdirector.abi;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The C types that clang left in an object: structs with their members' places, and enums with
 * their values.
 *
 * @see <a href="https://docs.kernel.org/bpf/btf.html">BPF Type Format</a>
 */
final class Btf {
  private static final short MAGIC = (short) 0xeb9f;
  private static final int HEADER_LENGTH = 4;
  private static final int TYPES_OFFSET = 8;
  private static final int TYPES_LENGTH = 12;
  private static final int STRINGS_OFFSET = 16;
  private static final int STRINGS_LENGTH = 20;

  private static final int BITS = 8;
  private static final int POINTER_SIZE = 8;

  private final ByteBuffer types;
  private final ByteBuffer strings;

  /** By type id, which counts from 1; 0 is void. */
  private final List<Type> byId = new ArrayList<>();

  private Btf(ByteBuffer section) {
    if (section.remaining() < STRINGS_LENGTH + Integer.BYTES || section.getShort(0) != MAGIC) {
      throw new IllegalArgumentException("the section .BTF does not start with BTF's magic number");
    }
    int header = section.getInt(HEADER_LENGTH);
    this.types = part(section, header, TYPES_OFFSET, TYPES_LENGTH);
    this.strings = part(section, header, STRINGS_OFFSET, STRINGS_LENGTH);
    byId.add(null);
    for (int at = 0; at < types.limit(); at = byId.get(byId.size() - 1).end()) {
      byId.add(new Type(at));
    }
  }

  private static ByteBuffer part(ByteBuffer section, int header, int offset, int length) {
    return section
        .slice(header + section.getInt(offset), section.getInt(length))
        .order(section.order());
  }

  /**
   * @param elf a compiled object
   * @throws IllegalArgumentException if it is no ELF file, or has no BTF: was it compiled with -g?
   */
  static Btf read(byte[] elf) {
    return new Btf(ElfSection.find(elf, ".BTF"));
  }

  /** Whether a struct of that name is in here: clang leaves out what nothing uses. */
  boolean hasStruct(String name) {
    return find(name, Kind.STRUCT).isPresent();
  }

  /**
   * A struct by its name.
   *
   * @throws IllegalArgumentException if there is none
   */
  Struct struct(String name) {
    Type type = get(name, Kind.STRUCT);
    Map<String, Member> members = new LinkedHashMap<>();
    collectMembers(type, 0, members);
    return new Struct(name, type.sizeOrType(), members);
  }

  /** Whether an enum of that name is in here. */
  boolean hasEnum(String name) {
    return find(name, Kind.ENUM).isPresent();
  }

  /**
   * The values of an enum, in their order in the source, each read as a signed 32-bit number:
   * compilers before clang 16 do not say which enums are unsigned.
   *
   * @throws IllegalArgumentException if there is none of that name
   */
  LinkedHashMap<String, Long> enumValues(String name) {
    Type type = get(name, Kind.ENUM);
    LinkedHashMap<String, Long> values = new LinkedHashMap<>();
    for (int i = 0; i < type.length(); i++) {
      int at = type.item(i);
      values.put(string(types.getInt(at)), (long) types.getInt(at + Integer.BYTES));
    }
    return values;
  }

  /**
   * Size of a struct, union, enum, typedef or plain type.
   *
   * @return bytes
   * @throws IllegalArgumentException if there is none of that name
   */
  int sizeOf(String name) {
    return get(name, Kind.STRUCT, Kind.UNION, Kind.ENUM, Kind.TYPEDEF, Kind.INT).size();
  }

  /** Members of anonymous structs and unions count as members of what encloses them, as in C. */
  private void collectMembers(Type type, int base, Map<String, Member> members) {
    for (int i = 0; i < type.length(); i++) {
      int at = type.item(i);
      String name = string(types.getInt(at));
      Type of = byId.get(types.getInt(at + Integer.BYTES));
      int bit = types.getInt(at + 2 * Integer.BYTES);
      if (type.hasBitfields() && bit >>> 24 != 0) {
        throw new IllegalArgumentException(type.name() + "." + name + " is a bitfield");
      }
      int offset = base + (bit & 0xffffff) / BITS;
      if (name.isEmpty()) {
        collectMembers(of.resolved(), offset, members);
      } else {
        members.put(name, new Member(offset, of.size()));
      }
    }
  }

  private Type get(String name, Kind... kinds) {
    return find(name, kinds)
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "no " + List.of(kinds) + " " + name + " in BTF; does anything use it?"));
  }

  private Optional<Type> find(String name, Kind... kinds) {
    return byId.stream()
        .skip(1)
        .filter(type -> List.of(kinds).contains(type.kind()) && type.name().equals(name))
        .findFirst();
  }

  private String string(int offset) {
    return ElfSection.string(strings, offset);
  }

  /**
   * A struct of C.
   *
   * @param size bytes, padding at the end included
   * @param members by name, in ascending order of offset
   */
  record Struct(String name, int size, Map<String, Member> members) {}

  /**
   * Where a member is.
   *
   * @param offset bytes from the start of the struct
   * @param size bytes; of an array, all of it
   */
  record Member(int offset, int size) {}

  /** Kinds of type, in the order of their numbers, with what follows the common 12 bytes. */
  private enum Kind {
    VOID(0, 0),
    INT(4, 0),
    PTR(0, 0),
    ARRAY(12, 0),
    STRUCT(0, 12),
    UNION(0, 12),
    ENUM(0, 8),
    FWD(0, 0),
    TYPEDEF(0, 0),
    VOLATILE(0, 0),
    CONST(0, 0),
    RESTRICT(0, 0),
    FUNC(0, 0),
    FUNC_PROTO(0, 8),
    VAR(4, 0),
    DATASEC(0, 12),
    FLOAT(0, 0),
    DECL_TAG(4, 0),
    TYPE_TAG(0, 0),
    ENUM64(0, 12);

    /** Bytes that follow once. */
    final int extra;

    /** Bytes that follow for each member, value, parameter or variable. */
    final int item;

    Kind(int extra, int item) {
      this.extra = extra;
      this.item = item;
    }
  }

  /** {@code struct btf_type}: name (u32) | vlen 16, kind 24..28, flag 31 (u32) | size or type. */
  private final class Type {
    private static final int COMMON = 12;
    private static final int INFO = 4;
    private static final int SIZE_OR_TYPE = 8;

    private final int at;

    Type(int at) {
      this.at = at;
    }

    String name() {
      return string(types.getInt(at));
    }

    Kind kind() {
      return Kind.values()[types.getInt(at + INFO) >>> 24 & 0x1f];
    }

    /** Members, values, parameters or variables. */
    int length() {
      return types.getInt(at + INFO) & 0xffff;
    }

    /** Whether offsets carry the width of a bitfield in their top 8 bits. */
    boolean hasBitfields() {
      return types.getInt(at + INFO) < 0;
    }

    int sizeOrType() {
      return types.getInt(at + SIZE_OR_TYPE);
    }

    int item(int index) {
      return at + COMMON + kind().extra + index * kind().item;
    }

    int end() {
      return item(kind().item == 0 ? 0 : length());
    }

    int size() {
      return switch (kind()) {
        case INT, STRUCT, UNION, ENUM, ENUM64, FLOAT, DATASEC -> sizeOrType();
        case PTR -> POINTER_SIZE;
        case ARRAY -> elementType().size() * types.getInt(at + COMMON + 2 * Integer.BYTES);
        case TYPEDEF, VOLATILE, CONST, RESTRICT, TYPE_TAG -> byId.get(sizeOrType()).size();
        default -> throw new IllegalArgumentException(kind() + " " + name() + " has no size");
      };
    }

    private Type elementType() {
      return byId.get(types.getInt(at + COMMON));
    }

    /** What a typedef or qualifier stands for. */
    Type resolved() {
      return switch (kind()) {
        case TYPEDEF, VOLATILE, CONST, RESTRICT, TYPE_TAG -> byId.get(sizeOrType()).resolved();
        default -> this;
      };
    }
  }
}
