package io.lbdirector.config;

import io.lbdirector.config.DirectorConfig.Check;
import io.lbdirector.config.DirectorConfig.CheckType;
import io.lbdirector.config.DirectorConfig.Encapsulation;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

/** Reads one {@code [[table.check]]}. */
final class CheckReader {
  private static final Pattern PATH = Pattern.compile("/[!-~]*");
  private static final Pattern HOST = Pattern.compile("[!-~]{1,255}");
  private static final Pattern BODY = Pattern.compile("[^\\p{Cntrl}]{1,1024}");
  private static final List<String> HTTP_KEYS = List.of("path", "host", "status", "body");
  private static final Set<Integer> OK = Set.of(200);

  private final Section section;

  private CheckReader(Section section) {
    this.section = section;
  }

  /**
   * Empty if it has no good type, which has been reported.
   *
   * @param encapsulation of the table
   */
  static Optional<Check> read(Section section, CheckTiming defaults, Encapsulation encapsulation) {
    Optional<Check> check = new CheckReader(section).check(defaults);
    if (encapsulation == Encapsulation.IPIP) {
      check.ifPresent(c -> IpipRules.refuseTunnel(c, section));
    }
    return check;
  }

  private Optional<Check> check(CheckTiming defaults) {
    Optional<CheckType> type = section.require("type", Values.choice(CheckType.class), "\"http\"");
    boolean viaTunnel = section.get("via", Values.choice(Map.of("tunnel", true)), false);
    OptionalInt port = port(type);
    String path =
        section.get("path", Values.matching(PATH, "a path of a URL", "\"/healthz\""), "/");
    Optional<String> host =
        section.get("host", Values.matching(HOST, "a Host header", "\"www.example.com\""));
    Set<Integer> status = status();
    Optional<String> body =
        section.get("body", Values.matching(BODY, "1 to 1024 characters of one line", "\"ok\""));
    CheckTiming timing = defaults.overriddenBy(section);
    type.ifPresent(this::refuseKeysOfOtherTypes);
    section.finish();
    return type.map(
        t ->
            new Check(
                t,
                viaTunnel,
                port,
                path,
                host,
                status,
                body,
                timing.interval(),
                timing.timeout(),
                timing.rise(),
                timing.fall()));
  }

  private OptionalInt port(Optional<CheckType> type) {
    boolean needed = type.isPresent() && type.get() != CheckType.TUNNEL;
    if (needed && !section.has("port")) {
      String message = "port is missing; a check of type \"%s\" needs one: add port = 80";
      section.problem("", message.formatted(Values.word(type.get())));
    }
    return section
        .get("port", Values.integer(1, 65_535, "ports are 1 to 65535"))
        .map(OptionalInt::of)
        .orElse(OptionalInt.empty());
  }

  /** One code, or an array of them. */
  private Set<Integer> status() {
    Values.Kind<Integer> code = Values.integer(100, 599, "write a status code of HTTP, like 200");
    if (section.count("status") < 0) {
      return section.get("status", Values.map(code, Set::of), OK);
    }
    Optional<List<Integer>> codes = section.distinctList("status", code, "[200, 204]");
    if (section.count("status") == 0) {
      section.problem("status", "status is empty; list at least one status code, like 200");
    }
    return codes.<Set<Integer>>map(TreeSet::new).orElse(OK);
  }

  private void refuseKeysOfOtherTypes(CheckType type) {
    if (type != CheckType.HTTP) {
      HTTP_KEYS.forEach(key -> refuse(key, type));
    }
    if (type == CheckType.TUNNEL) {
      refuse("port", type);
      refuse("via", type);
    }
  }

  private void refuse(String key, CheckType type) {
    if (section.has(key)) {
      String message = "%s does not belong to a check of type \"%s\"; remove it";
      section.problem(key, message.formatted(key, Values.word(type)));
    }
  }
}
