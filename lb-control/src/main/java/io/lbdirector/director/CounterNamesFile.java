package io.lbdirector.director;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import io.lbdirector.forwarding.Bind;
import io.lbdirector.forwarding.IpAddress;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/** {@link CounterNames} on disk: for a daemon whose maps are of another layout. */
final class CounterNamesFile {
  private static final String NAME = "counters.json";
  private static final int VERSION = 1;
  private static final Gson GSON = new GsonBuilder().disableHtmlEscaping().create();

  private final StateFile<CounterNames> file;
  private Map<Bind, Integer> keptBinds;
  private Map<IpAddress, Integer> keptBackends;

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

  /**
   * Keeps what the counters of {@code serving} count, if it is new. What cannot be kept is only
   * logged: it is but counters. Most changes, all of health among them, leave it as it is: then no
   * name is made.
   */
  void save(String layout, Serving serving) {
    Map<Bind, Integer> binds = serving.statsOfBinds();
    Map<IpAddress, Integer> backends = serving.live().backends();
    if (binds.equals(keptBinds) && backends.equals(keptBackends)) {
      return;
    }
    if (file.keep(
        CounterNames.of(layout, serving),
        names -> GSON.toJson(new Content(VERSION, names)) + "\n")) {
      keptBinds = binds;
      keptBackends = backends;
    }
  }
}
