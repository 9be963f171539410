package io.lbdirector.director;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import io.lbdirector.config.ConfigSource;
import java.nio.file.Path;
import java.util.Optional;

/**
 * The config that went live last, on disk: what a daemon goes on with that finds its own file
 * broken.
 */
public final class LiveConfigFile {
  private static final String NAME = "live.json";
  private static final int VERSION = 1;
  private static final Gson GSON = new GsonBuilder().disableHtmlEscaping().create();

  private final StateFile<ConfigSource> file;

  /** The file's shape. */
  private record Content(int version, SourceText config) {}

  LiveConfigFile(StateFolder folder) {
    file = StateFile.twice(folder, NAME, LiveConfigFile::parse);
  }

  /** What an instance had live last, as far as the disk knows. */
  public static Optional<ConfigSource> load(Path stateDir, String instance) {
    return new LiveConfigFile(new StateFolder(stateDir, instance)).load();
  }

  /** Empty if there is none that can be used. */
  Optional<ConfigSource> load() {
    return file.load();
  }

  private static ConfigSource parse(String json) {
    Content content = GSON.fromJson(json, Content.class);
    if (content.version != VERSION) {
      throw new IllegalArgumentException("version " + content.version);
    }
    return content.config.source();
  }

  /** Keeps it, if it is new. What cannot be kept is only logged: it is live all the same. */
  void save(ConfigSource live) {
    file.keep(live, source -> GSON.toJson(new Content(VERSION, SourceText.of(source))) + "\n");
  }
}
