package io.lbdirector.forwarding;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The exact entries that a set of binds comes to, with overlaps decided: the longest prefix wins,
 * then an exact protocol before any, then the narrower port range (an exact port is the narrowest).
 */
public final class VipTable {
  /** Most exact entries of one config, not counting those for echo. */
  public static final int MAX_ENTRIES = 65_536;

  private final Map<Vip, Integer> entries;

  private VipTable(Map<Vip, Integer> entries) {
    this.entries = Collections.unmodifiableMap(entries);
  }

  /** Two binds between which nothing decides, as places in the list of binds. */
  public record Tie(int first, int second) {}

  /**
   * How many exact entries {@code binds} come to before overlaps are taken out; echo not counted.
   */
  public static BigInteger countEntries(List<Bind> binds) {
    return binds.stream()
        .map(b -> b.prefix().size().multiply(BigInteger.valueOf(entriesPerAddress(b))))
        .reduce(BigInteger.ZERO, BigInteger::add);
  }

  private static long entriesPerAddress(Bind bind) {
    return (long) bind.ports().size() * (bind.protocol().isPresent() ? 1 : 2);
  }

  /**
   * Pairs of binds that match a common packet and between which nothing decides. Of several that
   * tie with each other, each is paired with a neighbour, not with all the others.
   */
  public static List<Tie> ties(List<Bind> binds) {
    Map<Object, List<Integer>> comparable = new HashMap<>();
    for (int i = 0; i < binds.size(); i++) {
      Bind b = binds.get(i);
      Object kind = List.of(b.prefix(), b.protocol(), b.ports().size());
      comparable.computeIfAbsent(kind, k -> new ArrayList<>()).add(i);
    }
    List<Tie> ties = new ArrayList<>();
    for (List<Integer> places : comparable.values()) {
      places.sort(Comparator.comparingInt(i -> binds.get(i).ports().first()));
      for (int i = 1; i < places.size(); i++) {
        int before = places.get(i - 1);
        int after = places.get(i);
        if (binds.get(after).ports().first() <= binds.get(before).ports().last()) {
          ties.add(new Tie(Math.min(before, after), Math.max(before, after)));
        }
      }
    }
    ties.sort(Comparator.comparingInt(Tie::second));
    return ties;
  }

  /**
   * Expands binds to exact entries, and adds one entry for echo requests to each address: it
   * follows the most specific prefix, and among equals TCP before UDP and the lowest port, so that
   * the order of binds decides nothing.
   *
   * @param binds without {@link #ties}
   * @throws IllegalArgumentException if they come to more than {@link #MAX_ENTRIES}
   */
  public static VipTable expand(List<Bind> binds) {
    if (countEntries(binds).compareTo(BigInteger.valueOf(MAX_ENTRIES)) > 0) {
      throw new IllegalArgumentException(
          "the binds come to " + countEntries(binds) + " exact entries, above " + MAX_ENTRIES);
    }
    Map<Vip, Integer> entries = new LinkedHashMap<>();
    for (int i : inOrder(binds, mostSpecificFirst())) {
      addEntries(binds.get(i), i, entries);
    }
    Set<Prefix> done = new HashSet<>();
    for (int i : inOrder(binds, echoOrder())) {
      Prefix prefix = binds.get(i).prefix();
      if (done.add(prefix)) {
        for (int a = 0; a < prefix.size().intValueExact(); a++) {
          entries.putIfAbsent(Vip.echo(prefix.addressAt(a)), i);
        }
      }
    }
    return new VipTable(entries);
  }

  private static void addEntries(Bind bind, int index, Map<Vip, Integer> entries) {
    int addresses = bind.prefix().size().intValueExact();
    for (int a = 0; a < addresses; a++) {
      IpAddress address = bind.prefix().addressAt(a);
      for (Protocol protocol : Protocol.values()) {
        if (bind.protocol().isEmpty() || bind.protocol().get() == protocol) {
          for (int port = bind.ports().first(); port <= bind.ports().last(); port++) {
            entries.putIfAbsent(new Vip(address, protocol.number(), port), index);
          }
        }
      }
    }
  }

  private static List<Integer> inOrder(List<Bind> binds, Comparator<Bind> order) {
    List<Integer> places = new ArrayList<>();
    for (int i = 0; i < binds.size(); i++) {
      places.add(i);
    }
    places.sort(Comparator.comparing(binds::get, order));
    return places;
  }

  private static Comparator<Bind> longestPrefixFirst() {
    return Comparator.comparingInt(b -> -b.prefix().length());
  }

  private static Comparator<Bind> echoOrder() {
    return longestPrefixFirst()
        .thenComparing(b -> b.protocol().isEmpty())
        .thenComparing(b -> b.protocol().orElse(Protocol.TCP))
        .thenComparingInt(b -> b.ports().first())
        .thenComparingInt(b -> b.ports().last());
  }

  private static Comparator<Bind> mostSpecificFirst() {
    return longestPrefixFirst()
        .thenComparing(b -> b.protocol().isEmpty())
        .thenComparingInt(b -> b.ports().size());
  }

  /** Exact entry to place of its bind in the list that was expanded. Unmodifiable. */
  public Map<Vip, Integer> entries() {
    return entries;
  }

  /** Place of the bind that {@code vip} belongs to, if any. */
  public Optional<Integer> bindOf(Vip vip) {
    return Optional.ofNullable(entries.get(vip));
  }
}
