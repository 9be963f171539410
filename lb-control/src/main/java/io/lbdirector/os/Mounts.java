package io.lbdirector.os;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** What file systems are mounted where, in the mount namespace of this process. */
public final class Mounts {
  private static final Path MOUNTINFO = Path.of("/proc/self/mountinfo");
  private static final Pattern OCTAL = Pattern.compile("\\\\([0-7]{3})");

  /** BPF_FS_MAGIC of include/uapi/linux/magic.h. */
  private static final long BPF_MAGIC = 0xcafe4a11L;

  /** {@code struct statfs} is 120 bytes on 64-bit Linux and begins with the type (s64). */
  private static final int STATFS_LONGS = 15;

  private Mounts() {}

  /**
   * Whether {@code path} lies in a bpf file system: a mount point of one, or anything below. Asks
   * the file system itself (statfs), which mounts upon mounts cannot mislead.
   *
   * @return false also if there is no such path
   */
  public static boolean isBpffs(Path path) {
    long[] statfs = new long[STATFS_LONGS];
    int result = Sys.LIBC.statfs(path.toAbsolutePath().toString(), statfs);
    return result == 0 && statfs[0] == BPF_MAGIC;
  }

  /** Where bpf file systems are mounted, for a message that says so; empty if nowhere. */
  public static List<Path> bpffsMountPoints() {
    try (Stream<String> lines = Files.lines(MOUNTINFO, StandardCharsets.ISO_8859_1)) {
      return lines.map(line -> mountPoint(line, "bpf")).flatMap(Optional::stream).toList();
    } catch (IOException e) {
      throw new UncheckedIOException("read " + MOUNTINFO + "; is /proc mounted?", e);
    }
  }

  /**
   * The mount point of a line of mountinfo (Documentation/filesystems/proc.rst, 3.5), if it is of
   * this type: {@code 36 35 98:0 /root /mount/point options optional... - type source options}.
   */
  static Optional<Path> mountPoint(String line, String type) {
    String[] halves = line.split(" - ", 2);
    String[] fields = halves[0].split(" ");
    if (halves.length < 2 || fields.length < 5 || !halves[1].startsWith(type + " ")) {
      return Optional.empty();
    }
    return Optional.of(Path.of(unescape(fields[4])));
  }

  /** Space, tab, line break and backslash stand as {@code \040} and so on. */
  private static String unescape(String text) {
    Matcher matcher = OCTAL.matcher(text);
    return matcher.replaceAll(
        match ->
            Matcher.quoteReplacement(String.valueOf((char) Integer.parseInt(match.group(1), 8))));
  }
}
