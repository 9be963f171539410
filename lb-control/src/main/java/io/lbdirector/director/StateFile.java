package io.lbdirector.director;

import com.google.gson.JsonParseException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.DateTimeException;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One file of a {@link StateFolder}: a line with the SHA-256 of all that follows it, then a JSON
 * document. Without that line it is taken as it is: so wrote earlier builds, and so may an operator
 * who mends it. What cannot be used is set aside and said; it never stops a start.
 *
 * @param <T> what the document says
 */
final class StateFile<T> {
  private static final Logger LOG = LoggerFactory.getLogger(StateFile.class);
  private static final Pattern SEALED =
      Pattern.compile("\\{\"sha256\":\"([0-9a-f]{64})\"}\n(.*)", Pattern.DOTALL);
  private static final String COPY = ".copy";

  private final StateFolder folder;
  private final String name;
  private final Function<String, T> parser;
  private final List<String> names;
  private T kept;

  private StateFile(
      StateFolder folder, String name, Function<String, T> parser, List<String> names) {
    this.folder = folder;
    this.name = name;
    this.parser = parser;
    this.names = names;
  }

  /**
   * A file that may be lost.
   *
   * @param parser of the document. Of what it throws, only messages of {@link
   *     IllegalArgumentException} are logged: documents may hold secrets
   */
  static <T> StateFile<T> once(StateFolder folder, String name, Function<String, T> parser) {
    return new StateFile<>(folder, name, parser, List.of(name));
  }

  /** A file with a copy beside it, {@code NAME.copy}, that stands in for it. */
  static <T> StateFile<T> twice(StateFolder folder, String name, Function<String, T> parser) {
    return new StateFile<>(folder, name, parser, List.of(name, name + COPY));
  }

  /** Empty if there is none that can be used. */
  Optional<T> load() {
    for (String each : names) {
      Optional<T> loaded = load(each);
      if (loaded.isPresent()) {
        kept = each.equals(name) ? loaded.get() : null; // a copy alone is not enough
        return loaded;
      }
    }
    return Optional.empty();
  }

  private Optional<T> load(String each) {
    try {
      Optional<String> text = folder.read(each);
      return text.map(StateFile::document).map(parser);
    } catch (IOException e) {
      unusable(each, e.toString());
    } catch (IllegalArgumentException e) {
      unusable(each, e.getMessage());
    } catch (JsonParseException | NullPointerException | DateTimeException e) {
      unusable(each, "it is not what lbd writes there (" + e.getClass().getSimpleName() + ")");
    }
    return Optional.empty();
  }

  private static String document(String text) {
    Matcher sealed = SEALED.matcher(text);
    if (!sealed.matches()) {
      return text;
    }
    if (!sealed.group(1).equals(sha256(sealed.group(2)))) {
      throw new IllegalArgumentException(
          "its checksum is not that of its content: it is damaged, or was edited; to keep an edit,"
              + " delete the first line");
    }
    return sealed.group(2);
  }

  private void unusable(String each, String reason) {
    LOG.atError()
        .addKeyValue("file", folder.path(each))
        .addKeyValue("reason", reason)
        .addKeyValue("moved_to", folder.setAside(each).map(Object::toString).orElse(""))
        .log("state file cannot be used");
  }

  /**
   * Returns when it is on disk.
   *
   * @throws UncheckedIOException if that fails, naming the file, which is as it was then
   */
  void save(String document) {
    String text = "{\"sha256\":\"" + sha256(document) + "\"}\n" + document;
    folder.replace(name, text);
    for (String copy : names.subList(1, names.size())) {
      try {
        folder.replace(copy, text);
      } catch (UncheckedIOException e) { // what matters is kept
        LOG.atWarn().addKeyValue("reason", e.getMessage()).log("no copy of a state file");
      }
    }
  }

  /**
   * Saves what is only a hint, if it is not what was loaded or kept last. What cannot be kept is
   * only logged, and tried again with the next: traffic must move all the same.
   *
   * @param writer makes the document
   * @return whether it is on disk
   */
  boolean keep(T hint, Function<T, String> writer) {
    if (hint.equals(kept)) {
      return true;
    }
    try {
      save(writer.apply(hint));
      kept = hint;
      return true;
    } catch (RuntimeException e) {
      LOG.atWarn().addKeyValue("reason", e.getMessage()).log("state not kept");
      return false;
    }
  }

  /**
   * @throws UncheckedIOException if it cannot be removed, naming the file
   */
  void remove() {
    for (int i = names.size() - 1; i >= 0; i--) { // a copy that is left would come back
      folder.remove(names.get(i));
    }
  }

  private static String sha256(String text) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      return HexFormat.of().formatHex(digest.digest(text.getBytes(StandardCharsets.UTF_8)));
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every JDK has SHA-256", e);
    }
  }
}
