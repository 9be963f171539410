package io.lbdirector.abi;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.lbdirector.bpf.BpfObject;
import io.lbdirector.bpf.MapSpec;
import io.lbdirector.forwarding.HashField;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/**
 * Holds the Java half of lb_abi.h to the C half: layouts and enums by the BTF of the compiled
 * objects, map shapes by their definitions, numbers by the header's text. Each test lists every
 * difference. Needs no root.
 */
class AbiLayoutTest {
  private static final Path HEADER = Path.of("../lb-bpf/include/lb_abi.h");

  /** Where Java says that a struct's members are; those not named are padding or reserved. */
  private record JavaStruct(int length, Map<String, Integer> offsets) {}

  private static Map<String, JavaStruct> javaStructs() {
    Map<String, JavaStruct> structs = new TreeMap<>();
    structs.put(
        "lb_live",
        new JavaStruct(
            LiveLayout.LENGTH,
            Map.of(
                "generation", LiveLayout.GENERATION_OFFSET,
                "settings", LiveLayout.SETTINGS_OFFSET)));
    structs.put(
        "lb_settings",
        new JavaStruct(
            LiveLayout.SETTINGS_LENGTH,
            Map.of(
                "source_ip", LiveLayout.SOURCE_IP_OFFSET,
                "flags", LiveLayout.FLAGS_OFFSET,
                "source_ip6", LiveLayout.SOURCE_IP6_OFFSET,
                "wide", LiveLayout.WIDE_OFFSET,
                "mtu", LiveLayout.MTU_OFFSET,
                "tcp_mss", LiveLayout.TCP_MSS_OFFSET,
                "bind_mask", LiveLayout.BIND_MASK_OFFSET,
                "class_mask", LiveLayout.CLASS_MASK_OFFSET)));
    structs.put(
        "lb_port",
        new JavaStruct(
            PortLayout.LENGTH,
            Map.of(
                "mac", PortLayout.MAC_OFFSET,
                "gateway", PortLayout.GATEWAY_OFFSET,
                "gateway6", PortLayout.GATEWAY6_OFFSET,
                "mtu", PortLayout.MTU_OFFSET)));
    structs.put(
        "lb_macs",
        new JavaStruct(
            MacsLayout.LENGTH,
            Map.of(
                "ifindex", MacsLayout.IFINDEX_OFFSET,
                "mtu", MacsLayout.MTU_OFFSET,
                "gateway", MacsLayout.GATEWAY_OFFSET,
                "mac", MacsLayout.MAC_OFFSET)));
    structs.put(
        "lb_bucket",
        new JavaStruct(
            BucketLayout.LENGTH,
            Map.of("keys", BucketLayout.KEYS_OFFSET, "binds", BucketLayout.BINDS_OFFSET)));
    structs.put(
        "lb_bind_key",
        new JavaStruct(
            BucketLayout.KEY_LENGTH,
            Map.of(
                "address", 0,
                "port", BucketLayout.PORT_OFFSET,
                "protocol", BucketLayout.PROTOCOL_OFFSET,
                "family", BucketLayout.FAMILY_OFFSET)));
    structs.put(
        "lb_bind",
        new JavaStruct(
            BucketLayout.BIND_LENGTH,
            Map.of(
                "address", BucketLayout.ADDRESS_OFFSET,
                "hash_state", BucketLayout.HASH_STATE_OFFSET,
                "stats", BucketLayout.STATS_OFFSET,
                "table", BucketLayout.TABLE_OFFSET,
                "hash_fields", BucketLayout.HASH_FIELDS_OFFSET)));
    structs.put(
        "lb_vip4_key",
        new JavaStruct(VipLayout.KEY4_LENGTH, Map.of("address", 0, "port", 4, "protocol", 6)));
    structs.put(
        "lb_vip6_key",
        new JavaStruct(VipLayout.KEY6_LENGTH, Map.of("address", 0, "port", 16, "protocol", 18)));
    structs.put(
        "lb_vip",
        new JavaStruct(
            VipLayout.LENGTH,
            Map.of(
                "hash_key", VipLayout.HASH_KEY_OFFSET,
                "table", VipLayout.TABLE_OFFSET,
                "stats", VipLayout.STATS_OFFSET,
                "hash_fields", VipLayout.HASH_FIELDS_OFFSET,
                "alt_hash_fields", VipLayout.ALT_HASH_FIELDS_OFFSET,
                "flags", VipLayout.FLAGS_OFFSET,
                "servers", VipLayout.SERVERS_OFFSET)));
    structs.put(
        "lb_server_key",
        new JavaStruct(
            ServerLayout.KEY_LENGTH,
            Map.of(
                "servers", ServerLayout.SERVERS_OFFSET,
                "server_id", ServerLayout.SERVER_ID_OFFSET)));
    structs.put("lb_row", new JavaStruct(RowLayout.LENGTH, Map.of("hops", RowLayout.HOPS_OFFSET)));
    structs.put(
        "lb_backend",
        new JavaStruct(
            BackendLayout.LENGTH,
            Map.of(
                "address", BackendLayout.ADDRESS_OFFSET,
                "family", BackendLayout.FAMILY_OFFSET)));
    structs.put(
        "lb_counter",
        new JavaStruct(
            CounterLayout.LENGTH,
            Map.of(
                "packets", CounterLayout.PACKETS_OFFSET,
                "bytes", CounterLayout.BYTES_OFFSET)));
    structs.put(
        "lb_constants",
        new JavaStruct(
            ConstantsLayout.LENGTH,
            Map.of(
                "gue_port", ConstantsLayout.GUE_PORT_OFFSET,
                "frags", ConstantsLayout.FRAGS_OFFSET)));
    structs.put(
        "lb_narrow",
        new JavaStruct(
            NarrowLayout.LENGTH,
            Map.of("packets", NarrowLayout.PACKETS_OFFSET, "mtu", NarrowLayout.MTU_OFFSET)));
    structs.put(
        "lb_gue",
        new JavaStruct(
            GueLayout.LENGTH,
            Map.of(
                "version_hlen", GueLayout.VERSION_HLEN_OFFSET,
                "protocol", GueLayout.PROTOCOL_OFFSET,
                "flags", GueLayout.FLAGS_OFFSET,
                "type", GueLayout.TYPE_OFFSET,
                "next_hop", GueLayout.NEXT_HOP_OFFSET,
                "hop_count", GueLayout.HOP_COUNT_OFFSET)));
    structs.putAll(structsOfWideBinds());
    structs.putAll(structsOfTheBackend());
    structs.putAll(structsOfTheProbe());
    return structs;
  }

