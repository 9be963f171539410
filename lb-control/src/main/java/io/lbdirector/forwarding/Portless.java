package io.lbdirector.forwarding;

import io.lbdirector.forwarding.WideBinds.Net;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** One run of {@link WideBinds#withPortless}. */
final class Portless<T> {
  private final WideBinds wide;
  private final List<Optional<T>> tables;
  private final Map<Prefix, Map<Integer, Set<Optional<T>>>> exact = new HashMap<>();
  private final Map<PortSpans, PortSpans> changed = new IdentityHashMap<>();
  private int spans;

  Portless(WideBinds wide, List<Optional<T>> tables, Map<Vip, Optional<T>> exact) {
    this.wide = wide;
    this.tables = tables;
    this.spans = wide.spanCount();
    TreeSet<Integer> lengths =
        wide.nets().keySet().stream()
            .map(Prefix::length)
            .collect(Collectors.toCollection(TreeSet::new));
    exact.forEach(
        (vip, table) -> {
          if (!vip.isPortless()) {
            holder(vip.address(), lengths.descendingSet()).ifPresent(p -> add(p, vip, table));
          }
        });
  }

  /** The prefix where packets to an address look for wide binds. */
  private Optional<Prefix> holder(IpAddress address, Iterable<Integer> longestFirst) {
    for (int length : longestFirst) {
      if (length <= address.length() * Byte.SIZE) {
        Prefix prefix = new Prefix(Prefix.mask(address, length), length);
        if (wide.nets().containsKey(prefix)) {
          return Optional.of(prefix);
        }
      }
    }
    return Optional.empty();
  }

  private void add(Prefix prefix, Vip vip, Optional<T> table) {
    exact
        .computeIfAbsent(prefix, p -> new HashMap<>())
        .computeIfAbsent(vip.protocolNumber(), protocol -> new HashSet<>())
        .add(table);
  }

  WideBinds run() {
    Map<Prefix, Net> nets = new LinkedHashMap<>();
    wide.nets()
        .forEach(
            (prefix, net) ->
                nets.put(
                    prefix,
                    new Net(
                        list(net.tcp(), exactTables(prefix, Protocol.TCP)),
                        list(net.udp(), exactTables(prefix, Protocol.UDP)),
                        net.echo())));
    return new WideBinds(nets);
  }

  private Set<Optional<T>> exactTables(Prefix prefix, Protocol protocol) {
    return exact.getOrDefault(prefix, Map.of()).getOrDefault(protocol.number(), Set.of());
  }

  private PortSpans list(PortSpans list, Set<Optional<T>> beside) {
    Set<Optional<T>> ways = new HashSet<>(beside);
    list.bound().mapToObj(tables::get).forEach(ways::add);
    boolean decided = ways.size() == 1 && ways.iterator().next().isPresent();
    return decided && list.size() > 0 ? changed.computeIfAbsent(list, this::change) : list;
  }

  /** Of a list that stands here, both forms may be needed: by other prefixes the old one. */
  private PortSpans change(PortSpans list) {
    PortSpans portless = list.withPortless(list.bound().min().orElseThrow());
    if (spans + portless.size() > WideBinds.MAX_SPANS) {
      return list;
    }
    spans += portless.size();
    return portless;
  }
}
