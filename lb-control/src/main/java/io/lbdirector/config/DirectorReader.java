package io.lbdirector.config;

import io.lbdirector.config.DirectorConfig.Director;
import io.lbdirector.config.DirectorConfig.Egress;
import io.lbdirector.config.DirectorConfig.Gateway;
import io.lbdirector.config.DirectorConfig.IcmpEcho;
import io.lbdirector.config.DirectorConfig.Mode;
import io.lbdirector.forwarding.IpAddress;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalInt;
import java.util.regex.Pattern;

/** Reads {@code [director]}, but for the keys that {@link TableDefaults} reads. */
final class DirectorReader {
  private static final Pattern INSTANCE = Pattern.compile("[A-Za-z0-9_-]{1,32}");

  /** What the kernel takes for the name of an interface. */
  private static final Pattern INTERFACE = Pattern.compile("(?!\\.{1,2}$)[!-~&&[^/:]]{1,15}");

  private static final int MAX_INTERFACES = 256;
  private static final String INTERFACES = "[\"eth0\"]";

  /** Longest path of Linux. */
  private static final int MAX_PATH_BYTES = 4095;

  private final Section section;

  private DirectorReader(Section section) {
    this.section = section;
  }

  static Director read(Section section) {
    return new DirectorReader(section).director();
  }

  private Director director() {
    return new Director(
        section.get(
            "instance",
            Values.matching(INSTANCE, "1 to 32 letters, digits, - or _", "\"default\""),
            "default"),
        interfaces(),
        section.get("mode", Values.choice(Mode.class), Mode.AUTO),
        section.get("source_ip", Values.unicast(true, "\"192.0.2.1\"")),
        section.get("source_ip6", Values.unicast(false, "\"2001:db8::1\"")),
        gateway("gateway", true),
        gateway("gateway6", false),
        section.get("icmp_echo", Values.choice(IcmpEcho.class), IcmpEcho.FORWARD),
        section.get("egress", Values.choice(Egress.class), Egress.TX),
        number("mtu", "auto", 576, 65_535),
        number("tcp_mss", "off", 536, 65_495),
        section.get("copy_dscp", Values.bool(), false),
        section.get(
            "state_dir",
            Values.absolutePath("\"/var/lib/lb\"", MAX_PATH_BYTES),
            Path.of("/var/lib/lb")));
  }

  private List<String> interfaces() {
    if (!section.has("interfaces")) {
      section.problem("", "interfaces is missing; add interfaces = " + INTERFACES);
    }
    Values.Kind<String> name =
        Values.matching(
            INTERFACE, "a name of an interface: 1 to 15 characters, no / : or space", "\"eth0\"");
    List<String> interfaces =
        section.distinctList("interfaces", name, INTERFACES).orElse(List.of());
    int count = section.count("interfaces");
    if (count == 0 || count > MAX_INTERFACES) {
      String message = "interfaces has %d elements; list 1 to %d interfaces";
      section.problem("interfaces", message.formatted(count, MAX_INTERFACES));
    }
    return interfaces;
  }

  private Gateway gateway(String key, boolean v4) {
    Values.Kind<Gateway> place =
        Values.text(
            "\"auto\"",
            text ->
                IpAddress.tryParse(text).isPresent()
                    ? new Gateway.Address(Values.unicast(v4, "\"auto\"").read(text))
                    : new Gateway.Mac(Values.parseMac(text)));
    return section.get(key, Values.wordOr("auto", new Gateway.Auto(), place), new Gateway.Auto());
  }

  /** A number of bytes, or {@code word} for none. */
  private OptionalInt number(String key, String word, int min, int max) {
    String rule = "write \"" + word + "\", or " + min + " to " + max;
    Values.Kind<OptionalInt> number = Values.map(Values.integer(min, max, rule), OptionalInt::of);
    return section.get(key, Values.wordOr(word, OptionalInt.empty(), number), OptionalInt.empty());
  }
}
