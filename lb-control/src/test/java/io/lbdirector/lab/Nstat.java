package io.lbdirector.lab;

import com.google.gson.JsonParser;

/** What the kernel has counted on a host since the lab is up. */
final class Nstat {
  private Nstat() {}

  /**
   * @param counter a name of nstat(8), such as {@code TcpOutRsts}
   */
  static long of(Lab lab, Lab.Host host, String counter) {
    String json = lab.exec(host.name(), "nstat", "--ignore", "--noupdate", "--zeros", "--json");
    return JsonParser.parseString(json)
        .getAsJsonObject()
        .getAsJsonObject("kernel")
        .get(counter)
        .getAsLong();
  }
}
