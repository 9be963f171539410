package io.lbdirector.bench.director;

import io.lbdirector.abi.LiveLayout.Echo;
import io.lbdirector.abi.LiveLayout.Settings;
import io.lbdirector.config.ConfigException;
import io.lbdirector.config.ConfigLoader;
import io.lbdirector.config.DirectorConfig;
import io.lbdirector.dataplane.DataPlane;
import io.lbdirector.dataplane.DataPlaneSwap;
import io.lbdirector.dataplane.DesiredState;
import io.lbdirector.dataplane.LiveState;
import io.lbdirector.dataplane.SwapStep;
import io.lbdirector.dataplane.Transition;
import io.lbdirector.forwarding.Backend;
import io.lbdirector.forwarding.ForwardingTable;
import io.lbdirector.forwarding.IpAddress;
import io.lbdirector.forwarding.RowOrder;
import io.lbdirector.forwarding.TableRows;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Reloads a data plane by the steps of {@link io.lbdirector.director.Director}, on one thread and
 * with a look at the clock between them. Rows of a table that did not change are kept.
 */
public final class PhasedReload {
  private final DataPlane plane;
  private final DataPlaneSwap swap;
  private final Map<Phase, Long> ends = new EnumMap<>(Phase.class);
  private final Map<String, RowOrder> orders = new HashMap<>();
  private Map<Inputs, ForwardingTable> built = Map.of();
  private DirectorConfig config;
  private Set<IpAddress> down = Set.of();
  private LiveState live = LiveState.NONE;

  /** All that decides the rows of a table. */
  private record Inputs(DirectorConfig.Table table, Set<IpAddress> down) {}

  /** The steps, in their order. */
  public enum Phase {
    /** Text to checked config. */
    PARSE,
    /** Rows and digests of the tables that changed. */
    BUILD,
    /** Which slots and indexes stay, and which are given out. */
    PLAN,
    /** Write the next generation beside the live one, and read it back. */
    PREPARE,
    /** The store that makes it live. */
    PUBLISH,
    /** Grace period, then free what only the old one used. */
    RETIRE
  }

  /**
   * One reload.
   *
   * @param nanos of each phase; they follow each other without a gap
   * @param tablesBuilt tables whose rows were written to the kernel
   */
  public record Timing(Map<Phase, Long> nanos, int tablesBuilt) {
    /** Nanoseconds until packets used the new generation: all phases but the last. */
    public long untilLive() {
      return untilDone() - nanos.get(Phase.RETIRE);
    }

    /** Nanoseconds until the next reload could begin. */
    public long untilDone() {
      return nanos.values().stream().mapToLong(Long::longValue).sum();
    }
  }

  /**
   * @param plane that serves nothing yet; not closed by this
   */
  public PhasedReload(DataPlane plane) {
    this.plane = plane;
    this.swap = new DataPlaneSwap(plane, this::lookAtClock);
  }

  private void lookAtClock(SwapStep step) {
    if (step == SwapStep.PUBLISH) {
      ends.put(Phase.PREPARE, System.nanoTime());
    } else if (step == SwapStep.SWEEP) {
      ends.put(Phase.PUBLISH, System.nanoTime());
    }
  }

  /** What is live. */
  public LiveState live() {
    return live;
  }

  /**
   * Makes a config live.
   *
   * @param toml without problems
   */
  public Timing reload(byte[] toml) {
    long start = System.nanoTime();
    config = parse(toml);
    return swap(start);
  }

  /**
   * Makes a verdict of health live, under the config of the last reload. There is nothing to parse.
   *
   * @param downNow all addresses that may not lead rows
   */
  public Timing flip(Set<IpAddress> downNow) {
    long start = System.nanoTime();
    down = downNow;
    return swap(start);
  }

  private Timing swap(long start) {
    ends.put(Phase.PARSE, System.nanoTime());
    DesiredState desired = build();
    ends.put(Phase.BUILD, System.nanoTime());
    Transition transition = Transition.of(live, desired);
    ends.put(Phase.PLAN, System.nanoTime());
    live = swap.apply(transition);
    ends.put(Phase.RETIRE, System.nanoTime());
    requireLive();
    return new Timing(durations(start), transition.newTables().size());
  }

  private static DirectorConfig parse(byte[] toml) {
    try {
      return ConfigLoader.load(toml, "bench");
    } catch (ConfigException e) {
      throw new IllegalArgumentException(e);
    }
  }

  private DesiredState build() {
    Map<Inputs, ForwardingTable> now = new HashMap<>();
    List<DesiredState.Table> tables = new ArrayList<>();
    for (DirectorConfig.Table table : config.tables()) {
      Inputs inputs = new Inputs(table, downOf(table));
      ForwardingTable kept = built.get(inputs);
      ForwardingTable rows = kept == null ? rows(inputs) : kept;
      now.put(inputs, rows);
      tables.add(desired(table, rows));
    }
    built = now;
    return new DesiredState(settings(config.director()), tables);
  }

  /** From the order that the table had before, if it was there; seeds do not change here. */
  private ForwardingTable rows(Inputs inputs) {
    DirectorConfig.Table table = inputs.table();
    RowOrder order =
        orders.compute(
            table.name(),
            (name, before) ->
                before == null
                    ? RowOrder.of(table.seed(), table.pool())
                    : before.changedTo(table.pool()));
    ForwardingTable rows =
        TableRows.build(
            table.rules(), order, table.pool(), b -> !inputs.down().contains(b.address()));
    rows.digest(); // what tells changed rows from kept ones belongs to the build
    return rows;
  }

  private Set<IpAddress> downOf(DirectorConfig.Table table) {
    return table.pool().stream()
        .map(Backend::address)
        .filter(down::contains)
        .collect(Collectors.toSet());
  }

  private static DesiredState.Table desired(DirectorConfig.Table table, ForwardingTable rows) {
    return new DesiredState.Table(
        table.name(),
        table.hashKey(),
        table.hashFields(),
        table.altHashFields(),
        false,
        rows,
        table.binds().stream().map(DirectorConfig.TableBind::bind).toList(),
        table.pool().stream().map(Backend::address).toList());
  }

  private static Settings settings(DirectorConfig.Director director) {
    return new Settings(
        director.sourceIp(),
        director.sourceIp6(),
        director.copyDscp(),
        Echo.valueOf(director.icmpEcho().name()),
        director.mtu(),
        director.tcpMss(),
        director.egress() == DirectorConfig.Egress.FIB);
  }

  private void requireLive() {
    if (plane.generation() != live.generation()) {
      throw new IllegalStateException(
          "generation " + plane.generation() + " is live, not " + live.generation());
    }
  }

  private Map<Phase, Long> durations(long start) {
    Map<Phase, Long> durations = new EnumMap<>(Phase.class);
    long before = start;
    for (Phase phase : Phase.values()) {
      durations.put(phase, ends.get(phase) - before);
      before = ends.get(phase);
    }
    return durations;
  }
}
