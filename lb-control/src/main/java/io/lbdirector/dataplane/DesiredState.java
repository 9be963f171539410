package io.lbdirector.dataplane;

import io.lbdirector.abi.LiveLayout.Settings;
import io.lbdirector.forwarding.Bind;
import io.lbdirector.forwarding.ForwardingTable;
import io.lbdirector.forwarding.HashField;
import io.lbdirector.forwarding.IpAddress;
import io.lbdirector.forwarding.SipKey;
import io.lbdirector.forwarding.Vip;
import io.lbdirector.forwarding.VipTable;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.Stream;

/**
 * What the next generation shall serve, in the words of the forwarding model: no slot, index or id
 * yet. Immutable.
 */
public final class DesiredState {
  private final Settings settings;
  private final List<Table> tables;
  private final List<Bind> binds;
  private final int[] tableOfBind;
  private final VipTable vips;

  /**
   * One table.
   *
   * @param ipip packets go to the first hop of their row in an outer IP header and nothing else
   * @param backends every backend address configured, in a row or not: each keeps its index
   * @param quic servers of {@code backends} only, binds of {@code binds} only
   */
  public record Table(
      String name,
      SipKey hashKey,
      Set<HashField> hashFields,
      Set<HashField> altHashFields,
      boolean ipip,
      ForwardingTable rows,
      List<Bind> binds,
      List<IpAddress> backends,
      Quic quic) {

    /** One whose packets all go by the hash. */
    public Table(
        String name,
        SipKey hashKey,
        Set<HashField> hashFields,
        Set<HashField> altHashFields,
        boolean ipip,
        ForwardingTable rows,
        List<Bind> binds,
        List<IpAddress> backends) {
      this(name, hashKey, hashFields, altHashFields, ipip, rows, binds, backends, Quic.NONE);
    }
  }

  /**
   * What of a table goes by the server id in a QUIC connection id.
   *
   * @param binds to which such packets come
   * @param servers who is named by each id, 0 to 65535; of those that an id may name now
   */
  public record Quic(Set<Bind> binds, Map<Integer, IpAddress> servers) {
    public static final Quic NONE = new Quic(Set.of(), Map.of());

    public Quic {
      binds = Set.copyOf(binds);
      servers = Map.copyOf(servers);
    }

    /** Whether any id of any packet names somebody. */
    boolean isInUse() {
      return !binds.isEmpty() && !servers.isEmpty();
    }
  }

  /**
   * @param tables names distinct, binds without ties
   */
  public DesiredState(Settings settings, List<Table> tables) {
    this.settings = settings;
    this.tables = List.copyOf(tables);
    List<Bind> all = new ArrayList<>();
    List<Integer> owners = new ArrayList<>();
    for (int t = 0; t < tables.size(); t++) {
      for (Bind bind : tables.get(t).binds()) {
        all.add(bind);
        owners.add(t);
      }
    }
    this.binds = Collections.unmodifiableList(all);
    this.tableOfBind = owners.stream().mapToInt(Integer::intValue).toArray();
    this.vips = VipTable.of(binds).withPortless(binds, this::portlessTable);
  }

  /** The table of a bind if ports do not enter its hashes. */
  private OptionalInt portlessTable(int bind) {
    Table table = tableOf(bind);
    boolean ports =
        Stream.of(table.hashFields(), table.altHashFields())
            .flatMap(Set::stream)
            .anyMatch(field -> field == HashField.SRC_PORT || field == HashField.DST_PORT);
    return ports ? OptionalInt.empty() : OptionalInt.of(tableOfBind[bind]);
  }

  Settings settings() {
    return settings;
  }

  List<Table> tables() {
    return tables;
  }

  /** All binds of all tables, in order; a bind is named by its place here. */
  List<Bind> binds() {
    return binds;
  }

  Table tableOf(int bind) {
    return tables.get(tableOfBind[bind]);
  }

  /** The exact entries, each with the place of its bind. */
  Map<Vip, Integer> exactEntries() {
    return vips.entries();
  }
}
