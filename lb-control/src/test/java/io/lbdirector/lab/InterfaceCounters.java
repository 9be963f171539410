package io.lbdirector.lab;

import java.util.LinkedHashMap;
import java.util.Map;

/** What an interface counted: one line of {@code /proc/net/dev}. */
record InterfaceCounters(
    long receivedPackets, long receiveDrops, long sentPackets, long sendDrops) {
  private static final int RECEIVED_PACKETS = 2; // columns; 0 is the name
  private static final int RECEIVE_DROPS = 4;
  private static final int SENT_PACKETS = 10;
  private static final int SEND_DROPS = 12;

  static InterfaceCounters of(Lab lab, String host, String device) {
    return all(lab, host).get(device);
  }

  /** Of every interface of a host, by its name. */
  static Map<String, InterfaceCounters> all(Lab lab, String host) {
    Map<String, InterfaceCounters> all = new LinkedHashMap<>();
    for (String line : lab.exec(host, "cat", "/proc/net/dev").lines().skip(2).toList()) {
      String[] field = line.strip().split("[: ]+");
      all.put(
          field[0],
          new InterfaceCounters(
              Long.parseLong(field[RECEIVED_PACKETS]),
              Long.parseLong(field[RECEIVE_DROPS]),
              Long.parseLong(field[SENT_PACKETS]),
              Long.parseLong(field[SEND_DROPS])));
    }
    return all;
  }
}
