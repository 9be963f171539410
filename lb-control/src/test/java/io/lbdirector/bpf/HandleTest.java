package io.lbdirector.bpf;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.lbdirector.os.Sys;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class HandleTest {

  @Test
  void shouldReleaseOnceHoweverOftenItIsClosed() {
    List<String> released = new ArrayList<>();
    Handle handle = Handle.open("map toy", () -> released.add("toy"));
    handle.requireOpen();
    handle.close();
    handle.close();
    assertEquals(List.of("toy"), released);
  }

  @Test
  void shouldNameWhatIsClosed() {
    Handle handle = Handle.open("map toy", () -> {});
    handle.close();
    IllegalStateException e = assertThrows(IllegalStateException.class, handle::requireOpen);
    assertEquals("map toy is closed", e.getMessage());
  }

  @Test
  void shouldSayThatAnFdWasClosedBehindItsBack() {
    int number = Sys.LIBC.fcntl(1, Fd.F_DUPFD_CLOEXEC, 3);
    Fd fd = Fd.own("map toy", number);
    Sys.LIBC.close(number);
    BpfException e = assertThrows(BpfException.class, fd::close);
    assertEquals("close map toy (fd " + number + "): EBADF (9)", e.getMessage());
  }
}
