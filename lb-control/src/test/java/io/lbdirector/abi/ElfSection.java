package io.lbdirector.abi;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/**
 * Finds a section of a 64-bit ELF file.
 *
 * @see <a href="https://refspecs.linuxfoundation.org/elf/gabi4+/ch4.sheader.html">ELF: sections</a>
 */
final class ElfSection {
  private static final int MAGIC = 0x7f454c46; // "\x7fELF"
  private static final int CLASS = 4;
  private static final int CLASS_64 = 2;
  private static final int DATA = 5;
  private static final int LITTLE = 1;

  private static final int HEADER_SIZE = 64;
  private static final int SECTIONS_OFFSET = 0x28;
  private static final int SECTION_SIZE = 0x3a;
  private static final int SECTION_COUNT = 0x3c;
  private static final int NAMES_INDEX = 0x3e;

  private static final int OFFSET_IN_SECTION = 0x18;
  private static final int SIZE_IN_SECTION = 0x20;

  private final ByteBuffer elf;

  private ElfSection(ByteBuffer elf) {
    this.elf = elf;
  }

  /**
   * @return the section's bytes, in the file's byte order
   * @throws IllegalArgumentException if this is no 64-bit ELF file, or has no such section
   */
  static ByteBuffer find(byte[] file, String name) {
    ByteBuffer elf = ByteBuffer.wrap(file);
    if (file.length < HEADER_SIZE || elf.getInt(0) != MAGIC || elf.get(CLASS) != CLASS_64) {
      throw new IllegalArgumentException("not a 64-bit ELF file (" + file.length + " bytes)");
    }
    elf.order(elf.get(DATA) == LITTLE ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN);
    return new ElfSection(elf).find(name);
  }

  private ByteBuffer find(String name) {
    ByteBuffer names = section(elf.getShort(NAMES_INDEX));
    for (int i = 0; i < elf.getShort(SECTION_COUNT); i++) {
      if (string(names, elf.getInt(header(i))).equals(name)) {
        return section(i);
      }
    }
    throw new IllegalArgumentException("no section " + name + " in the ELF file");
  }

  private int header(int index) {
    return Math.toIntExact(elf.getLong(SECTIONS_OFFSET)) + index * elf.getShort(SECTION_SIZE);
  }

  private ByteBuffer section(int index) {
    int offset = Math.toIntExact(elf.getLong(header(index) + OFFSET_IN_SECTION));
    int size = Math.toIntExact(elf.getLong(header(index) + SIZE_IN_SECTION));
    return elf.slice(offset, size).order(elf.order());
  }

  /** The C string at an offset of a string table. */
  static String string(ByteBuffer table, int offset) {
    int end = offset;
    while (table.get(end) != 0) {
      end++;
    }
    byte[] bytes = new byte[end - offset];
    table.get(offset, bytes);
    return new String(bytes, StandardCharsets.UTF_8);
  }
}
