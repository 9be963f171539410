package io.lbdirector.config;

import io.lbdirector.forwarding.SipKey;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Reads the secrets of a table, from the config file or from files beside it. Nothing of what a
 * secret holds gets into a message.
 */
final class KeyFiles {
  /** 32 digits and a line end, of either kind. */
  private static final int LONGEST = 2 * SipKey.LENGTH + 2;

  private static final String RULE =
      "; it takes 32 hexadecimal digits, as openssl rand -hex 16 prints them";

  private final Optional<Path> folder;

  /**
   * @param folder where relative paths start; empty if no file may be opened
   */
  KeyFiles(Optional<Path> folder) {
    this.folder = folder;
  }

  /** Reads {@code key}, or {@code key_file} in its place; exactly one of them must be there. */
  Optional<SipKey> read(Section section, String key) {
    String fileKey = key + "_file";
    boolean inline = section.has(key);
    boolean inFile = section.has(fileKey);
    if (inline && inFile) {
      section.problem(fileKey, key + " and " + fileKey + " are both there; keep one of them");
    } else if (!inline && !inFile) {
      section.problem(
          "", key + " is missing; add " + key + " = \"…\" of your own: openssl rand -hex 16");
    }
    Optional<SipKey> here = section.get(key, Values.text("\"…\"", KeyFiles::parse));
    Optional<SipKey> there =
        section.get(fileKey, Values.text("\"" + key.replace('_', '-') + "\"", this::readFile));
    return here.isPresent() ? here : there;
  }

  private static SipKey parse(String hex) throws Values.BadValue {
    try {
      return SipKey.parseHex(hex);
    } catch (IllegalArgumentException e) {
      throw new Values.BadValue(e.getMessage() + RULE);
    }
  }

  private SipKey readFile(String name) throws Values.BadValue {
    if (folder.isEmpty()) {
      throw new Values.BadValue(
          "names a file, but key files are read only for the daemon's own --config;"
              + " write the digits into the file that is posted");
    }
    try {
      return parse(content(folder.get().resolve(Values.parsePath(name))).strip());
    } catch (NoSuchFileException e) {
      throw new Values.BadValue("is not there; relative paths start at the config file's folder");
    } catch (IOException e) {
      throw new Values.BadValue(
          "cannot be read (" + e.getClass().getSimpleName() + "); check its owner and mode");
    }
  }

  private static String content(Path file) throws IOException, Values.BadValue {
    if (Files.exists(file) && !Files.isRegularFile(file)) {
      throw new Values.BadValue("is not a regular file");
    }
    try (InputStream in = Files.newInputStream(file)) {
      byte[] bytes = in.readNBytes(LONGEST + 1);
      if (bytes.length > LONGEST) {
        throw new Values.BadValue("is a file of more than " + LONGEST + " bytes" + RULE);
      }
      return new String(bytes, StandardCharsets.ISO_8859_1);
    }
  }
}
