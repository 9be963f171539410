package io.lbdirector.abi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lbdirector.abi.Btf.Member;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BtfTest {
  private static final String SOURCE =
      """
      typedef unsigned char u8;
      typedef unsigned short u16;
      typedef const volatile unsigned int u32;
      typedef unsigned long long u64;

      enum colour { RED = 0, GREEN = 7, BLUE = 2000000000 };
      enum sign { MINUS = -1, PLUS = 1 };

      struct inner { u16 low; u64 high; };
      typedef struct inner inner_t;

      struct outer {
        u8 mac[6];
        u32 number;
        enum colour colour;
        void *pointer;
        inner_t grid[2][3];
        union {
          u8 address[16];
          struct { u32 first; u32 rest[3]; };
        };
        float ratio;
      };

      struct flags { unsigned int one : 1; unsigned int two : 31; };

      struct unused { int x; };

      struct outer outer;
      struct flags flags;
      enum sign sign;
      int function(struct inner *parameter) { return parameter->low; }
      """;

  @TempDir private static Path folder;

  private static Btf btf;

  @BeforeAll
  static void compile() throws Exception {
    btf = Btf.read(compile("-target", "bpf", "-g"));
  }

  @Test
  void shouldGivePlaceAndSizeOfEveryMember() {
    Btf.Struct outer = btf.struct("outer");
    assertEquals(
        Map.of(
            "mac", new Member(0, 6),
            "number", new Member(8, 4),
            "colour", new Member(12, 4),
            "pointer", new Member(16, 8),
            "grid", new Member(24, 96),
            "address", new Member(120, 16),
            "first", new Member(120, 4),
            "rest", new Member(124, 12),
            "ratio", new Member(136, 4)),
        outer.members());
    assertEquals(144, outer.size());
    assertEquals("outer", outer.name());
    assertEquals("mac", outer.members().keySet().iterator().next());
  }

  @Test
  void shouldKnowPaddingInsideAndAtTheEnd() {
    assertEquals(16, btf.struct("inner").size());
    assertEquals(new Member(8, 8), btf.struct("inner").members().get("high"));
  }

  @Test
  void shouldGiveTheValuesOfAnEnumInOrder() {
    assertEquals(
        List.of(Map.entry("RED", 0L), Map.entry("GREEN", 7L), Map.entry("BLUE", 2_000_000_000L)),
        new ArrayList<>(btf.enumValues("colour").entrySet()));
    assertEquals(Map.of("MINUS", -1L, "PLUS", 1L), btf.enumValues("sign"));
  }

  @Test
  void shouldResolveTypedefsToSizes() {
    assertEquals(2, btf.sizeOf("u16"));
    assertEquals(4, btf.sizeOf("u32"));
    assertEquals(16, btf.sizeOf("inner_t"));
    assertEquals(4, btf.sizeOf("colour"));
  }

  @Test
  void shouldTellWhatIsNotThere() {
    assertTrue(btf.hasStruct("outer"));
    assertTrue(btf.hasEnum("sign"));
    assertFalse(btf.hasStruct("unused"));
    assertFalse(btf.hasStruct("sign"));
    assertFalse(btf.hasEnum("outer"));
    IllegalArgumentException e =
        assertThrows(IllegalArgumentException.class, () -> btf.struct("unused"));
    assertEquals("no [STRUCT] unused in BTF; does anything use it?", e.getMessage());
  }

  @Test
  void shouldRefuseBitfieldsForTheyHaveNoByteOffset() {
    IllegalArgumentException e =
        assertThrows(IllegalArgumentException.class, () -> btf.struct("flags"));
    assertEquals("flags.one is a bitfield", e.getMessage());
  }

  @Test
  void shouldReadTheOtherByteOrderToo() throws Exception {
    Btf bigEndian = Btf.read(compile("-target", "bpfeb", "-g"));
    assertEquals(btf.struct("outer"), bigEndian.struct("outer"));
    assertEquals(btf.enumValues("colour"), bigEndian.enumValues("colour"));
  }

  @Test
  void shouldSayWhatIsMissingInAFileWithoutTypes() throws Exception {
    byte[] plain = compile("-target", "bpf");
    IllegalArgumentException e =
        assertThrows(IllegalArgumentException.class, () -> Btf.read(plain));
    assertEquals("no section .BTF in the ELF file", e.getMessage());

    IllegalArgumentException none =
        assertThrows(IllegalArgumentException.class, () -> Btf.read(new byte[80]));
    assertEquals("not a 64-bit ELF file (80 bytes)", none.getMessage());
  }

  private static byte[] compile(String... options) throws IOException, InterruptedException {
    Path source = Files.writeString(folder.resolve("types.c"), SOURCE);
    Path object = folder.resolve("types.o");
    List<String> command = new ArrayList<>(List.of("clang", "-O2"));
    command.addAll(List.of(options));
    command.addAll(List.of("-c", source.toString(), "-o", object.toString()));
    Process clang = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output = new String(clang.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(0, clang.waitFor(), output);
    return Files.readAllBytes(object);
  }
}
