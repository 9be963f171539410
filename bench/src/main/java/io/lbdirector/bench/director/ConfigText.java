package io.lbdirector.bench.director;

import io.lbdirector.forwarding.IpAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Optional;

/**
 * The text of a {@code forwarding.toml} of any size, before and after edits. Each table has binds,
 * backends and a seed that no other has, so that no two share rows; binds are of one address each,
 * TCP port 443, and follow each other: the first table's, then the second's. An edit gives the
 * first backend of a table another address; nothing else changes from one edit to the next.
 *
 * @param tables 1 to 1,000
 * @param backends of each table, 1 to 8,000
 * @param binds of each table; 65,536 in all at most
 */
public record ConfigText(int tables, int backends, int binds, Kind kind, Optional<Wide> wide) {
  private static final String DIRECTOR =
      """
      [director]
      instance   = "%s"
      state_dir  = "%s"
      interfaces = ["eth0"]
      source_ip  = "10.255.0.2"
      """;

  /** Where directors of the harness keep what they keep: in memory, and not where others do. */
  static final Path STATE = Path.of("/run/lb-bench-" + ProcessHandle.current().pid());

  private static final String OWN_DIRECTOR = DIRECTOR.formatted("bench", STATE);

  private static final String SOURCE_IPV6 = "source_ip6 = \"2001:db8:255::2\"\n";

  private static final String TABLE =
      """

      [[table]]
      name     = "table-%1$d"
      hash_key = "12345678901234561234567890123456"
      seed     = "3456789012345678345678900000%1$04x"
      """;

  private static final String BIND =
      """

        [[table.bind]]
        ip    = "%s"
        proto = "tcp"
        port  = 443
      """;

  private static final String WIDE_BIND =
      """

        [[table.bind]]
        ip    = "%s"
        proto = "tcp"
        ports = "%s"
      """;

  private static final String BACKEND =
      """

        [[table.backend]]
        ip = "%s"
      """;

  private static final String INACTIVE = "  state = \"inactive\"\n";

  private static final int VIPS = 198 << 24 | 18 << 16; // 198.18.0.0, 2001:db8:113::c612:0
  private static final int BACKENDS = 10 << 24; // 10.0.0.0, 2001:db8:bac::a00:0
  private static final int TABLE_BITS = 14; // of a backend's number, those of one table
  private static final int EDITED = 1 << 13; // from here on, numbers of backends after an edit

  /** Of addresses and backends. */
  private enum Kind {
    IPV4,
    VIPS_IPV6,
    BACKENDS_IPV6,
    /** No backend takes packets. */
    IDLE
  }

  /**
   * One more bind, of the last table, TCP.
   *
   * @param network that it is for
   * @param ports both ends
   */
  public record Wide(String network, String ports) {}

  /** With one bind for each table, all over IPv4. */
  public static ConfigText of(int tables, int backends) {
    return new ConfigText(tables, backends, 1, Kind.IPV4, Optional.empty());
  }

  public ConfigText withBinds(int ofEachTable) {
    return new ConfigText(tables, backends, ofEachTable, kind, wide);
  }

  public ConfigText withWide(String network, String ports) {
    return new ConfigText(tables, backends, binds, kind, Optional.of(new Wide(network, ports)));
  }

  /**
   * The file before any edit, for a daemon: under a name of its own.
   *
   * @param folder for its socket and state
   */
  public byte[] toml(String instance, Path folder) {
    String admin = "\n[admin]\nsocket = \"%s\"\n".formatted(folder.resolve("s"));
    String text = new String(toml(), StandardCharsets.UTF_8);
    String head = DIRECTOR.formatted(instance, folder);
    return bytes(new StringBuilder(text.replace(OWN_DIRECTOR, head)).append(admin));
  }

  /** With VIPs over IPv6. */
  public ConfigText overIpv6() {
    return of(Kind.VIPS_IPV6);
  }

  /** With backends over IPv6. */
  public ConfigText toIpv6() {
    return of(Kind.BACKENDS_IPV6);
  }

  /** With backends that are all inactive. */
  public ConfigText idle() {
    return of(Kind.IDLE);
  }

  private ConfigText of(Kind other) {
    return new ConfigText(tables, backends, binds, other, wide);
  }

  /** The address of a bind, IPv4. */
  public static IpAddress vip(int bind) {
    return ipv4(VIPS + bind);
  }

  /** The address of a bind, IPv6; they differ in the last four bytes, which are those of IPv4. */
  public static IpAddress vip6(int bind) {
    return ipv6(0x20010db8, 0x01130000, VIPS + bind);
  }

  /** Address of a backend before any edit. */
  public IpAddress backend(int table, int backend) {
    return backend(table << TABLE_BITS | 1 + backend);
  }

  private IpAddress backend(int number) {
    return kind == Kind.BACKENDS_IPV6
        ? ipv6(0x20010db8, 0x0bac0000, BACKENDS + number)
        : ipv4(BACKENDS + number);
  }

  private static IpAddress ipv4(int address) {
    return IpAddress.of(ByteBuffer.allocate(4).putInt(address).array());
  }

  private static IpAddress ipv6(int first, int second, int last) {
    return IpAddress.of(
        ByteBuffer.allocate(16).putInt(first).putInt(second).putInt(0).putInt(last).array());
  }

  /** The file before any edit. */
  public byte[] toml() {
    return afterEdit(0);
  }

  /**
   * The file after an edit of one table: edit number e is of table {@code e mod tables}.
   *
   * @param edit 0 before the first
   */
  public byte[] afterEdit(int edit) {
    StringBuilder text = head();
    for (int table = 0; table < tables; table++) {
      append(text, table, lastEditOf(table, edit));
    }
    return bytes(text);
  }

  /**
   * The file after an edit of all tables.
   *
   * @param edit 0 before the first
   */
  public byte[] afterEditOfAll(int edit) {
    StringBuilder text = head();
    for (int table = 0; table < tables; table++) {
      append(text, table, edit);
    }
    return bytes(text);
  }

  private StringBuilder head() {
    return new StringBuilder(OWN_DIRECTOR).append(kind == Kind.BACKENDS_IPV6 ? SOURCE_IPV6 : "");
  }

  /** The last edit, up to {@code edit}, that changed the table; 0 if none did. */
  private int lastEditOf(int table, int edit) {
    return Math.max(0, edit - Math.floorMod(edit - table, tables));
  }

  private void append(StringBuilder text, int table, int edit) {
    text.append(TABLE.formatted(table));
    for (int bind = table * binds; bind < (table + 1) * binds; bind++) {
      text.append(BIND.formatted(kind == Kind.VIPS_IPV6 ? vip6(bind) : vip(bind)));
    }
    if (wide.isPresent() && table == tables - 1) {
      text.append(WIDE_BIND.formatted(wide.get().network(), wide.get().ports()));
    }
    for (int backend = 0; backend < backends; backend++) {
      IpAddress address =
          backend == 0 && edit > 0
              ? backend(table << TABLE_BITS | EDITED + edit % EDITED)
              : backend(table, backend);
      text.append(BACKEND.formatted(address)).append(kind == Kind.IDLE ? INACTIVE : "");
    }
  }

  private static byte[] bytes(StringBuilder text) {
    return text.toString().getBytes(StandardCharsets.UTF_8);
  }
}
