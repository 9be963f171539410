package io.lbdirector.forwarding;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.IntFunction;
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

  /**
   * Adds one entry of port 0 for each address and protocol of an exact bind at which ports decide
   * nothing: fragments find it, of which all but the first have no ports. It belongs to the first
   * of the exact binds.
   *
   * @param binds that this table was made of
   * @param tableOf of the place of a bind, its table if that hashes by addresses only
   */
  public VipTable withPortless(List<Bind> binds, IntFunction<OptionalInt> tableOf) {
    Map<Vip, Integer> lowest = new LinkedHashMap<>();
    Set<Vip> undecided = new HashSet<>();
    entries.forEach(
        (vip, bind) -> {
          if (!vip.isPortless()) {
            Vip portless = vip.withoutPort();
            int first = lowest.merge(portless, bind, Math::min);
            OptionalInt table = tableOf.apply(bind);
            if (table.isEmpty() || !table.equals(tableOf.apply(first))) {
              undecided.add(portless);
            }
          }
        });
    lowest.keySet().removeAll(undecided);
    Around around = new Around(binds);
    lowest
        .entrySet()
        .removeIf(
            e ->
                around.of(e.getKey()).stream()
                    .anyMatch(i -> !tableOf.apply(i).equals(tableOf.apply(e.getValue()))));
    Map<Vip, Integer> all = new LinkedHashMap<>(entries);
    all.putAll(lowest);
    return new VipTable(all);
  }

  /** The wide binds by prefix, to find those that hold an address. */
  private static final class Around {
    private final List<Bind> binds;
    private final Map<Prefix, List<Integer>> wide = new HashMap<>();
    private final Set<Integer> lengths = new TreeSet<>();

    Around(List<Bind> binds) {
      this.binds = binds;
      for (int i = 0; i < binds.size(); i++) {
        if (!binds.get(i).isExact()) {
          wide.computeIfAbsent(binds.get(i).prefix(), prefix -> new ArrayList<>()).add(i);
          lengths.add(binds.get(i).prefix().length());
        }
      }
    }

    /** Places of those that hold the address and take the protocol. */
    List<Integer> of(Vip vip) {
      List<Integer> found = new ArrayList<>();
      for (int length : lengths) {
        if (length <= vip.address().length() * 8) {
          Prefix prefix = new Prefix(Prefix.mask(vip.address(), length), length);
          wide.getOrDefault(prefix, List.of()).stream()
              .filter(i -> takes(binds.get(i), vip))
              .forEach(found::add);
        }
      }
      return found;
    }

    private static boolean takes(Bind bind, Vip vip) {
      return bind.protocol().isEmpty() || bind.protocol().get().number() == vip.protocolNumber();
    }
  }

  /** Exact entry to place of its bind in the list. Unmodifiable. */
  public Map<Vip, Integer> entries() {
    return entries;
  }
}
