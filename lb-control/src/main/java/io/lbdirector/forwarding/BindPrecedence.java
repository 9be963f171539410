package io.lbdirector.forwarding;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * Which of several binds has a packet. This is the definition, one bind after the other; what makes
 * it fast, in {@link WideBinds} and in the kernel, is held to it by tests.
 */
public final class BindPrecedence {
  /**
   * Among binds that match a whole packet: the longest prefix, then an exact protocol before any,
   * then the narrower range, of which one port is the narrowest.
   */
  static final Comparator<Bind> MOST_SPECIFIC_FIRST =
      longestPrefixFirst()
          .thenComparing(b -> b.protocol().isEmpty())
          .thenComparingInt(b -> b.ports().size());

  /**
   * Among binds that hold the address of an echo request: the longest prefix, then TCP before UDP
   * before any, then the lowest port; so the order of binds decides nothing.
   */
  static final Comparator<Bind> ECHO =
      longestPrefixFirst()
          .thenComparing(b -> b.protocol().isEmpty())
          .thenComparing(b -> b.protocol().orElse(Protocol.TCP))
          .thenComparingInt(b -> b.ports().first())
          .thenComparingInt(b -> b.ports().last());

  private BindPrecedence() {}

  private static Comparator<Bind> longestPrefixFirst() {
    return Comparator.comparingInt(b -> -b.prefix().length());
  }

  /**
   * Place of the bind that a packet belongs to, if any. Takes as long as there are binds.
   *
   * @param binds without {@link #ties}
   * @param packet an echo request, if it {@link Vip#isEcho}
   */
  public static Optional<Integer> bindOf(List<Bind> binds, Vip packet) {
    return IntStream.range(0, binds.size())
        .filter(place -> matches(binds.get(place), packet))
        .boxed()
        .min(Comparator.comparing(binds::get, packet.isEcho() ? ECHO : MOST_SPECIFIC_FIRST));
  }

  private static boolean matches(Bind bind, Vip packet) {
    boolean address = bind.prefix().contains(packet.address());
    boolean protocol = bind.protocol().map(p -> p.number() == packet.protocolNumber()).orElse(true);
    boolean port = bind.ports().first() <= packet.port() && packet.port() <= bind.ports().last();
    return address && (packet.isEcho() || protocol && port);
  }

  /** Two binds between which nothing decides, as places in the list of binds. */
  public record Tie(int first, int second) {}

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
}
