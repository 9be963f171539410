package io.lbdirector.glb;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The backends of one table taken together: their checks, and where rows differ from GLB's. */
final class Pool {
  /** Where encapsulated packets go, in GLB as here. */
  private static final int GUE_PORT = 19_523;

  private final Place place;
  private final Findings findings;

  /** The checks of each backend that GLB checks, with where each stands. */
  private final List<Map<Check, Place>> checked = new ArrayList<>();

  private final List<Place> unchecked = new ArrayList<>();

  /** Neither draining nor known to be not healthy, but not of full standing either. */
  private int filling;

  /** Draining, or not healthy. */
  private int out;

  private int unknown;

  Pool(Place place, Findings findings) {
    this.place = place;
    this.findings = findings;
  }

  void add(
      Place backend, String state, Optional<Boolean> healthy, Optional<JsonSection> healthchecks) {
    healthchecks.ifPresentOrElse(
        section -> checked.add(checks(section)), () -> unchecked.add(backend));
    if (state.equals("inactive")) {
      return;
    }
    if (healthy.isEmpty() && healthchecks.isEmpty()) {
      unknown++;
    }
    if (state.equals("draining") || !healthy.orElse(true)) {
      out++;
    } else if (state.equals("filling")) {
      filling++;
    }
  }

  private Map<Check, Place> checks(JsonSection section) {
    Map<Check, Place> checks = new LinkedHashMap<>();
    Optional<String> path = section.text("http_uri", "\"/healthz\"");
    section
        .integer("http", "80")
        .ifPresent(
            port -> checks.put(new Check("http", port, path.orElse("/")), section.place("http")));
    if (path.isPresent() && !section.has("http")) {
      findings.leftOut(section.place("http_uri"), "there is no http check for it");
    }
    section
        .integer("tcp", "80")
        .ifPresent(port -> checks.put(new Check("tcp", port, ""), section.place("tcp")));
    section.integer("gue", "19523").ifPresent(port -> tunnel(checks, section.place("gue"), port));
    if (section.has("fou")) {
      findings.leftOut(section.place("fou"), "GRE in FOU is not spoken here; check gue instead");
    }
    section.finish();
    return checks;
  }

  private void tunnel(Map<Check, Place> checks, Place from, int port) {
    if (port == GUE_PORT) {
      checks.put(Check.TUNNEL, from);
    } else {
      findings.leftOut(from, "a tunnel check goes to port " + GUE_PORT + ", as the traffic does");
    }
  }

  /** Writes those checks that all backends share: here a check is of the whole table. */
  void checks(TomlWriter toml) {
    Map<Check, Place> all = new LinkedHashMap<>();
    checked.forEach(checks -> checks.forEach(all::putIfAbsent));
    all.forEach(
        (check, from) -> {
          long having = checked.stream().filter(checks -> checks.containsKey(check)).count();
          if (having == checked.size()) {
            check.write(toml, from);
          } else {
            findings.leftOut(
                from,
                "%d of %d backends are checked so; here a check is of the whole table"
                    .formatted(having, checked.size()));
          }
        });
    if (!checked.isEmpty()) {
      unchecked.forEach(
          backend -> findings.warning(backend, "has no healthchecks: gets those of its table"));
    }
  }

  /**
   * Says where GLB's rows are not ours. GLB swaps the first two of a row if the first is out and
   * the second has state active, whatever the second's health; we take the first that is fit.
   */
  void compareWithGlb() {
    if (out > 1 || out == 1 && filling > 0) {
      findings.warning(
          place,
          "%d are draining or not healthy, %d filling: a row headed by two of these may be led in GLB"
                  .formatted(out, filling)
              + " by one that is out, and here by one that is not");
    }
    if (unknown > 0) {
      findings.warning(
          place,
          "%d have neither healthy nor healthchecks: taken as healthy".formatted(unknown)
              + ", while glb-director-cli takes them as not healthy and swaps their rows");
    }
  }
}
