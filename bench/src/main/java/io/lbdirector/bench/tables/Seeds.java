package io.lbdirector.bench.tables;

import io.lbdirector.forwarding.SipKey;
import java.util.Random;

/** Seeds of tables: as good as chosen at random, and the same in every run. */
final class Seeds {
  private Seeds() {}

  static SipKey of(int number) {
    byte[] bytes = new byte[SipKey.LENGTH];
    new Random(number).nextBytes(bytes);
    return SipKey.of(bytes);
  }
}
