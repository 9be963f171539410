package io.lbdirector;

import io.lbdirector.bpf.BpfFs;
import io.lbdirector.os.LockFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Where the daemon keeps what is not in its config. */
final class Places {
  static final Path BPFFS = Path.of("/sys/fs/bpf");
  private static final Path RUN = Path.of("/run/lb");

  private Places() {}

  /** Mounts bpffs where it belongs, unless it is there. */
  static void mountBpfFs() {
    if (!BpfFs.isBpfFs(BPFFS)) {
      BpfFs.mount(BPFFS);
    }
  }

  /**
   * Takes the lock that makes a process the only one to change an instance.
   *
   * @throws IllegalStateException if another holds it, naming its pid, or the folder for it cannot
   *     be made
   */
  static LockFile lockInstance(String instance) {
    makeRunFolder();
    Path path = RUN.resolve("instance-" + instance + ".lock");
    try {
      return LockFile.tryAcquire(path);
    } catch (LockFile.HeldException e) {
      throw new IllegalStateException(
          "instance \""
              + instance
              + "\" is run by another lbd"
              + (e.pid().isPresent() ? " (pid " + e.pid().getAsLong() + ")" : "")
              + ", which holds "
              + path
              + "; stop that one, or give this one another director.instance",
          e);
    }
  }

  private static void makeRunFolder() {
    try {
      Files.createDirectories(RUN);
    } catch (IOException e) {
      throw new IllegalStateException(
          "cannot make folder "
              + RUN
              + ", where lbd keeps its locks; run as root, or make it beforehand, writable to this"
              + " user",
          e);
    }
  }
}
