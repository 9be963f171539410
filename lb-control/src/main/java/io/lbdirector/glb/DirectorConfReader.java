package io.lbdirector.glb;

import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Reads {@code director.conf} into {@code [director]} and {@code [admin]}.
 *
 * @see <a
 *     href="https://github.com/github/glb-director/blob/master/docs/setup/glb-director-configuration.md">GLB's
 *     own description</a>; the keys are those of glb_director_config.c and of glb-director-xdp
 */
final class DirectorConfReader {
  private static final List<String> OF_DPDK =
      List.of("num_worker_queues", "rx_drop_en", "flow_paths", "lcores", "kni_ip");

  private static final List<String> FIELDS =
      List.of("src_addr", "dst_addr", "src_port", "dst_port");

  private final JsonSection conf;
  private final Findings findings;
  private final TomlWriter toml;

  DirectorConfReader(JsonSection conf, Findings findings, TomlWriter toml) {
    this.conf = conf;
    this.findings = findings;
    this.toml = toml;
  }

  /** Adds to {@code [director]}. */
  void director() {
    text("outbound_src_ip", "source_ip", "\"192.0.2.1\"");
    text("outbound_gateway_mac", "gateway", "\"02:00:5e:10:00:01\"");
    List<String> fields = fields("hash_fields");
    if (conf.has("hash_fields") && fields.isEmpty()) {
      findings.problem(
          conf.place("hash_fields"), "has no field that is true; add \"src_addr\": true");
    }
    hashFields(conf.place("hash_fields"), fields.isEmpty() ? List.of("src_addr") : fields);
    List<String> alternative = fields("alt_hash_fields");
    if (!alternative.isEmpty()) {
      Place from = conf.place("alt_hash_fields");
      toml.entry(from, "alt_hash_fields", TomlWriter.quote(alternative));
    }
    boolean forward = conf.flag("forward_icmp_ping_responses").orElse(true);
    Place from = conf.place("forward_icmp_ping_responses");
    toml.entry(from, "icmp_echo", forward ? "\"forward\"" : "\"pass\"");
  }

  private void hashFields(Place from, List<String> fields) {
    toml.entry(from, "hash_fields", TomlWriter.quote(fields));
  }

  private void text(String key, String tomlKey, String example) {
    conf.require(key, example);
    conf.text(key, example)
        .ifPresent(value -> toml.entry(conf.place(key), tomlKey, TomlWriter.quote(value)));
  }

  /** The fields that are true, in GLB's order. */
  private List<String> fields(String key) {
    Optional<JsonSection> section = conf.section(key);
    List<String> fields =
        section.stream()
            .flatMap(s -> FIELDS.stream().filter(field -> s.flag(field).orElse(false)))
            .toList();
    section.ifPresent(JsonSection::finish);
    return fields;
  }

  /** Where to send metrics; 0 and none are the same. GLB's agent is always on this machine. */
  Optional<String> statsd() {
    OptionalInt port = conf.looseInteger("statsd_port", "8125");
    return port.stream().filter(p -> p != 0).mapToObj(p -> "127.0.0.1:" + p).findFirst();
  }

  Place statsdPlace() {
    return conf.place("statsd_port");
  }

  /** Names what belongs to DPDK, and reports what is unknown. */
  void finish() {
    OF_DPDK.stream()
        .filter(conf::has)
        .forEach(key -> findings.leftOut(conf.place(key), "DPDK's own, with no meaning here"));
    conf.finish();
  }
}
