package io.lbdirector.admin;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The right to a socket path, held from start to end of a daemon: a locked file beside the socket,
 * with the holder's pid in it. The kernel gives it back when the holder dies. The file stays, for
 * to delete it would let two daemons hold two files of one name.
 */
final class SocketLock implements AutoCloseable {
  /**
   * What this process holds. The kernel drops a process's lock when the process closes any
   * descriptor of the file, so a second attempt must not even open it.
   */
  private static final Set<Path> HELD_HERE = ConcurrentHashMap.newKeySet();

  private final Path file;
  private final FileChannel channel;

  private SocketLock(Path file, FileChannel channel) {
    this.file = file;
    this.channel = channel;
  }

  /**
   * @param file in a folder that is there, by its real path
   * @throws AdminSocketException if another daemon, or this one, holds it
   */
  static SocketLock take(Path file) throws AdminSocketException {
    if (!HELD_HERE.add(file)) {
      throw held(file, Long.toString(ProcessHandle.current().pid()));
    }
    try {
      return new SocketLock(file, openLocked(file));
    } catch (IOException e) {
      HELD_HERE.remove(file);
      throw e instanceof AdminSocketException known
          ? known
          : new AdminSocketException("lock " + file + ": " + e + "; check its owner and mode", e);
    }
  }

  private static FileChannel openLocked(Path file) throws IOException {
    FileChannel channel =
        FileChannel.open(
            file,
            Set.of(
                StandardOpenOption.CREATE,
                StandardOpenOption.READ,
                StandardOpenOption.WRITE,
                LinkOption.NOFOLLOW_LINKS),
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    try {
      FileLock lock = channel.tryLock();
      if (lock == null) {
        throw held(file, read(channel));
      }
      channel.truncate(0);
      channel.write(StandardCharsets.US_ASCII.encode(ProcessHandle.current().pid() + "\n"));
      return channel;
    } catch (IOException | RuntimeException e) {
      channel.close();
      throw e;
    }
  }

  private static String read(FileChannel channel) throws IOException {
    ByteBuffer text = ByteBuffer.allocate(32);
    channel.read(text, 0);
    return StandardCharsets.US_ASCII.decode(text.flip()).toString().strip();
  }

  private static AdminSocketException held(Path file, String pid) {
    return new AdminSocketException(
        "another daemon (pid "
            + pid
            + ") holds "
            + file
            + "; stop it first, or give this one another [admin] socket");
  }

  @Override
  public void close() throws IOException {
    channel.close();
    HELD_HERE.remove(file);
  }
}
