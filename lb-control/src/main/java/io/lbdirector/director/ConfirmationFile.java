package io.lbdirector.director;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonParseException;
import io.lbdirector.config.ConfigSource;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A reload that waits to be confirmed, on disk, so that a daemon that starts goes on waiting. */
final class ConfirmationFile {
  private static final Logger LOG = LoggerFactory.getLogger(ConfirmationFile.class);
  private static final String NAME = "confirm.json";
  private static final int VERSION = 1;
  private static final Gson GSON = new GsonBuilder().disableHtmlEscaping().create();

  private final StateFolder folder;

  ConfirmationFile(StateFolder folder) {
    this.folder = folder;
  }

  /**
   * @param deadline when {@code before} returns
   * @param before the config that was live
   */
  record Pending(Instant deadline, ConfigSource before) {}

  /** The file's shape. It holds the secrets of the config. */
  private record Content(int version, String deadline, String name, String folder, String toml) {}

  /** Empty if none waits, or the file cannot be used. */
  Optional<Pending> load() {
    try {
      Optional<String> json = folder.read(NAME);
      return json.isPresent() ? Optional.of(parse(json.get())) : Optional.empty();
    } catch (IOException
        | JsonParseException
        | NullPointerException
        | IllegalArgumentException
        | DateTimeException e) {
      LOG.atWarn()
          .addKeyValue("file", folder.path(NAME))
          .addKeyValue("reason", e.getClass().getName())
          .log("confirmation forgotten");
      return Optional.empty();
    }
  }

  private static Pending parse(String json) {
    Content content = GSON.fromJson(json, Content.class);
    if (content.version != VERSION) {
      throw new IllegalArgumentException("version " + content.version);
    }
    return new Pending(
        Instant.parse(content.deadline),
        new ConfigSource(
            content.name.toString(), // not null
            content.toml.getBytes(StandardCharsets.UTF_8),
            Optional.ofNullable(content.folder).map(Path::of)));
  }

  /**
   * @throws java.io.UncheckedIOException if it cannot be kept
   */
  void save(Pending pending) {
    ConfigSource before = pending.before();
    folder.replace(
        NAME,
        GSON.toJson(
            new Content(
                VERSION,
                pending.deadline().toString(),
                before.name(),
                before.folder().map(Path::toString).orElse(null),
                new String(before.toml(), StandardCharsets.UTF_8))));
  }

  /**
   * @throws java.io.UncheckedIOException if it cannot be removed
   */
  void remove() {
    folder.remove(NAME);
  }
}
