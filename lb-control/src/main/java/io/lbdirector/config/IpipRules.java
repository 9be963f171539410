package io.lbdirector.config;

import io.lbdirector.config.DirectorConfig.Check;
import io.lbdirector.config.DirectorConfig.CheckType;
import java.util.Set;

/**
 * What a table with {@code encapsulation = "ipip"} does not have, since only GUE carries it: hops
 * behind the first, and checks by the tunnel.
 */
final class IpipRules {
  private final Section section;

  /**
   * @param section of the table
   */
  IpipRules(Section section) {
    this.section = section;
  }

  /**
   * The same for a row of one hop. Hops that {@code [director]} sets for all tables are no more
   * than a limit; alternative hash fields must be taken back, since without them a migration breaks
   * connections.
   */
  TableDefaults applyTo(TableDefaults own) {
    if (section.has("hops") && own.hops() > 1) {
      section.problem(
          "hops",
          "hops = "
              + own.hops()
              + " needs encapsulation = \"gue\": with \"ipip\" a row has one hop; remove hops");
    }
    if (!own.altHashFields().isEmpty()) {
      section.problem(
          section.has("alt_hash_fields") ? "alt_hash_fields" : "encapsulation",
          "encapsulation = \"ipip\" has no second hop for alt_hash_fields"
              + (section.has("alt_hash_fields")
                  ? "; remove them"
                  : " of [director]; give this table alt_hash_fields = []"));
    }
    return new TableDefaults(own.hashFields(), Set.of(), 1);
  }

  /** Such checks speak GUE, which backends of the table need not understand. */
  static void refuseTunnel(Check check, Section section) {
    boolean isTunnel = check.type() == CheckType.TUNNEL;
    if (isTunnel || check.viaTunnel()) {
      String key = isTunnel ? "type" : "via";
      section.problem(
          key,
          key
              + " = \"tunnel\" speaks GUE, but the table has encapsulation = \"ipip\"; check with type"
              + " = \"http\" or \"tcp\", without via");
    }
  }
}
