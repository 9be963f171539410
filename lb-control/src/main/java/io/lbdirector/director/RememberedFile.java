package io.lbdirector.director;

import com.google.gson.Gson;
import io.lbdirector.director.Overrides.Key;
import io.lbdirector.forwarding.IpAddress;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** {@link Remembered} on disk. It is only a hint, so a file that cannot be used is passed over. */
final class RememberedFile {
  private static final String NAME = "remembered.json";
  private static final int VERSION = 1;
  private static final Gson GSON = new Gson();

  private final StateFile<Remembered> file;

  RememberedFile(StateFolder folder) {
    file = StateFile.once(folder, NAME, RememberedFile::parse);
  }

  /**
   * The file's shape.
   *
   * @param down by table
   * @param filling by table and address
   */
  private record Content(
      int version, Map<String, List<String>> down, Map<String, Map<String, String>> filling) {}

  /** Nothing if there is no file, or none that can be used. */
  Remembered load() {
    return file.load().orElse(Remembered.NOTHING);
  }

  private static Remembered parse(String json) {
    Content content = GSON.fromJson(json, Content.class);
    if (content.version != VERSION) {
      throw new IllegalArgumentException("version " + content.version);
    }
    Map<String, Set<IpAddress>> down = new TreeMap<>();
    content.down.forEach(
        (table, addresses) -> {
          Set<IpAddress> parsed = new TreeSet<>();
          addresses.forEach(address -> parsed.add(IpAddress.parse(address)));
          down.put(table, parsed);
        });
    Map<Key, Instant> filling = new HashMap<>();
    content.filling.forEach(
        (table, since) ->
            since.forEach(
                (address, at) ->
                    filling.put(new Key(table, IpAddress.parse(address)), Instant.parse(at))));
    return new Remembered(down, filling);
  }

  /** Keeps it, if it is new. What cannot be kept is only logged. */
  void save(Remembered now) {
    file.keep(now, hint -> GSON.toJson(content(hint)) + "\n");
  }

  private static Content content(Remembered now) {
    Map<String, List<String>> down = new TreeMap<>();
    now.down()
        .forEach((table, all) -> down.put(table, all.stream().map(IpAddress::toString).toList()));
    Map<String, Map<String, String>> filling = new TreeMap<>();
    now.filling()
        .forEach(
            (key, since) ->
                filling
                    .computeIfAbsent(key.table(), table -> new TreeMap<>())
                    .put(key.backend().toString(), since.toString()));
    return new Content(VERSION, down, filling);
  }
}
