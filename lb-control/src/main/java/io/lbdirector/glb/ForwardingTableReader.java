package io.lbdirector.glb;

import io.lbdirector.forwarding.IpAddress;
import io.lbdirector.forwarding.Prefix;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Reads {@code forwarding_table.json} into {@code [health]} and {@code [[table]]}. What only the
 * values decide (addresses, ports, states, secrets) is left to the config package, which checks the
 * result as a whole.
 *
 * @see <a
 *     href="https://github.com/github/glb-director/blob/master/docs/setup/forwarding-table-config.md">GLB's
 *     own description</a>; the keys are those of its glb-healthcheck (GLBTable.go) and
 *     glb-director-cli (cli/main.c)
 */
final class ForwardingTableReader {
  private static final String KEY_EXAMPLE = "32 hexadecimal digits, those of all directors";
  private static final int LAST_PORT = 65_535;

  private final Findings findings;
  private final TomlWriter toml = new TomlWriter();
  private final List<String> backendAddresses = new ArrayList<>();

  ForwardingTableReader(Findings findings) {
    this.findings = findings;
  }

  TomlWriter toml() {
    return toml;
  }

  /** Every backend's address, as the file has it. */
  List<String> backendAddresses() {
    return backendAddresses;
  }

  void read(JsonSection root) {
    root.section("healthchecks").ifPresent(this::health);
    root.require("tables", "[ { … } ]");
    List<JsonSection> tables = root.sections("tables");
    if (root.has("tables")
        && tables.isEmpty()
        && !findings.hasProblemWithin(root.place("tables"))) {
      findings.problem(root.place("tables"), "has no table; add one");
    }
    for (int i = 0; i < tables.size(); i++) {
      table(tables.get(i), i + 1);
    }
    root.finish();
  }

  /** 0 is the default for GLB, which is ours. */
  private void health(JsonSection health) {
    toml.section(health.place(), "[health]");
    for (String key : List.of("interval", "timeout")) {
      OptionalInt millis = health.integer(key + "_ms", "2000");
      millis.stream()
          .filter(ms -> ms != 0)
          .forEach(ms -> toml.entry(health.place(key + "_ms"), key, "\"" + ms + "ms\""));
    }
    OptionalInt trigger = health.integer("trigger", "3");
    for (String key : List.of("rise", "fall")) {
      trigger.stream()
          .filter(count -> count != 0)
          .forEach(count -> toml.entry(health.place("trigger"), key, "" + count));
    }
    health.finish();
  }

  private void table(JsonSection table, int number) {
    toml.section(table.place(), "[[table]]");
    Optional<String> name = table.text("name", "\"web\"").filter(n -> !n.isEmpty());
    toml.entry(table.place("name"), "name", TomlWriter.quote(name.orElse("table-" + number)));
    secret(table, "hash_key");
    secret(table, "seed");
    some(table, "binds", "{ \"ip\": …, \"proto\": \"tcp\", \"port\": 443 }").forEach(this::bind);
    List<JsonSection> backends = some(table, "backends", "{ \"ip\": …, \"state\": \"active\" }");
    Pool pool = new Pool(table.place("backends"), findings);
    backends.forEach(backend -> backend(backend, pool));
    pool.checks(toml);
    pool.compareWithGlb();
    table.finish();
  }

  private void secret(JsonSection table, String key) {
    table.require(key, KEY_EXAMPLE);
    table
        .text(key, KEY_EXAMPLE)
        .ifPresent(digits -> toml.entry(table.place(key), key, TomlWriter.quote(digits)));
  }

  /** The objects of an array that must have one. */
  private List<JsonSection> some(JsonSection table, String key, String example) {
    table.require(key, "[ " + example + " ]");
    List<JsonSection> elements = table.sections(key);
    if (elements.isEmpty() && !findings.hasProblemWithin(table.place(key))) {
      findings.problem(table.place(key), "is empty; add " + example);
    }
    return elements;
  }

