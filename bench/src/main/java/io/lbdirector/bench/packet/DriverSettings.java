package io.lbdirector.bench.packet;

import io.lbdirector.bench.packet.Traffic.Pair;
import io.lbdirector.bench.packet.Traffic.Range;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * {@code struct bench_settings} of {@code bench_driver.bpf.c}, which says what its members mean.
 */
final class DriverSettings {
  private static final int OUTER_WORDS = 5;
  private static final int PAIRS = 2;
  private static final int PAIR_LENGTH = 24;
  private static final int LENGTH = 24 + OUTER_WORDS * Long.BYTES + PAIRS * PAIR_LENGTH;

  private DriverSettings() {}

  /**
   * @param growth bytes that the program puts in front; negative: takes off
   */
  static byte[] encode(Traffic traffic, int growth) {
    ByteBuffer frame = ByteBuffer.wrap(traffic.frame()).order(ByteOrder.nativeOrder());
    ByteBuffer settings = ByteBuffer.allocate(LENGTH).order(ByteOrder.nativeOrder());
    settings.putLong(frame.getLong(0)).putInt(frame.getInt(8)).putShort(frame.getShort(12));
    settings.putShort((short) traffic.frame().length);
    settings.putInt(growth);
    int words = traffic.outerLength() / Long.BYTES;
    settings.putInt(words);
    for (int word = 0; word < OUTER_WORDS; word++) {
      int at = Traffic.ETHERNET_LENGTH + word * Long.BYTES;
      settings.putLong(word < words ? frame.getLong(at) : 0);
    }
    traffic.pairs().forEach(pair -> put(settings, pair));
    return settings.array();
  }

  private static void put(ByteBuffer settings, Pair pair) {
    Range first = pair.first();
    Range second = pair.second();
    settings.putInt(pair.at()).putInt(first.base()).putInt(second.base());
    settings.putInt(first.count() - 1).putInt(second.count() - 1).putInt(0);
  }
}
