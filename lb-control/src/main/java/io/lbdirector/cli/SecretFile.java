package io.lbdirector.cli;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;

/**
 * A file to write that holds secrets. It appears as a whole or not at all, with mode 0600; one that
 * is replaced keeps its mode and owners.
 */
final class SecretFile {
  private final Path path;
  private final boolean replace;

  /**
   * @param replace whether a file that is there may be replaced
   */
  SecretFile(Path path, boolean replace) {
    this.path = path;
    this.replace = replace;
  }

  Path path() {
    return path;
  }

  /** Why it may not be written, as a sentence that begins with the path; empty if it may. */
  Optional<String> obstacle() {
    if (!Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
      return Optional.empty();
    }
    if (!Files.isRegularFile(path)) {
      return Optional.of(path + ": is no regular file; name another");
    }
    return replace
        ? Optional.empty()
        : Optional.of(path + ": is there already; name another, or replace it with --force");
  }

  /**
   * @throws IOException if that fails; then the file is as it was, or not there
   */
  void write(byte[] content) throws IOException {
    boolean replaced = replace && Files.exists(path);
    Path target = replaced ? path.toRealPath() : path.toAbsolutePath();
    Path fresh =
        Files.createTempFile(
            target.getParent(),
            "." + target.getFileName() + ".",
            ".new",
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    try {
      fill(fresh, content);
      if (replaced) {
        likeThatOf(target, fresh);
        Files.move(fresh, target, StandardCopyOption.ATOMIC_MOVE);
      } else {
        Files.move(fresh, target); // refuses what has come there in the meantime
      }
    } finally {
      Files.deleteIfExists(fresh);
    }
  }

  private static void fill(Path file, byte[] content) throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      ByteBuffer bytes = ByteBuffer.wrap(content);
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
      channel.force(true);
    }
  }

  /** The mode last: a change of owner may clear parts of it. */
  private static void likeThatOf(Path old, Path fresh) throws IOException {
    PosixFileAttributes had = Files.readAttributes(old, PosixFileAttributes.class);
    PosixFileAttributes has = Files.readAttributes(fresh, PosixFileAttributes.class);
    PosixFileAttributeView view = Files.getFileAttributeView(fresh, PosixFileAttributeView.class);
    if (!has.owner().equals(had.owner())) {
      view.setOwner(had.owner());
    }
    if (!has.group().equals(had.group())) {
      view.setGroup(had.group());
    }
    view.setPermissions(had.permissions());
  }

  static String why(IOException failure) {
    if (failure instanceof NoSuchFileException) {
      return "its folder is not there";
    }
    if (failure instanceof FileAlreadyExistsException) {
      return "it is there already";
    }
    return failure instanceof AccessDeniedException ? "permission denied" : failure.getMessage();
  }
}
