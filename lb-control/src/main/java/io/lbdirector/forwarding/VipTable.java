package io.lbdirector.forwarding;

import java.util.Collections;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * The exact entries of a set of binds: one for each {@link Bind#isExact exact} bind, and one for
 * the echo requests to each of their addresses. {@link WideBinds} has the others.
 */
public final class VipTable {
  private final Map<Vip, Integer> entries;

  private VipTable(Map<Vip, Integer> entries) {
    this.entries = Collections.unmodifiableMap(entries);
  }

  /**
   * @param binds without {@link BindPrecedence#ties}; wide ones among them have no entry, but for
   *     the echo of an address that they share with an exact one
   */
  public static VipTable of(List<Bind> binds) {
    Map<Vip, Integer> entries = new LinkedHashMap<>();
    Set<Prefix> withoutEcho = new HashSet<>();
    for (int i = 0; i < binds.size(); i++) {
      Bind bind = binds.get(i);
      if (bind.isExact()) {
        entries.put(bind.toVip(), i);
        withoutEcho.add(bind.prefix());
      }
    }
    IntStream.range(0, binds.size())
        .boxed()
        .sorted(Comparator.comparing(binds::get, BindPrecedence.ECHO))
        .filter(i -> withoutEcho.remove(binds.get(i).prefix()))
        .forEach(i -> entries.put(Vip.echo(binds.get(i).prefix().address()), i));
    return new VipTable(entries);
  }

  /** Exact entry to place of its bind in the list. Unmodifiable. */
  public Map<Vip, Integer> entries() {
    return entries;
  }
}