  private static Map<String, JavaStruct> structsOfWideBinds() {
    Map<String, Integer> key =
        Map.of("length", NetLayout.KEY_LENGTH_OFFSET, "address", NetLayout.KEY_ADDRESS_OFFSET);
    Map<String, JavaStruct> structs = new TreeMap<>();
    structs.put("lb_net4_key", new JavaStruct(NetLayout.KEY4_LENGTH, key));
    structs.put("lb_net6_key", new JavaStruct(NetLayout.KEY6_LENGTH, key));
    structs.put(
        "lb_net",
        new JavaStruct(
            NetLayout.LENGTH,
            Map.of(
                "tcp", NetLayout.TCP_OFFSET,
                "udp", NetLayout.UDP_OFFSET,
                "echo", NetLayout.ECHO_OFFSET)));
    structs.put(
        "lb_span_list",
        new JavaStruct(
            NetLayout.LIST_LENGTH,
            Map.of("first", NetLayout.LIST_FIRST_OFFSET, "count", NetLayout.LIST_COUNT_OFFSET)));
    structs.put(
        "lb_span",
        new JavaStruct(
            SpanLayout.LENGTH,
            Map.of("port", SpanLayout.PORT_OFFSET, "bind", SpanLayout.BIND_OFFSET)));
    structs.put(
        "lb_wide_bind",
        new JavaStruct(
            WideBindLayout.LENGTH,
            Map.of(
                "vip", WideBindLayout.VIP_OFFSET,
                "address", WideBindLayout.ADDRESS_OFFSET,
                "length", WideBindLayout.LENGTH_OFFSET,
                "family", WideBindLayout.FAMILY_OFFSET,
                "protocol", WideBindLayout.PROTOCOL_OFFSET,
                "first_port", WideBindLayout.FIRST_PORT_OFFSET,
                "last_port", WideBindLayout.LAST_PORT_OFFSET)));
    structs.put(
        "lb_wide_bits",
        new JavaStruct(
            WideBitsLayout.LENGTH,
            Map.of("ipv4", WideBitsLayout.IPV4_OFFSET, "ipv6", WideBitsLayout.IPV6_OFFSET)));
    return structs;
  }

