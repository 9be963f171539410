package io.lbdirector.admin;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/**
 * The socket's name in the file system. The socket is bound under another name and renamed when all
 * is set, so clients meet the old socket or the finished new one. That also keeps the file out of
 * Netty's hands, which deletes what it bound to, whoever owns that name by then.
 */
final class SocketFile {
  /** {@code sun_path} holds 108 bytes, the last of them zero. */
  private static final int MAX_PATH_BYTES = 107;

  private static final String GROUP = "unix:gid";
  private static final int FILE_TYPE = 0170000;
  private static final int SOCKET_TYPE = 0140000;

  private static final Set<PosixFilePermission> FOLDER_MODE =
      PosixFilePermissions.fromString("rwxr-x---");
  private static final Set<PosixFilePermission> SOCKET_MODE =
      PosixFilePermissions.fromString("rw-rw----");

  private final Path path;
  private final Optional<Access.Group> group;

  /** What the file system knows our socket by, once it is published. */
  private Object key;

  private SocketFile(Path path, Optional<Access.Group> group) {
    this.path = path;
    this.group = group;
  }

  /**
   * Makes the folder, if it is missing; one that exists is left as it is.
   *
   * @param group who gets the socket, and a folder that is made; without it both go to the group
   *     that the kernel gives them
   * @throws AdminSocketException if the path is too long, or no place for a socket
   */
  static SocketFile in(Path socket, Optional<Access.Group> group) throws AdminSocketException {
    try {
      Path folder = Objects.requireNonNull(socket.toAbsolutePath().getParent(), "no folder");
      make(folder, group);
      SocketFile file = new SocketFile(folder.toRealPath().resolve(socket.getFileName()), group);
      file.requireShort();
      file.requireFreeOrSocket();
      return file;
    } catch (AdminSocketException e) {
      throw e;
    } catch (IOException e) {
      throw new AdminSocketException(
          "prepare admin socket " + socket + ": " + e + "; check its folder", e);
    }
  }

  private static void make(Path folder, Optional<Access.Group> group) throws IOException {
    if (Files.notExists(folder)) {
      make(folder.getParent(), group);
      Files.createDirectory(folder, PosixFilePermissions.asFileAttribute(FOLDER_MODE));
      give(folder, group);
      Files.setPosixFilePermissions(folder, FOLDER_MODE); // whatever the umask took
    }
  }

  private static void give(Path file, Optional<Access.Group> group) throws IOException {
    if (group.isPresent()) {
      try {
        Files.setAttribute(file, GROUP, group.get().number(), LinkOption.NOFOLLOW_LINKS);
      } catch (IOException e) {
        throw new IOException(
            "give "
                + file
                + " to group "
                + group.get().name()
                + ": "
                + e.getMessage()
                + "; run lbd as root, or as a member",
            e);
      }
    }
  }

  private void requireShort() throws AdminSocketException {
    int length = boundPath().toString().getBytes(StandardCharsets.UTF_8).length;
    if (length > MAX_PATH_BYTES) {
      int most =
          MAX_PATH_BYTES - (length - path.toString().getBytes(StandardCharsets.UTF_8).length);
      throw new AdminSocketException(
          "admin socket "
              + path
              + ": the path is longer than "
              + most
              + " bytes; use a shorter one");
    }
  }

  private void requireFreeOrSocket() throws IOException {
    if (Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
      int mode = (int) Files.getAttribute(path, "unix:mode", LinkOption.NOFOLLOW_LINKS);
      if ((mode & FILE_TYPE) != SOCKET_TYPE) {
        throw new AdminSocketException(
            "admin socket " + path + ": there is a file that is not a socket; move it away");
      }
    }
  }

  Path path() {
    return path;
  }

  Path lockPath() {
    return path.resolveSibling(path.getFileName() + ".lock");
  }

  /** Where to bind; {@link #publish} gives it its name. */
  Path boundPath() {
    return path.resolveSibling(path.getFileName() + ".new");
  }

  /** Sets group and mode 0660, and takes the place of whatever socket is there. */
  void publish() throws IOException {
    give(boundPath(), group);
    Files.setPosixFilePermissions(boundPath(), SOCKET_MODE);
    key = fileKey(boundPath());
    Files.move(boundPath(), path, StandardCopyOption.ATOMIC_MOVE);
  }

  /** Why the group cannot get at the socket, with a remedy; empty if nothing is in its way. */
  Optional<String> hindrance() throws IOException {
    Path folder = path.getParent();
    Set<PosixFilePermission> mode = Files.getPosixFilePermissions(folder);
    boolean open = mode.contains(PosixFilePermission.OTHERS_EXECUTE);
    boolean ofGroup = mode.contains(PosixFilePermission.GROUP_EXECUTE);
    if (group.isEmpty() || open || ofGroup && gid(folder) == group.get().number()) {
      return Optional.empty();
    }
    String name = group.get().name();
    return Optional.of(
        "[admin] group = \"%s\": its members cannot enter %s, which was there already; try chgrp %s %s && chmod g+x %s"
            .formatted(name, folder, name, folder, folder));
  }

  private static int gid(Path file) throws IOException {
    return (int) Files.getAttribute(file, GROUP);
  }

  /**
   * Removes the file, unless it is another's by now. Call it while the socket is open: that keeps
   * its inode number from being given to another file.
   */
  void remove() throws IOException {
    try {
      if (key != null && key.equals(fileKey(path))) {
        Files.delete(path);
      }
    } catch (NoSuchFileException e) {
      // Somebody was faster; gone is gone.
    }
  }

  private static Object fileKey(Path file) throws IOException {
    return Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS)
        .fileKey();
  }
}
