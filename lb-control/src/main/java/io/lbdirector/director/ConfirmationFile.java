package io.lbdirector.director;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import io.lbdirector.config.ConfigSource;
import java.time.Instant;
import java.util.Optional;

/** A reload that waits to be confirmed, on disk, so that a daemon that starts goes on waiting. */
final class ConfirmationFile {
  private static final String NAME = "confirm.json";
  private static final int VERSION = 2;
  private static final Gson GSON = new GsonBuilder().disableHtmlEscaping().create();

  private final StateFile<Pending> file;

  ConfirmationFile(StateFolder folder) {
    file = StateFile.twice(folder, NAME, ConfirmationFile::parse);
  }

  /**
   * @param deadline when {@code before} returns
   * @param before the config that was live
   */
  record Pending(Instant deadline, ConfigSource before) {}

  /** The file's shape. */
  private record Content(int version, String deadline, SourceText before) {}

  /** Empty if none waits, or the file cannot be used. */
  Optional<Pending> load() {
    return file.load();
  }

  private static Pending parse(String json) {
    Content content = GSON.fromJson(json, Content.class);
    if (content.version != VERSION) {
      throw new IllegalArgumentException("version " + content.version);
    }
    return new Pending(Instant.parse(content.deadline), content.before.source());
  }

  /**
   * @throws java.io.UncheckedIOException if it cannot be kept
   */
  void save(Pending pending) {
    SourceText before = SourceText.of(pending.before());
    file.save(GSON.toJson(new Content(VERSION, pending.deadline().toString(), before)));
  }

  /**
   * @throws java.io.UncheckedIOException if it cannot be removed
   */
  void remove() {
    file.remove();
  }
}