  /** Those that neither director nor backend have. */
  private static Map<String, JavaStruct> structsOfTheProbe() {
    return Map.of(
        "lb_probe",
        new JavaStruct(
            ProbeLayout.LENGTH,
            Map.of(
                "backend", ProbeLayout.BACKEND_OFFSET,
                "source", ProbeLayout.SOURCE_OFFSET,
                "family", ProbeLayout.FAMILY_OFFSET)));
  }

  /** Those that the director does not have. */
  private static Map<String, JavaStruct> structsOfTheBackend() {
    Map<String, JavaStruct> structs = new TreeMap<>();
    structs.put(
        "lb_prefix",
        new JavaStruct(
            PrefixLayout.LENGTH,
            Map.of("length", PrefixLayout.LENGTH_OFFSET, "address", PrefixLayout.ADDRESS_OFFSET)));
    structs.put(
        "lb_address",
        new JavaStruct(AddressLayout.LENGTH, Map.of("bytes", AddressLayout.BYTES_OFFSET)));
    structs.put(
        "lb_be_config",
        new JavaStruct(
            BackendConfigLayout.LENGTH, Map.of("flags", BackendConfigLayout.FLAGS_OFFSET)));
    structs.put(
        "lb_vip_outcomes",
        new JavaStruct(
            VipOutcomesLayout.LENGTH, Map.of("outcomes", VipOutcomesLayout.OUTCOMES_OFFSET)));
    structs.put(
        "lb_control",
        new JavaStruct(
            ControlLayout.LENGTH,
            Map.of(
                "version_hlen", ControlLayout.VERSION_HLEN_OFFSET,
                "type", ControlLayout.TYPE_OFFSET,
                "flags", ControlLayout.FLAGS_OFFSET,
                "nonce", ControlLayout.NONCE_OFFSET,
                "count", ControlLayout.COUNT_OFFSET,
                "vip", ControlLayout.VIP_OFFSET)));
    structs.put(
        "lb_control_counter",
        new JavaStruct(
            ControlLayout.COUNTER_LENGTH,
            Map.of("packets", ControlLayout.PACKETS_OFFSET, "bytes", ControlLayout.BYTES_OFFSET)));
    return structs;
  }

  @Test
  void shouldHaveTheSameStructsInAllObjects() {
    List<String> differences = new ArrayList<>();
    for (String object : List.of("lb_director", "lb_backend", "lb_probe")) {
      Btf btf = Btf.read(object(object));
      javaStructs()
          .forEach(
              (name, java) -> {
                if (btf.hasStruct(name)) {
                  compare(object, btf.struct(name), java, differences);
                } else if (object.equals(ownerOf(name))) {
                  differences.add(object + " has no struct " + name);
                }
              });
    }
    assertEquals(List.of(), differences);
  }

  private static String ownerOf(String struct) {
    if (structsOfTheProbe().containsKey(struct)) {
      return "lb_probe";
    }
    return structsOfTheBackend().containsKey(struct) ? "lb_backend" : "lb_director";
  }

  private static void compare(
      String object, Btf.Struct c, JavaStruct java, List<String> differences) {
    if (c.size() != java.length()) {
      differences.add(
          object
              + ": struct "
              + c.name()
              + " has "
              + c.size()
              + " bytes, Java says "
              + java.length());
    }
    Map<String, Integer> offsets = new TreeMap<>();
    c.members().forEach((name, member) -> offsets.put(name, member.offset()));
    offsets.keySet().removeIf(name -> name.equals("reserved") || name.equals("pad"));
    if (!offsets.equals(new TreeMap<>(java.offsets()))) {
      differences.add(
          object
              + ": struct "
              + c.name()
              + " has "
              + offsets
              + ", Java says "
              + new TreeMap<>(java.offsets()));
    }
  }

