package io.lbdirector.bpf;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.lbdirector.os.Sys;
import jnr.ffi.Pointer;
import org.junit.jupiter.api.Test;

class NativeTest {

  @Test
  void shouldTurnANegativeNumberIntoAnError() {
    assertEquals(5, Native.check(5, NativeTest::failure));
    assertEquals(0, Native.check(0, NativeTest::failure));
    BpfException e = assertThrows(BpfException.class, () -> Native.check(-16, NativeTest::failure));
    assertEquals("try it: EBUSY (16)", e.getMessage());
  }

  @Test
  void shouldReadTheReasonOfANullFromErrno() {
    Pointer none = Sys.LIBC.if_indextoname(Integer.MAX_VALUE, new byte[16]);
    assertNull(none);
    BpfException e =
        assertThrows(BpfException.class, () -> Native.checkPointer(none, NativeTest::failure));
    assertEquals("try it: ENXIO (6)", e.getMessage());
  }

  @Test
  void shouldReadTheReasonOfAMinusOneFromErrno() {
    assertEquals(7, Native.checkLibc(7, NativeTest::failure));
    BpfException e =
        assertThrows(
            BpfException.class,
            () -> Native.checkLibc(Sys.LIBC.close(Integer.MAX_VALUE), NativeTest::failure));
    assertEquals("try it: EBADF (9)", e.getMessage());
  }

  @Test
  void shouldNameWhatOnlyTheKernelAndLibbpfKnow() {
    assertEquals("try it: ENOTSUPP (524)", failure(524).getMessage());
    assertEquals("try it: LIBBPF_ERRNO__LIBELF (4000)", failure(4000).getMessage());
    assertEquals("LIBBPF_ERRNO__NLPARSE", failure(4013).errnoName());
    assertEquals("UNKNOWN", failure(3999).errnoName());
    assertEquals("UNKNOWN", failure(4014).errnoName());
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
