package io.lbdirector.dataplane;

import io.lbdirector.abi.LiveLayout.Settings;
import io.lbdirector.abi.VipLayout.Target;
import io.lbdirector.forwarding.Bind;
import io.lbdirector.forwarding.IpAddress;
import io.lbdirector.forwarding.Vip;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What one generation serves, as it stands in the maps. Immutable.
 *
 * @param generation 0 if nothing has been published
 * @param vips every entry of the generation's VIP hash maps
 * @param wide every bind that is not exact, hidden by others or not, in the order of the map
 * @param serverSets number of every set of server ids that QUIC connection ids may have: each id
 *     with the address that has it; tables of equal sets share one
 * @param backends index in lb_backends of every address
 * @param tables slot in lb_tables of the rows with a given digest; tables of equal rows share one
 */
public record LiveState(
    long generation,
    Settings settings,
    Map<Vip, Target> vips,
    Map<Bind, Target> wide,
    Map<Map<Integer, IpAddress>, Integer> serverSets,
    Map<IpAddress, Integer> backends,
    Map<String, Integer> tables) {

  /** Before the first generation. */
  public static final LiveState NONE =
      new LiveState(0, Settings.NONE, Map.of(), Map.of(), Map.of(), Map.of(), Map.of());

  public LiveState {
    vips = Map.copyOf(vips);
    wide = Collections.unmodifiableMap(new LinkedHashMap<>(wide));
    serverSets = Map.copyOf(serverSets);
    backends = Map.copyOf(backends);
    tables = Map.copyOf(tables);
  }

  /**
   * Whether all that {@code wanted} serves is served here, by the same slots, indexes and ids. More
   * may stand in the maps: what a daemon that died left behind.
   */
  boolean serves(LiveState wanted) {
    return settings.equals(wanted.settings)
        && vips.equals(wanted.vips)
        && wide.equals(wanted.wide)
        && serverSets.entrySet().containsAll(wanted.serverSets.entrySet())
        && backends.entrySet().containsAll(wanted.backends.entrySet())
        && tables.entrySet().containsAll(wanted.tables.entrySet());
  }

  /** The same under another number. */
  LiveState withGeneration(long number) {
    return new LiveState(number, settings, vips, wide, serverSets, backends, tables);
  }
}