  @Test
  void shouldHaveTheSameVerdictsOutcomesAndResults() {
    assertEquals(
        numbered(Verdict.values(), "LB_", "LB_VERDICTS"),
        Btf.read(object("lb_director")).enumValues("lb_verdict"));
    assertEquals(
        numbered(Outcome.values(), "LB_OUTCOME_", "LB_OUTCOMES"),
        Btf.read(object("lb_backend")).enumValues("lb_outcome"));
    assertEquals(
        numbered(ProbeResult.values(), "LB_PROBE_", "LB_PROBE_RESULTS"),
        Btf.read(object("lb_probe")).enumValues("lb_probe_result"));
  }

  /** Each constant of a Java enum under its C name, and how many there are under {@code count}. */
  private static Map<String, Long> numbered(Enum<?>[] values, String prefix, String count) {
    Map<String, Long> numbers = new LinkedHashMap<>();
    Arrays.stream(values).forEach(v -> numbers.put(prefix + v.name(), (long) v.ordinal()));
    numbers.put(count, (long) values.length);
    return numbers;
  }

  @Test
  void shouldCallTheSameVerdictsNormal() throws IOException {
    Map<String, Boolean> java = new TreeMap<>();
    Arrays.stream(Verdict.values()).forEach(v -> java.put(v.name(), v.isNormal()));
    assertEquals(java, calledNormal("LB_((?:TX|PASS|DROP)_\\w+)"));
  }

  @Test
  void shouldCallTheSameOutcomesNormal() throws IOException {
    Map<String, Boolean> java = new TreeMap<>();
    Arrays.stream(Outcome.values()).forEach(o -> java.put(o.name(), o.isNormal()));
    assertEquals(java, calledNormal("LB_OUTCOME_(\\w+)"));
  }

  @Test
  void shouldCallTheSameResultsOfProbesNormal() throws IOException {
    Map<String, Boolean> java = new TreeMap<>();
    Arrays.stream(ProbeResult.values()).forEach(r -> java.put(r.name(), r.isNormal()));
    assertEquals(java, calledNormal("LB_PROBE_(\\w+)"));
  }

  /** Of each entry of an enum, by the name that {@code pattern} catches: what its comment says. */
  private static Map<String, Boolean> calledNormal(String pattern) throws IOException {
    Pattern entry = Pattern.compile(pattern + "\\s*=\\s*\\d+,\\s*/\\*([^*]+)\\*/");
    Matcher entries = entry.matcher(Files.readString(HEADER));
    Predicate<String> saysSo =
        Pattern.compile("(?<!never )normal( in small numbers| while a backend drains)?$")
            .asPredicate();
    Map<String, Boolean> normal = new TreeMap<>();
    while (entries.find()) {
      normal.put(entries.group(1), saysSo.test(entries.group(2).strip()));
    }
    return normal;
  }

