package io.lbdirector;

import io.lbdirector.bpf.BpfFs;
import io.lbdirector.os.LockFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.OptionalLong;
import java.util.Set;

/** Where the daemon keeps what is not in its config. */
final class Places {
  static final Path BPFFS = Path.of("/sys/fs/bpf");
  static final Path RUN = Path.of("/run/lb");

  /** As the admin server makes it: the admin socket has its default place there too. */
  private static final Set<PosixFilePermission> RUN_MODE =
      PosixFilePermissions.fromString("rwxr-x---");

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
    return lockInstance(RUN, instance);
  }

  /**
   * @param run made if it is missing; one that exists is left as it is
   */
  static LockFile lockInstance(Path run, String instance) {
    makeRunFolder(run);
    Path path = lock(run, instance);
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

  private static Path lock(Path run, String instance) {
    return run.resolve("instance-" + instance + ".lock");
  }

  /** Pid of the lbd that holds the lock of an instance. */
  static OptionalLong runner(String instance) {
    return LockFile.heldBy(lock(RUN, instance));
  }

  private static void makeRunFolder(Path run) {
    if (Files.exists(run)) {
      return;
    }
    try {
      Files.createDirectories(run, PosixFilePermissions.asFileAttribute(RUN_MODE));
      Files.setPosixFilePermissions(run, RUN_MODE); // whatever the umask took
    } catch (IOException e) {
      throw new IllegalStateException(
          "cannot make folder "
              + run
              + ", where lbd keeps its locks; run as root, or make it beforehand, writable to this"
              + " user",
          e);
    }
  }
}