  private void bind(JsonSection bind) {
    toml.section(bind.place(), "[[table.bind]]");
    bind.require("ip", "\"203.0.113.10\"");
    bind.text("ip", "\"203.0.113.10\"").ifPresent(ip -> prefix(bind.place("ip"), ip));
    bind.require("proto", "\"tcp\"");
    bind.text("proto", "\"tcp\"").ifPresent(proto -> protocol(bind.place("proto"), proto));
    boolean range = bind.has("port_start") || bind.has("port_end");
    if (bind.has("port") && range) {
      findings.problem(bind.place("port"), "is there, and a range too; keep one of the two");
    } else if (bind.has("port")) {
      bind.integer("port", "443")
          .ifPresent(port -> toml.entry(bind.place("port"), "port", "" + port));
    } else if (range) {
      range(bind);
    } else {
      findings.problem(
          bind.place("port"), "is missing; add \"port\": 443, or \"port_start\" and \"port_end\"");
    }
    bind.finish();
  }

  /** GLB looks at no bit behind the prefix; here they must be zero. */
  private void prefix(Place from, String ip) {
    String network = ip;
    int slash = ip.indexOf('/');
    Optional<IpAddress> address = IpAddress.tryParse(slash < 0 ? "" : ip.substring(0, slash));
    if (address.isPresent() && ip.substring(slash + 1).matches("[0-9]{1,3}")) {
      int length = Integer.parseInt(ip.substring(slash + 1));
      IpAddress first = Prefix.mask(address.get(), length);
      if (!first.equals(address.get())) {
        network = first + "/" + length;
        findings.warning(from, "has host bits that GLB does not look at: taken as " + network);
      }
    }
    toml.entry(from, "ip", TomlWriter.quote(network));
  }

  private void protocol(Place from, String proto) {
    if (!proto.equals("tcp") && !proto.equals("udp")) {
      findings.problem(from, "is neither \"tcp\" nor \"udp\", which is all that GLB has");
    }
    toml.entry(from, "proto", TomlWriter.quote(proto));
  }

  private void range(JsonSection bind) {
    bind.require("port_start", "8000");
    bind.require("port_end", "8099");
    OptionalInt start = bind.integer("port_start", "8000");
    OptionalInt end = bind.integer("port_end", "8099");
    if (start.isEmpty() || end.isEmpty()) {
      return;
    }
    Place from = bind.place("port_start");
    int first = start.getAsInt();
    int last = end.getAsInt();
    if (first == 0 && last > 0) {
      first = 1;
      findings.warning(from, "is 0, which is no port: the range begins at 1");
    }
    if (first == 1 && last == LAST_PORT) {
      toml.entry(from, "port", "\"any\"");
    } else if (first == last) {
      toml.entry(from, "port", "" + first);
    } else {
      toml.entry(from, "ports", TomlWriter.quote(first + "-" + last));
    }
  }

  private void backend(JsonSection backend, Pool pool) {
    toml.section(backend.place(), "[[table.backend]]");
    backend.require("ip", "\"10.0.1.11\"");
    Optional<String> ip = backend.text("ip", "\"10.0.1.11\"");
    ip.ifPresent(address -> toml.entry(backend.place("ip"), "ip", TomlWriter.quote(address)));
    ip.ifPresent(backendAddresses::add);
    backend.require("state", "\"active\"");
    Optional<String> state = backend.text("state", "\"active\"");
    Optional<Boolean> healthy = backend.flag("healthy");
    Optional<JsonSection> checks = backend.section("healthchecks");
    state.ifPresent(s -> state(backend, s, healthy));
    pool.add(backend.place(), state.orElse(""), healthy, checks);
    backend.finish();
  }

  /** GLB leads no row with a backend that is not healthy, as with one that drains. */
  private void state(JsonSection backend, String state, Optional<Boolean> healthy) {
    Place from = backend.place("state");
    if (healthy.orElse(true) || state.equals("inactive")) {
      toml.entry(from, "state", TomlWriter.quote(state));
      return;
    }
    if (!state.equals("active") && !state.equals("filling") && !state.equals("draining")) {
      findings.problem(from, "is no state of GLB's; write active, filling, draining or inactive");
      return;
    }
    toml.entry(from, "state", "\"draining\"", "in GLB " + state + ", and not healthy");
    findings.warning(backend.place("healthy"), "is false: taken over as state = \"draining\"");
  }
}