  @Test
  void shouldHaveTheSameNumbers() throws IOException {
    Map<String, Long> java = new TreeMap<>();
    java.put("LB_LAYOUT_VERSION", (long) Abi.LAYOUT_VERSION);
    java.put("LB_GUE_PORT", (long) Abi.GUE_PORT);
    java.put("LB_TABLE_ROWS", (long) Abi.TABLE_ROWS);
    java.put("LB_MAX_HOPS", (long) Abi.MAX_HOPS);
    java.put("LB_TABLE_SLOTS", (long) Abi.TABLE_SLOTS);
    java.put("LB_GENERATIONS", (long) Abi.GENERATIONS);
    java.put("LB_MAX_PORTS", (long) Abi.MAX_PORTS);
    java.put("LB_MAX_EGRESS", (long) Abi.MAX_EGRESS);
    java.put("LB_MAX_BINDS", (long) Abi.MAX_BINDS);
    java.put("LB_MAX_VIPS", (long) Abi.MAX_VIPS);
    java.put("LB_BUCKETS", (long) Abi.BUCKETS);
    java.put("LB_BUCKET_SLOTS", (long) Abi.BUCKET_SLOTS);
    java.put("LB_BUCKET_BINDS", (long) Abi.BUCKET_BINDS);
    java.put("LB_BUCKET_FACTOR", BucketLayout.FACTOR);
    java.put("LB_BUCKET_SHIFT", (long) BucketLayout.SHIFT);
    java.put("LB_MAX_SPANS", (long) Abi.MAX_SPANS);
    java.put("LB_WIDE_SLOTS", (long) Abi.WIDE_SLOTS);
    java.put("LB_SPAN_SLOTS", (long) Abi.SPAN_SLOTS);
    java.put("LB_WIDE_WORDS", (long) WideBitsLayout.WORDS);
    java.put("LB_MAX_BACKENDS", (long) Abi.MAX_BACKENDS);
    java.put("LB_MAX_VIP_STATS", (long) Abi.MAX_VIP_STATS);
    java.put("LB_MAX_FRAGMENTS", (long) Abi.MAX_FRAGMENTS);
    java.put("LB_MAX_NARROW", (long) Abi.MAX_NARROW);
    java.put("LB_MAX_COUNTERS", (long) Abi.MAX_COUNTERS);
    java.put("LB_EMPTY_TABLE", (long) Abi.EMPTY_TABLE);
    java.put("LB_DEFAULT_PORT", (long) Abi.DEFAULT_PORT);
    java.put("LB_FAMILY_IPV4", (long) Abi.FAMILY_IPV4);
    java.put("LB_FAMILY_IPV6", (long) Abi.FAMILY_IPV6);
    java.put("LB_MAX_ALLOW", (long) Abi.MAX_ALLOW);
    java.put("LB_MAX_VIPS_SEEN", (long) Abi.MAX_VIPS_SEEN);
    java.put("LB_GUE_MAX_HOPS", (long) Abi.GUE_MAX_HOPS);
    java.put("LB_BACKEND_ONLY_LISTED_VIPS", (long) BackendConfigLayout.ONLY_LISTED_VIPS);
    java.put("LB_CONTROL_ASK", (long) ControlLayout.ASK);
    java.put("LB_CONTROL_ANSWER", (long) ControlLayout.ANSWER);
    java.put("LB_GUE_HOPS_IPV4", (long) GueLayout.HOPS_IPV4);
    java.put("LB_GUE_HOPS_IPV6", (long) GueLayout.HOPS_IPV6);
    java.put("LB_VIP_QUIC", (long) VipLayout.QUIC);
    java.put("LB_MTU_OF_PORT", (long) LiveLayout.MTU_OF_PORT);
    java.put("LB_SETTING_ECHO_PASS", (long) LiveLayout.ECHO_PASS);
    java.put("LB_SETTING_ECHO_REPLY", (long) LiveLayout.ECHO_REPLY);
    java.put("LB_VIP_IPIP", (long) VipLayout.IPIP);
    java.put("LB_SETTING_EGRESS_FIB", (long) LiveLayout.EGRESS_FIB);
    for (HashField field : HashField.values()) {
      java.put("LB_HASH_" + field.name(), (long) VipLayout.bit(field));
    }
    assertEquals(java, definitions());
  }

  /** Every {@code #define} of a number, or of a bit, in the header. */
  private static Map<String, Long> definitions() throws IOException {
    Pattern define =
        Pattern.compile(
            "^#define\\s+(LB_\\w+)\\s+(?:0x(\\p{XDigit}+)ULL|(\\d+)|\\(1U << (\\d+)\\))",
            Pattern.MULTILINE);
    Matcher found = define.matcher(Files.readString(HEADER));
    Map<String, Long> numbers = new TreeMap<>();
    while (found.find()) {
      numbers.put(found.group(1), number(found));
    }
    return numbers;
  }

  private static long number(Matcher found) {
    if (found.group(2) != null) {
      return Long.parseUnsignedLong(found.group(2), 16);
    }
    return found.group(3) != null
        ? Long.parseLong(found.group(3))
        : 1L << Integer.parseInt(found.group(4));
  }

