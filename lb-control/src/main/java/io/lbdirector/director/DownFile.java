package io.lbdirector.director;

import com.google.gson.Gson;
import com.google.gson.JsonParseException;
import io.lbdirector.forwarding.IpAddress;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which backends are proven down, on disk: a daemon that starts sends nothing to those that the one
 * before it knew to be dead. It is only a hint, so a file that cannot be used is passed over.
 */
final class DownFile {
  private static final Logger LOG = LoggerFactory.getLogger(DownFile.class);
  private static final String NAME = "down.json";
  private static final int VERSION = 1;
  private static final Gson GSON = new Gson();

  private final StateFolder folder;
  private Map<String, List<String>> kept = new TreeMap<>();

  DownFile(StateFolder folder) {
    this.folder = folder;
  }

  /** The file's shape. */
  private record Content(int version, Map<String, List<String>> down) {}

  /** By table; none if there is no file, or none that can be used. */
  Map<String, Set<IpAddress>> load() {
    try {
      Optional<String> json = folder.read(NAME);
      if (json.isEmpty()) {
        return Map.of();
      }
      Map<String, Set<IpAddress>> down = parse(json.get());
      down.forEach((table, addresses) -> kept.put(table, texts(addresses)));
      return down;
    } catch (IOException | JsonParseException | NullPointerException | IllegalArgumentException e) {
      LOG.atWarn()
          .addKeyValue("file", folder.path(NAME))
          .addKeyValue("reason", e.toString())
          .log("health of before not used");
      return Map.of();
    }
  }

  private static Map<String, Set<IpAddress>> parse(String json) {
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
    return down;
  }

  /**
   * Keeps what of the verdicts is new. What cannot be kept is only logged, and tried again with the
   * next: traffic must move all the same.
   */
  void save(Map<String, TableVerdict> verdicts) {
    Map<String, List<String>> down = new TreeMap<>();
    verdicts.forEach(
        (table, verdict) -> {
          if (!verdict.down().isEmpty()) {
            down.put(table, texts(verdict.down()));
          }
        });
    if (down.equals(kept)) {
      return;
    }
    try {
      folder.replace(NAME, GSON.toJson(new Content(VERSION, down)) + "\n");
      kept = down;
    } catch (RuntimeException e) {
      LOG.atWarn().addKeyValue("reason", e.getMessage()).log("health not kept");
    }
  }

  private static List<String> texts(Set<IpAddress> addresses) {
    return addresses.stream().map(IpAddress::toString).toList();
  }
}
