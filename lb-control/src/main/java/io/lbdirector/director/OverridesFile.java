package io.lbdirector.director;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import io.lbdirector.director.Overrides.Key;
import io.lbdirector.forwarding.BackendState;
import io.lbdirector.forwarding.IpAddress;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/** The overrides on disk. */
final class OverridesFile {
  private static final String NAME = "overrides.json";
  private static final int VERSION = 1;
  private static final Gson GSON =
      new GsonBuilder().setPrettyPrinting().disableHtmlEscaping().create();

  private final StateFile<Overrides> file;

  OverridesFile(StateFolder folder) {
    file = StateFile.twice(folder, NAME, OverridesFile::parse);
  }

  /** The file's shape. */
  private record Content(int version, List<Entry> overrides) {}

  private record Entry(
      String table,
      String backend,
      String state,
      Integer share,
      Long overSeconds,
      String at,
      String by) {}

  /** None if there is no file that can be used. */
  Overrides load() {
    return file.load().orElse(Overrides.NONE);
  }

  private static Overrides parse(String json) {
    Content content = GSON.fromJson(json, Content.class);
    if (content.version != VERSION) {
      throw new IllegalArgumentException(
          "version " + content.version + ", this lbd knows version " + VERSION);
    }
    Map<Key, Overrides.Entry> all = new HashMap<>();
    for (Entry entry : content.overrides) {
      all.put(
          new Key(requireText(entry.table), IpAddress.parse(entry.backend)),
          new Overrides.Entry(
              BackendState.valueOf(entry.state.toUpperCase(Locale.ROOT)),
              entry.share == null ? OptionalInt.empty() : OptionalInt.of(entry.share),
              Optional.ofNullable(entry.overSeconds).map(Duration::ofSeconds),
              Instant.parse(entry.at),
              requireText(entry.by)));
    }
    return new Overrides(all);
  }

  private static String requireText(String text) {
    if (text.isEmpty()) {
      throw new IllegalArgumentException("an empty value");
    }
    return text;
  }

  /**
   * Returns when they are on disk.
   *
   * @throws UncheckedIOException if that fails, naming the file, which is as it was then
   */
  void save(Overrides overrides) {
    List<Entry> entries =
        overrides.all().entrySet().stream().map(e -> entry(e.getKey(), e.getValue())).toList();
    file.save(GSON.toJson(new Content(VERSION, entries)) + "\n");
  }

  private static Entry entry(Key key, Overrides.Entry override) {
    return new Entry(
        key.table(),
        key.backend().toString(),
        override.state().name().toLowerCase(Locale.ROOT),
        override.share().isPresent() ? override.share().getAsInt() : null,
        override.over().map(Duration::toSeconds).orElse(null),
        override.at().toString(),
        override.by());
  }
}
