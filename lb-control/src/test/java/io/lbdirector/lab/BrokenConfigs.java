package io.lbdirector.lab;

import java.util.List;

/** Damages a good config, in several ways. */
final class BrokenConfigs {
  /** What is not even TOML, what is out of range, what is unknown, what contradicts itself. */
  private static final List<List<String>> DAMAGES =
      List.of(
          List.of("[director]", "[director"),
          List.of("hops = 2", "hops = 9"),
          List.of("hops = 2", "hopps = 2"),
          List.of(TableText.BACKEND2, TableText.BACKEND1),
          List.of("proto = \"udp\"", "proto = \"icmp\""));

  static final int COUNT = DAMAGES.size();

  private BrokenConfigs() {}

  /**
   * @param good has a table of two hops, with a UDP bind and {@link TableText#ALL}
   * @param way below {@link #COUNT}
   */
  static String damage(String good, int way) {
    List<String> damage = DAMAGES.get(way);
    String bad = good.replace(damage.get(0), damage.get(1));
    if (bad.equals(good)) {
      throw new AssertionError("nothing to damage: " + damage.get(0) + " in " + good);
    }
    return bad;
  }
}
