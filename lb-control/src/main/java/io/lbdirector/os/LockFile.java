package io.lbdirector.os;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A file that one process holds at a time, with its pid inside. Made with flock(2): the kernel lets
 * go when the holder dies, so a file left behind never blocks, and, unlike the record locks behind
 * {@link java.nio.channels.FileLock}, it is not lost when some other part of the JVM closes the
 * same file, and it also excludes within one JVM.
 *
 * <p>The file is never removed: between a removal and a new file two could hold "the" lock. One
 * that is removed by others while we take it is noticed and taken anew.
 */
public final class LockFile implements AutoCloseable {
  private static final int O_RDWR = 2;
  private static final int O_CREAT = 0x40;
  private static final int MODE = 0644;
  private static final int LOCK_EX = 2;
  private static final int LOCK_NB = 4;
  private static final Path LOCKS = Path.of("/proc/locks");

  private final Path path;
  private final int fd;
  private boolean closed;

  private LockFile(Path path, int fd) {
    this.path = path;
    this.fd = fd;
  }

  /** The lock is held by another; {@link #pid} is who, if the file says. */
  public static final class HeldException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final long pid;

    private HeldException(Path path, OptionalLong pid) {
      super(
          path
              + " is locked by "
              + (pid.isPresent() ? "process " + pid.getAsLong() : "another process")
              + "; stop that one first, or choose another instance");
      this.pid = pid.orElse(0);
    }

    /** Pid of the holder, in the holder's pid namespace. */
    public OptionalLong pid() {
      return pid == 0 ? OptionalLong.empty() : OptionalLong.of(pid);
    }
  }

  /**
   * Takes the lock, without waiting, and writes this process's pid into the file.
   *
   * @param path is made if missing (mode 0644); its folder is not
   * @return to be closed by the caller; the end of the process releases it too
   * @throws HeldException if another has it
   * @throws OsException if the file cannot be opened, locked or written
   */
  public static LockFile tryAcquire(Path path) {
    while (true) {
      Optional<LockFile> lock = tryOnce(path);
      if (lock.isPresent()) {
        return lock.get();
      }
    }
  }

  /** Empty if the file was replaced between opening and locking it. */
  private static Optional<LockFile> tryOnce(Path path) {
    int fd =
        Sys.check(
            Sys.LIBC.open(path.toString(), O_RDWR | O_CREAT | Sys.O_CLOEXEC, MODE),
            "open lock file " + path,
            "the folder must exist and be writable");
    LockFile lock = new LockFile(path, fd);
    try {
      lock.lock();
      if (!lock.isStillThatFile()) {
        lock.closeFile();
        return Optional.empty();
      }
      lock.writePid();
      return Optional.of(lock);
    } catch (RuntimeException e) {
      lock.closeFile();
      throw e;
    }
  }

  /**
   * Who holds the lock, in this pid namespace, from {@code /proc/locks}: looking does not get in
   * the way of whoever takes it meanwhile.
   *
   * @return empty if nobody holds it, or there is no such file
   */
  public static OptionalLong heldBy(Path path) {
    OptionalLong pid = holder(path);
    if (pid.isEmpty()) {
      return pid;
    }
    try (Stream<String> locks = Files.lines(LOCKS)) {
      String inode = Files.getAttribute(path, "unix:ino").toString();
      Pattern entry = Pattern.compile(".*: FLOCK .* " + pid.getAsLong() + " \\S+:" + inode + " .*");
      return locks.anyMatch(line -> entry.matcher(line).matches()) ? pid : OptionalLong.empty();
    } catch (NoSuchFileException e) {
      return OptionalLong.empty();
    } catch (IOException e) {
      throw new UncheckedIOException("look for the holder of " + path + " in " + LOCKS, e);
    }
  }

  /** Empties the file and releases the lock. The file stays. */
  @Override
  public synchronized void close() {
    if (!closed) {
      Sys.LIBC.ftruncate(fd, 0);
      closeFile();
    }
  }

  public Path path() {
    return path;
  }

  private void closeFile() {
    closed = true;
    Sys.LIBC.close(fd);
  }

  private void lock() {
    if (Sys.LIBC.flock(fd, LOCK_EX | LOCK_NB) < 0) {
      int errno = Sys.errno();
      if (errno == Errno.EAGAIN) {
        throw new HeldException(path, holder(path));
      }
      throw new OsException("lock " + path, errno, "the file system must support flock");
    }
  }

  private boolean isStillThatFile() {
    try {
      return key(path).equals(key(Path.of("/proc/self/fd/" + fd)));
    } catch (NoSuchFileException e) {
      return false;
    } catch (IOException e) {
      throw new UncheckedIOException("look at lock file " + path, e);
    }
  }

  private static Object key(Path path) throws IOException {
    return Files.readAttributes(path, BasicFileAttributes.class).fileKey();
  }

  private void writePid() {
    byte[] pid = (ProcessHandle.current().pid() + "\n").getBytes(StandardCharsets.US_ASCII);
    Sys.check(Sys.LIBC.ftruncate(fd, 0), "empty lock file " + path);
    Sys.check(Sys.LIBC.write(fd, pid, pid.length), "write pid to lock file " + path);
  }

  /** Empty if the holder has not written its pid yet, or something else wrote the file. */
  private static OptionalLong holder(Path path) {
    try {
      return OptionalLong.of(Long.parseLong(Files.readString(path).trim()));
    } catch (IOException | NumberFormatException e) {
      return OptionalLong.empty();
    }
  }
}
