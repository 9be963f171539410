package io.lbdirector.config;

import io.lbdirector.config.DirectorConfig.TableBind;
import io.lbdirector.forwarding.Bind;
import io.lbdirector.forwarding.PortRange;
import io.lbdirector.forwarding.Prefix;
import io.lbdirector.forwarding.Protocol;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** Reads one {@code [[table.bind]]}. */
final class BindReader {
  private static final Map<String, Optional<Protocol>> PROTOCOLS = new LinkedHashMap<>();

  static {
    PROTOCOLS.put("tcp", Optional.of(Protocol.TCP));
    PROTOCOLS.put("udp", Optional.of(Protocol.UDP));
    PROTOCOLS.put("any", Optional.empty());
  }

  private static final Values.Kind<Prefix> VIP = Values.vip();
  private static final Values.Kind<Optional<Protocol>> PROTOCOL = Values.choice(PROTOCOLS);
  private static final Values.Kind<Boolean> FLOW = Values.choice(Map.of("quic", true));
  private static final Values.Kind<PortRange> PORT =
      Values.wordOr(
          "any",
          PortRange.ANY,
          Values.map(Values.integer(1, 65_535, "write 1 to 65535, or \"any\""), PortRange::single));
  private static final Values.Kind<PortRange> PORTS = Values.ports();

  private final Section section;

  private BindReader(Section section) {
    this.section = section;
  }

  /** Empty if anything in it is bad, which has been reported. */
  static Optional<Placed<TableBind>> read(Section section) {
    return new BindReader(section).bind().map(bind -> new Placed<>(bind, section));
  }

  private Optional<TableBind> bind() {
    Optional<Prefix> prefix = section.require("ip", VIP, "\"203.0.113.10\"");
    Optional<Optional<Protocol>> protocol = section.require("proto", PROTOCOL, "\"tcp\"");
    Optional<PortRange> ports = ports();
    boolean quic = section.get("flow", FLOW, false);
    if (quic && protocol.equals(Optional.of(Optional.of(Protocol.TCP)))) {
      section.problem(
          "flow", "flow = \"quic\" needs proto = \"udp\" or \"any\"; change one of them");
    }
    section.finish();
    if (prefix.isEmpty() || protocol.isEmpty() || ports.isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(new TableBind(new Bind(prefix.get(), protocol.get(), ports.get()), quic));
  }

  private Optional<PortRange> ports() {
    if (section.has("port") && section.has("ports")) {
      section.problem("ports", "port and ports are both there; keep one of them");
    } else if (!section.has("port") && !section.has("ports")) {
      section.problem(
          "", "port is missing; add port = 443, port = \"any\" or ports = \"8000-8099\"");
    }
    Optional<PortRange> port = section.get("port", PORT);
    Optional<PortRange> ports = section.get("ports", PORTS);
    return port.isPresent() ? port : ports;
  }
}
