package io.lbdirector.bench.director;

import io.lbdirector.forwarding.IpAddress;
import java.nio.charset.StandardCharsets;

/**
 * The text of a {@code forwarding.toml} of any size, before and after edits. Each table has a bind
 * of its own on one address, and backends and a seed that no other has, so that no two share rows.
 * Edit number e gives the first backend of one table, number {@code e mod tables}, another address;
 * nothing else changes from one edit to the next.
 *
 * @param tables 1 to 250
 * @param backends of each table, 1 to 25,000
 */
public record ConfigText(int tables, int backends) {
  private static final String DIRECTOR =
      """
      [director]
      interfaces = ["eth0"]
      source_ip  = "10.255.0.2"
      """;

  private static final String TABLE =
      """

      [[table]]
      name     = "table-%1$d"
      hash_key = "12345678901234561234567890123456"
      seed     = "3456789012345678345678900000%1$04x"

        [[table.bind]]
        ip    = "%2$s"
        proto = "tcp"
        port  = 443
      """;

  private static final String WIDE_BIND =
      """

        [[table.bind]]
        ip    = "%1$s"
        proto = "tcp"
        ports = "%2$s"
      """;

  private static final String BACKEND =
      """

        [[table.backend]]
        ip = "%s"
      """;

  /** The VIP of a table, IPv4. */
  public static String vip(int table) {
    return "203.0.113." + (table + 1);
  }

  /** The VIP of a table, IPv6. */
  public static String vip6(int table) {
    return "2001:db8:113::" + Integer.toHexString(table + 1);
  }

  /**
   * The file after an edit, its binds over IPv4.
   *
   * @param edit 0 before the first
   */
  public byte[] afterEdit(int edit) {
    StringBuilder text = new StringBuilder(DIRECTOR);
    for (int table = 0; table < tables; table++) {
      append(text, table, vip(table), lastEditOf(table, edit));
    }
    return bytes(text);
  }

  /**
   * The file before any edit, over IPv4, with one more bind in the last table.
   *
   * @param network that it is for
   * @param ports both ends
   */
  public byte[] withWideBind(String network, String ports) {
    StringBuilder text = new StringBuilder(DIRECTOR);
    for (int table = 0; table < tables; table++) {
      append(text, table, vip(table), 0);
    }
    return bytes(text.append(WIDE_BIND.formatted(network, ports)));
  }

  /** The file before any edit, its binds over IPv6; backends are IPv4 still. */
  public byte[] overIpv6() {
    StringBuilder text = new StringBuilder(DIRECTOR);
    for (int table = 0; table < tables; table++) {
      append(text, table, vip6(table), 0);
    }
    return bytes(text);
  }

  /** The last edit, up to {@code edit}, that changed the table; 0 if none did. */
  private int lastEditOf(int table, int edit) {
    return Math.max(0, edit - Math.floorMod(edit - table, tables));
  }

  /** Address of a backend before any edit. */
  public IpAddress backend(int table, int backend) {
    return IpAddress.parse(backend(table, backend, 0));
  }

  private static String backend(int table, int backend, int edit) {
    int third = backend / 250 + (backend == 0 && edit > 0 ? 100 + edit / 250 % 100 : 0);
    int fourth = 1 + (backend == 0 ? edit : backend) % 250;
    return "10." + (table + 1) + "." + third + "." + fourth;
  }

  private void append(StringBuilder text, int table, String vip, int edit) {
    text.append(TABLE.formatted(table, vip));
    for (int backend = 0; backend < backends; backend++) {
      text.append(BACKEND.formatted(backend(table, backend, edit)));
    }
  }

  private static byte[] bytes(StringBuilder text) {
    return text.toString().getBytes(StandardCharsets.UTF_8);
  }
}
