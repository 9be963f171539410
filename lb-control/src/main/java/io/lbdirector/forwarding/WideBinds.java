package io.lbdirector.forwarding;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * The binds of more than one address, protocol or port, with overlaps decided, so that a packet
 * needs no more than the longest prefix that holds its address, and there the span that holds its
 * port. A longer prefix hides nothing that it does not match: into its spans go those of the prefix
 * around it, wherever it has no bind of its own.
 *
 * <p>Exact binds are not in here. A packet that one of them matches belongs to it, whatever stands
 * here: see {@link BindPrecedence}.
 */
public final class WideBinds {
  /**
   * Most spans of one set of binds. Without nested prefixes {@link Builder four a bind} are enough,
   * so that 65,536 binds always fit; prefix in prefix repeats the outer one's.
   */
  public static final int MAX_SPANS = 262_144;

  private final Map<Prefix, Net> nets;
  private final int spans;

  WideBinds(Map<Prefix, Net> nets) {
    this.nets = Collections.unmodifiableMap(nets);
    Set<PortSpans> lists = Collections.newSetFromMap(new IdentityHashMap<>());
    nets.values().forEach(net -> Collections.addAll(lists, net.tcp(), net.udp()));
    this.spans = lists.stream().mapToInt(PortSpans::size).sum();
  }

  /**
   * What a prefix leads to, when no longer one holds the address. Lists may be the same object as
   * another's.
   *
   * @param echo place of the bind that echo requests follow
   */
  public record Net(PortSpans tcp, PortSpans udp, int echo) {}

  /** The spans come to more than {@link #MAX_SPANS}. */
  public static final class TooManySpansException extends IllegalArgumentException {
    private static final long serialVersionUID = 1L;
    private final int bind;

    TooManySpansException(int bind, Prefix prefix) {
      super("the wide binds come to more than " + MAX_SPANS + " spans of ports, with " + prefix);
      this.bind = bind;
    }

    /** Place of the first bind with the prefix that was too much. */
    public int bind() {
      return bind;
    }
  }

  /**
   * @param binds without {@link BindPrecedence#ties}; those that are exact are left out
   * @throws TooManySpansException if the binds come to more than {@link #MAX_SPANS}
   */
  public static WideBinds of(List<Bind> binds) {
    return new Builder(binds).build();
  }

  /**
   * The same, with a bind for fragments wherever ports decide nothing: that of the lowest place.
   * While there is room for its span, that is; fragments find their way without, by what the first
   * of them has said.
   *
   * @param tables by place of a bind, what its packets are sent by if that goes by addresses only
   * @param exact the same, by entry of an exact bind
   * @param <T> equal for binds whose packets go the same way
   */
  public <T> WideBinds withPortless(List<Optional<T>> tables, Map<Vip, Optional<T>> exact) {
    return new Portless<>(this, tables, exact).run();
  }

  /** By prefix, every prefix behind those that hold it. Unmodifiable. */
  public Map<Prefix, Net> nets() {
    return nets;
  }

  /** How many spans there are, in all lists. */
  public int spanCount() {
    return spans;
  }

  /**
   * Builds lists from the outermost prefix inwards. A list has at most 1 span in front and 2 for
   * each bind of its own. A prefix where both protocols have the same binds has one list for both;
   * where they differ there is a bind of one protocol only, in one list only. So n binds that no
   * other prefix holds come to at most 4n spans, whatever their prefixes.
   */
  private static final class Builder {
    private static final Comparator<Prefix> OUTER_FIRST =
        Comparator.comparing(Prefix::address).thenComparingInt(Prefix::length);

    private final List<Bind> binds;
    private final Map<Prefix, List<Integer>> places = new TreeMap<>(OUTER_FIRST);
    private final Map<Prefix, Net> nets = new LinkedHashMap<>();
    private int spans;

    Builder(List<Bind> binds) {
      this.binds = binds;
      for (int i = 0; i < binds.size(); i++) {
        if (!binds.get(i).isExact()) {
          places.computeIfAbsent(binds.get(i).prefix(), p -> new ArrayList<>()).add(i);
        }
      }
    }

    WideBinds build() {
      Deque<Prefix> around = new ArrayDeque<>(); // the prefixes that hold the one at hand
      Net nothing = new Net(PortSpans.NONE, PortSpans.NONE, PortSpans.NO_BIND);
      places.forEach(
          (prefix, own) -> {
            while (!around.isEmpty() && !around.peek().contains(prefix.address())) {
              around.pop();
            }
            nets.put(prefix, net(own, around.isEmpty() ? nothing : nets.get(around.peek())));
            around.push(prefix);
            if (spans > MAX_SPANS) {
              throw new TooManySpansException(own.get(0), prefix);
            }
          });
      return new WideBinds(nets);
    }

    private Net net(List<Integer> own, Net around) {
      List<Integer> ofTcp = those(own, Protocol.TCP);
      List<Integer> ofUdp = those(own, Protocol.UDP);
      PortSpans tcp = list(ofTcp, around.tcp());
      boolean alike = ofTcp.equals(ofUdp) && around.tcp() == around.udp();
      PortSpans udp = alike ? tcp : list(ofUdp, around.udp());
      Comparator<Integer> echo = Comparator.comparing(binds::get, BindPrecedence.ECHO);
      return new Net(tcp, udp, Collections.min(own, echo));
    }

    private List<Integer> those(List<Integer> own, Protocol protocol) {
      Optional<Protocol> wanted = Optional.of(protocol);
      return own.stream()
          .filter(i -> binds.get(i).protocol().or(() -> wanted).equals(wanted))
          .toList();
    }

    private PortSpans list(List<Integer> own, PortSpans around) {
      PortSpans list = PortSpans.of(binds, own, around);
      spans += list == around ? 0 : list.size();
      return list;
    }
  }
}
