package io.lbdirector.director;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * The folder of what outlives a daemon and is in no config. Its files are replaced as a whole, so
 * that each is old or new after a crash; only their owner may read them.
 */
final class StateFolder {
  private static final Set<PosixFilePermission> OWNER_ONLY =
      PosixFilePermissions.fromString("rw-------");

  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss", Locale.ROOT);

  private final Path folder;

  /**
   * @param stateDir made when something is first kept
   * @param instance directors on one machine may share {@code stateDir}
   */
  StateFolder(Path stateDir, String instance) {
    this.folder = stateDir.resolve(instance);
  }

  Path path(String name) {
    return folder.resolve(name);
  }

  /** Empty if there is no such file. */
  Optional<String> read(String name) throws IOException {
    try {
      return Optional.of(Files.readString(path(name)));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    }
  }

  /**
   * Returns when it is on disk.
   *
   * @throws UncheckedIOException if that fails, naming the file, which is as it was then
   */
  void replace(String name, String text) {
    try {
      Files.createDirectories(folder);
      Path fresh = path(name + ".new");
      Files.deleteIfExists(fresh);
      Files.createFile(fresh, PosixFilePermissions.asFileAttribute(OWNER_ONLY));
      write(fresh, text);
      Files.move(fresh, path(name), StandardCopyOption.ATOMIC_MOVE);
      sync();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write " + path(name) + ": " + e, e);
    }
  }

  /**
   * Moves a file out of the way, under a name that tells when.
   *
   * @return where it is now; empty if it cannot be moved, or is not there
   */
  Optional<Path> setAside(String name) {
    String time = LocalDateTime.now(ZoneOffset.UTC).format(TIME);
    Path aside = path(name + ".unusable-" + time);
    try {
      Files.move(path(name), aside, StandardCopyOption.ATOMIC_MOVE);
      return Optional.of(aside);
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  private static void write(Path file, String text) throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      ByteBuffer bytes = ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
      channel.force(true);
    }
  }

  /** The names in the folder. */
  private void sync() throws IOException {
    try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }

  /**
   * Removes a file, if it is there.
   *
   * @throws UncheckedIOException if that fails, naming the file
   */
  void remove(String name) {
    try {
      if (Files.deleteIfExists(path(name))) {
        sync();
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot remove " + path(name) + ": " + e, e);
    }
  }
}
