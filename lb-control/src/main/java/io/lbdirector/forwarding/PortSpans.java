package io.lbdirector.forwarding;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.IntStream;

/**
 * All ports of one protocol, cut where the bind changes. Each span reaches to where the next
 * begins; the first begins at port 0, which no bind has, the last ends at 65535. Port 0 stands for
 * fragments, which have no port. Immutable.
 */
public final class PortSpans {
  /** In place of a bind: none has these ports. */
  public static final int NO_BIND = -1;

  /** No bind has any port. */
  static final PortSpans NONE = new PortSpans(new int[0], new int[0]);

  private static final int END = PortRange.ANY.last() + 1;

  private final int[] ports;
  private final int[] binds;

  private PortSpans(int[] ports, int[] binds) {
    this.ports = ports;
    this.binds = binds;
  }

  /**
   * The binds of one prefix and protocol where they match, and {@code around} elsewhere.
   *
   * @param own places in {@code binds}
   */
  static PortSpans of(List<Bind> binds, List<Integer> own, PortSpans around) {
    return own.isEmpty() ? around : new Sweep(binds, own).run().over(around);
  }

  /** How many spans; 0 if no bind has any port. */
  public int size() {
    return ports.length;
  }

  /** Lowest port of a span. */
  public int port(int span) {
    return ports[span];
  }

  /** Place of a span's bind, or {@link #NO_BIND}. */
  public int bind(int span) {
    return binds[span];
  }

  /** Places of all binds that have a port here. */
  IntStream bound() {
    return Arrays.stream(binds).filter(bind -> bind != NO_BIND).distinct();
  }

  /** The same, with port 0 given to a bind: fragments look for it. */
  PortSpans withPortless(int bind) {
    Joiner joined = new Joiner();
    joined.add(0, bind);
    joined.add(1, binds[0]); // the first span begins at 0
    for (int span = 1; span < size(); span++) {
      joined.add(ports[span], binds[span]);
    }
    return joined.toSpans();
  }

  /** These spans, with those of {@code around} where these have no bind. */
  private PortSpans over(PortSpans around) {
    if (around.size() == 0) {
      return this;
    }
    Joiner joined = new Joiner();
    for (int span = 0; span < size(); span++) {
      joined.add(ports[span], binds[span]);
      if (binds[span] == NO_BIND) {
        around.copyTo(joined, ports[span], span + 1 < size() ? ports[span + 1] : END);
      }
    }
    return joined.toSpans();
  }

  private void copyTo(Joiner target, int from, int end) {
    int found = Arrays.binarySearch(ports, from);
    int span = found >= 0 ? found : -found - 2; // the one that holds from
    for (; span < size() && ports[span] < end; span++) {
      target.add(Math.max(from, ports[span]), binds[span]);
    }
  }

  /** Collects spans in ascending order; neighbours with the same bind become one. */
  private static final class Joiner {
    private int[] ports = new int[8];
    private int[] binds = new int[8];
    private int size;

    /** Takes the place of a span that begins at the same port. */
    void add(int port, int bind) {
      if (size > 0 && ports[size - 1] == port) {
        size--;
      }
      if (size > 0 && binds[size - 1] == bind) {
        return;
      }
      if (size == ports.length) {
        ports = Arrays.copyOf(ports, 2 * size);
        binds = Arrays.copyOf(binds, 2 * size);
      }
      ports[size] = port;
      binds[size++] = bind;
    }

    PortSpans toSpans() {
      return new PortSpans(Arrays.copyOf(ports, size), Arrays.copyOf(binds, size));
    }
  }

  /** Goes over the ports from below, and knows at each which binds have it. */
  private static final class Sweep {
    /** A bind comes in at its first port, and goes out behind its last. */
    private record Edge(int port, int bind, boolean in) {}

    private final TreeSet<Integer> within;
    private final List<Edge> edges = new ArrayList<>();

    Sweep(List<Bind> binds, List<Integer> own) {
      Comparator<Integer> order =
          Comparator.comparing(binds::get, BindPrecedence.MOST_SPECIFIC_FIRST);
      within = new TreeSet<>(order.thenComparing(Comparator.naturalOrder()));
      for (int bind : own) {
        PortRange range = binds.get(bind).ports();
        edges.add(new Edge(range.first(), bind, true));
        edges.add(new Edge(range.last() + 1, bind, false));
      }
      edges.sort(Comparator.comparingInt(Edge::port));
    }

    PortSpans run() {
      Joiner spans = new Joiner();
      spans.add(0, NO_BIND);
      for (Edge edge : edges) {
        if (edge.in()) {
          within.add(edge.bind());
        } else {
          within.remove(edge.bind());
        }
        if (edge.port() < END) {
          spans.add(edge.port(), within.isEmpty() ? NO_BIND : within.first());
        }
      }
      return spans.toSpans();
    }
  }
}
