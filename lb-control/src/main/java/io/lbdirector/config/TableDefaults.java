package io.lbdirector.config;

import io.lbdirector.forwarding.ForwardingTable;
import io.lbdirector.forwarding.HashField;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The keys that {@code [director]} sets for every table, and a table for itself.
 *
 * @param hashFields not empty
 * @param altHashFields may be empty
 * @param hops 1 to 4
 */
record TableDefaults(Set<HashField> hashFields, Set<HashField> altHashFields, int hops) {
  static final TableDefaults BUILT_IN = new TableDefaults(Set.of(HashField.SRC_ADDR), Set.of(), 2);

  private static final String EXAMPLE = "[\"src_addr\"]";

  /** These keys as {@code section} has them; what it does not have stays as here. */
  TableDefaults overriddenBy(Section section) {
    Optional<Set<HashField>> fields = fields(section, "hash_fields");
    if (section.count("hash_fields") == 0) {
      section.problem("hash_fields", "hash_fields is empty; name at least one field");
    }
    int maxHops = ForwardingTable.MAX_HOPS;
    String rule = "a row has 1 to " + maxHops + " hops";
    return new TableDefaults(
        fields.orElse(hashFields),
        fields(section, "alt_hash_fields").orElse(altHashFields),
        section.get("hops", Values.integer(1, maxHops, rule), hops));
  }

  private static Optional<Set<HashField>> fields(Section section, String key) {
    return section
        .distinctList(key, Values.choice(HashField.class), EXAMPLE)
        .map(TableDefaults::setOf);
  }

  private static Set<HashField> setOf(List<HashField> fields) {
    Set<HashField> set = EnumSet.noneOf(HashField.class);
    set.addAll(fields);
    return Collections.unmodifiableSet(set);
  }
}
