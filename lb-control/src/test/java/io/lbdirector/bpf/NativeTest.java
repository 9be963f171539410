package io.lbdirector.bpf;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import jnr.ffi.Pointer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NativeTest {

  @Test
  void shouldSayHowToInstallALibraryThatIsMissing() {
    IllegalStateException e =
        assertThrows(
            IllegalStateException.class,
            () -> Native.load(Libbpf.Api.class, "libbpf-none.so.1", "install libbpf1"));
    assertEquals("libbpf-none.so.1 not found; install libbpf1", e.getMessage());
  }

  @Test
  void shouldSayWhyALibraryCannotBeUsed(@TempDir Path folder) throws IOException {
    Path library = Files.writeString(folder.resolve("libbroken.so"), "not ELF ".repeat(100));
    IllegalStateException e =
        assertThrows(
            IllegalStateException.class,
            () -> Native.load(Libbpf.Api.class, library.toString(), "install libbpf1"));
    assertTrue(e.getMessage().contains("libbroken.so cannot be used: "), e.getMessage());
    assertTrue(e.getMessage().contains("invalid ELF header"), e.getMessage());
    assertTrue(e.getMessage().endsWith("; install libbpf1"), e.getMessage());
  }

  @Test
  void shouldTurnANegativeNumberIntoAnError() {
    assertEquals(5, Native.check(5, NativeTest::failure));
    assertEquals(0, Native.check(0, NativeTest::failure));
    BpfException e = assertThrows(BpfException.class, () -> Native.check(-16, NativeTest::failure));
    assertEquals("try it: EBUSY (16)", e.getMessage());
  }

  @Test
  void shouldReadTheReasonOfANullFromErrno() {
    Pointer none = Native.libc().if_indextoname(Integer.MAX_VALUE, new byte[16]);
    assertNull(none);
    BpfException e =
        assertThrows(BpfException.class, () -> Native.checkPointer(none, NativeTest::failure));
    assertEquals("try it: ENXIO (6)", e.getMessage());
  }

  @Test
  void shouldNameANumberThatHasNoName() {
    BpfException e = BpfException.failed("try it", 4242, "");
    assertEquals("try it: errno 4242", e.getMessage());
    assertEquals("UNKNOWN", e.errnoName());
    assertEquals(4242, e.errno());
  }

  private static BpfException failure(int errno) {
    return BpfException.failed("try it", errno, "");
  }
}
