package io.lbdirector.bpf;

import static java.nio.file.LinkOption.NOFOLLOW_LINKS;

import io.lbdirector.os.Errno;
import io.lbdirector.os.Sys;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The BPF file system, whose files (pins) keep maps, programs and links alive without a process. A
 * pin is a name only: removing it closes nothing that is open elsewhere.
 */
public final class BpfFs {
  static final long BPF_FS_MAGIC = 0xcafe4a11L;

  /** {@code struct statfs} is 120 bytes, the type first. */
  static final int STATFS_LONGS = 15;

  private BpfFs() {}

  /** Whether {@code path} is there and lies in a BPF file system. */
  public static boolean isBpfFs(Path path) {
    long[] statfs = new long[STATFS_LONGS];
    return Sys.LIBC.statfs(path.toString(), statfs) == 0 && statfs[0] == BPF_FS_MAGIC;
  }

  /**
   * Mounts a BPF file system, open to its owner only (mode 0700).
   *
   * @param folder an existing folder; what it holds is hidden until {@link #unmount}
   */
  public static void mount(Path folder) {
    int result = Sys.LIBC.mount("bpf", folder.toString(), "bpf", 0, "mode=0700");
    Native.checkLibc(
        result, errno -> BpfException.failed("mount bpffs on " + folder, errno, mountHint(errno)));
  }

  /** Takes a file system off {@code folder}; what only its pins kept alive is gone. */
  public static void unmount(Path folder) {
    Native.checkLibc(
        Sys.LIBC.umount2(folder.toString(), 0),
        errno -> BpfException.failed("unmount " + folder, errno, mountHint(errno)));
  }

  /**
   * Removes one pin. Of a symbolic link only the link goes, never what it leads to.
   *
   * @return whether there was one
   * @throws IllegalArgumentException if {@code pin} lies in no BPF file system: this deletes no
   *     other files
   */
  public static boolean unpin(Path pin) {
    if (!Files.exists(pin, NOFOLLOW_LINKS)) {
      return false;
    }
    requireBpfFs(pin);
    return delete(pin);
  }

  /**
   * Removes a folder and every pin in it, if it is there. Symbolic links, which bpffs has, are
   * removed and not followed.
   *
   * @throws IllegalArgumentException if {@code folder} lies in no BPF file system
   */
  public static void unpinAll(Path folder) {
    if (Files.exists(folder, NOFOLLOW_LINKS)) {
      requireBpfFs(folder);
      deleteTree(folder);
    }
  }

  /**
   * Pins what {@code fd} stands for.
   *
   * @param what kind and name, for messages
   */
  static void pin(String what, int fd, Path path) {
    requirePinName(path);
    Native.check(
        Native.libbpf().bpf_obj_pin(fd, path.toString()),
        errno -> BpfException.failed("pin " + what + " at " + path, errno, pinHint(path, errno)));
  }

  /**
   * Opens a pin.
   *
   * @param noun what it should be: {@code "map"}, {@code "program"} or {@code "link"}
   * @param kind what {@link Fd#kind} says of such a thing
   */
  static Fd open(Path path, String noun, String kind) {
    String attempted = "open pinned " + noun + " " + path;
    int number =
        Native.check(
            Native.libbpf().bpf_obj_get(path.toString()),
            errno -> BpfException.failed(attempted, errno, openHint(path, errno)));
    Fd fd = Fd.own(noun + " " + path, number);
    try {
      requireKind(fd, kind, attempted);
      return fd;
    } catch (RuntimeException e) {
      fd.close();
      throw e;
    }
  }

  /**
   * Opens a pin, whatever it is.
   *
   * @return empty if nothing is pinned there
   */
  static Optional<Fd> open(Path path) {
    int number = Native.libbpf().bpf_obj_get(path.toString());
    if (number == -Errno.ENOENT) {
      return Optional.empty();
    }
    Native.check(
        number, errno -> BpfException.failed("open pin " + path, errno, openHint(path, errno)));
    return Optional.of(Fd.own("pin " + path, number));
  }

  private static void requireKind(Fd fd, String kind, String attempted) {
    if (!fd.kind().equals(kind)) {
      throw new IllegalArgumentException(attempted + ": it is a " + fd.kind() + ", not a " + kind);
    }
  }

  private static void requirePinName(Path path) {
    String name = path.getFileName().toString();
    if (name.indexOf('.') >= 0) {
      throw new IllegalArgumentException(
          "pin " + path + ": bpffs allows no dot in a name, and \"" + name + "\" has one");
    }
  }

  /** A symbolic link lies where its folder does, wherever it leads. */
  private static void requireBpfFs(Path path) {
    if (!isBpfFs(Files.isSymbolicLink(path) ? folderOf(path) : path)) {
      throw new IllegalArgumentException("unpin " + path + ": it is not in a BPF file system");
    }
  }

  /**
   * Every pin in a folder and those below, in no order.
   *
   * @return none if there is no such folder
   */
  public static List<Path> pins(Path folder) {
    if (!Files.isDirectory(folder, NOFOLLOW_LINKS)) {
      return List.of();
    }
    try (Stream<Path> all = Files.walk(folder)) {
      return all.filter(path -> Files.isRegularFile(path, NOFOLLOW_LINKS)).toList();
    } catch (IOException | UncheckedIOException e) {
      throw new UncheckedIOException("list " + folder, new IOException(e));
    }
  }

  private static void deleteTree(Path folder) {
    if (Files.isDirectory(folder, NOFOLLOW_LINKS)) {
      children(folder).forEach(BpfFs::deleteTree);
    }
    delete(folder);
  }

  private static List<Path> children(Path folder) {
    try (Stream<Path> entries = Files.list(folder)) {
      return entries.toList();
    } catch (IOException e) {
      throw new UncheckedIOException("list " + folder, e);
    }
  }

  private static boolean delete(Path path) {
    try {
      Files.delete(path);
      return true;
    } catch (NoSuchFileException e) {
      return false;
    } catch (IOException e) {
      throw new UncheckedIOException("unpin " + path, e);
    }
  }

  private static String mountHint(int errno) {
    return switch (errno) {
      case Errno.EPERM -> "needs root (CAP_SYS_ADMIN): mount -t bpf bpf FOLDER beforehand";
      case Errno.ENOENT -> "the folder does not exist: make it first";
      case Errno.EBUSY -> "something is mounted there already, or in use";
      case Errno.ENODEV -> "this kernel has no bpffs (CONFIG_BPF_SYSCALL)";
      case Errno.EINVAL -> "nothing is mounted there";
      default -> "";
    };
  }

  private static String pinHint(Path path, int errno) {
    return switch (errno) {
      case Errno.EPERM, Errno.EACCES, Errno.EINVAL ->
          isBpfFs(folderOf(path))
              ? "no right to write there"
              : folderOf(path) + " is not in a BPF file system: mount one (mount -t bpf bpf DIR)";
      case Errno.EEXIST -> "something is pinned there already: unpin it, or open it";
      case Errno.ENOENT -> "its folder does not exist: make it first";
      default -> "";
    };
  }

  private static Path folderOf(Path path) {
    return path.toAbsolutePath().getParent();
  }

  private static String openHint(Path path, int errno) {
    return switch (errno) {
      case Errno.ENOENT -> "nothing is pinned there";
      case Errno.EACCES, Errno.EPERM ->
          isBpfFs(path)
              ? "needs root, or CAP_BPF and the right to read the pin"
              : "it is not in a BPF file system";
      default -> "";
    };
  }
}
