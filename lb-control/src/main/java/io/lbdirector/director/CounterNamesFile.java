package io.lbdirector.director;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import java.util.Objects;
import java.util.Optional;

/** {@link CounterNames} on disk: for a daemon whose maps are of another layout. */
final class CounterNamesFile {
  private static final String NAME = "counters.json";
  private static final int VERSION = 1;
  private static final Gson GSON = new GsonBuilder().disableHtmlEscaping().create();

  private final StateFile<CounterNames> file;

  /** The file's shape. */
  private record Content(int version, CounterNames names) {}

  CounterNamesFile(StateFolder folder) {
    file = StateFile.once(folder, NAME, CounterNamesFile::parse);
  }

  /** Empty if there is none that can be used. */
  Optional<CounterNames> load() {
    return file.load();
  }

  private static CounterNames parse(String json) {
    Content content = GSON.fromJson(json, Content.class);
    if (content.version != VERSION) {
      throw new IllegalArgumentException("version " + content.version);
    }
    CounterNames names = content.names;
    requireFull(names.verdicts());
    requireFull(names.binds().values());
    requireFull(names.backends().values());
    Objects.requireNonNull(names.layout());
    return names;
  }

  private static void requireFull(Iterable<?> values) {
    values.forEach(Objects::requireNonNull);
  }

  /** Keeps it, if it is new. What cannot be kept is only logged: it is but counters. */
  void save(CounterNames now) {
    file.keep(now, names -> GSON.toJson(new Content(VERSION, names)) + "\n");
  }
}