  @Test
  void shouldHaveTheSameMaps() {
    Map<String, String> shapes = new TreeMap<>();
    try (BpfObject director = BpfObject.open("lb_director", object("lb_director"))) {
      director.mapNames().forEach(name -> shapes.put(name, shape(director.declaredSpec(name))));
    }
    Map<String, String> java = new TreeMap<>();
    java.put(Abi.LIVE, "4 -> 192, 1 entries");
    java.put(Abi.PORTS, "4 -> " + PortLayout.LENGTH + ", " + Abi.MAX_PORTS + " entries");
    java.put(Abi.EGRESS, "4 -> 4, " + Abi.MAX_EGRESS + " entries");
    java.put(Abi.VIPS4, "4 -> 4, " + Abi.GENERATIONS + " entries");
    java.put(Abi.VIPS6, "4 -> 4, " + Abi.GENERATIONS + " entries");
    java.put(Abi.SERVERS, "4 -> 4, " + Abi.GENERATIONS + " entries");
    java.put(Abi.NETS4, "4 -> 4, " + Abi.GENERATIONS + " entries");
    java.put(Abi.NETS6, "4 -> 4, " + Abi.GENERATIONS + " entries");
    java.put(Abi.SPANS, "4 -> " + SpanLayout.LENGTH + ", " + Abi.SPAN_SLOTS + " entries");
    java.put(Abi.WIDE_BINDS, "4 -> " + WideBindLayout.LENGTH + ", " + Abi.WIDE_SLOTS + " entries");
    java.put(Abi.WIDE_BITS, "4 -> " + WideBitsLayout.LENGTH + ", " + Abi.GENERATIONS + " entries");
    java.put(Abi.TABLES, "4 -> 4, " + Abi.TABLE_SLOTS + " entries");
    java.put(Abi.BACKENDS, "4 -> " + Abi.MAX_BACKENDS * BackendLayout.LENGTH + ", 1 entries");
    java.put(Abi.MACS, "4 -> " + Abi.MAX_PORTS * MacsLayout.LENGTH + ", 1 entries");
    java.put(Abi.BINDS, "4 -> " + BucketLayout.LENGTH + ", " + Abi.BUCKET_SLOTS + " entries");
    java.put(Abi.VERDICTS, "4 -> 16, " + Abi.MAX_COUNTERS + " entries");
    java.put(Abi.VIP_STATS, "4 -> 16, " + Abi.MAX_VIP_STATS + " entries");
    java.put(Abi.BACKEND_STATS, "4 -> 16, " + Abi.MAX_BACKENDS + " entries");
    java.put("lb_answer_due", "4 -> 8, 1 entries"); // the program's own, as the next
    java.put("lb_scratch", "4 -> 288, 1 entries");
    java.put(Abi.NARROW, "16 -> " + NarrowLayout.LENGTH + ", " + Abi.MAX_NARROW + " entries");
    java.put(Abi.FRAGMENTS, "40 -> 8, " + Abi.MAX_FRAGMENTS + " entries");
    assertEquals(java, shapes);
  }

  @Test
  void shouldHaveTheSameMapsOnTheBackend() {
    Map<String, String> shapes = new TreeMap<>();
    try (BpfObject backend = BpfObject.open("lb_backend", object("lb_backend"))) {
      backend.mapNames().forEach(name -> shapes.put(name, shape(backend.declaredSpec(name))));
    }
    Map<String, String> java = new TreeMap<>();
    java.put(Abi.OUTCOMES, "4 -> 16, " + Abi.MAX_COUNTERS + " entries");
    java.put(Abi.ALLOW, PrefixLayout.LENGTH + " -> 4, " + Abi.MAX_ALLOW + " entries");
    java.put(Abi.VIP_LIST, "16 -> 4, " + Abi.MAX_VIPS_SEEN + " entries");
    java.put(Abi.BACKEND_CONFIG, "4 -> " + BackendConfigLayout.LENGTH + ", 1 entries");
    java.put(
        Abi.VIPS_SEEN, "16 -> " + VipOutcomesLayout.LENGTH + ", " + Abi.MAX_VIPS_SEEN + " entries");
    assertEquals(java, shapes);
  }

  @Test
  void shouldHaveTheSameMapsOfProbes() {
    Map<String, String> shapes = new TreeMap<>();
    try (BpfObject probe = BpfObject.open("lb_probe", object("lb_probe"))) {
      probe.mapNames().forEach(name -> shapes.put(name, shape(probe.declaredSpec(name))));
    }
    assertEquals(
        Map.of(
            Abi.PROBES,
            "4 -> " + ProbeLayout.LENGTH + ", " + Abi.MAX_BACKENDS + " entries",
            Abi.PROBE_SEEN,
            "4 -> 16, " + Abi.MAX_COUNTERS + " entries"),
        shapes);
  }

  private static String shape(MapSpec spec) {
    return spec.keySize() + " -> " + spec.valueSize() + ", " + spec.maxEntries() + " entries";
  }

  private static byte[] object(String name) {
    try (InputStream in = AbiLayoutTest.class.getResourceAsStream("/bpf/" + name + ".bpf.o")) {
      return in.readAllBytes();
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }
}
