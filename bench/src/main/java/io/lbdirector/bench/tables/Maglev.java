package io.lbdirector.bench.tables;

import io.lbdirector.forwarding.IpAddress;
import io.lbdirector.forwarding.SipHash24;
import io.lbdirector.forwarding.SipKey;
import java.util.Arrays;
import java.util.List;

/**
 * Maglev's table, to compare with: by turns each backend takes the next row that is free in its own
 * permutation of the rows.
 *
 * @see <a href="https://www.usenix.org/conference/nsdi16/technical-sessions/presentation/eisenbud">
 *     Maglev: A Fast and Reliable Software Network Load Balancer</a>, section 3.4
 */
final class Maglev {
  private static final short FREE = -1;

  private Maglev() {}

  /**
   * @param backends who take turns, in this order
   * @param rows a prime number above that of the backends
   * @return rows of one hop
   */
  static Placement place(SipKey seed, List<IpAddress> backends, int rows) {
    int[] offsets = new int[backends.size()];
    int[] skips = new int[backends.size()];
    for (int i = 0; i < offsets.length; i++) {
      byte[] address = backends.get(i).toBytes();
      offsets[i] = (int) Long.remainderUnsigned(hash(seed, address, 0), rows);
      skips[i] = 1 + (int) Long.remainderUnsigned(hash(seed, address, 1), rows - 1);
    }
    return new Placement(backends, 1, fill(rows, offsets, skips));
  }

  private static long hash(SipKey seed, byte[] address, int which) {
    byte[] message = Arrays.copyOf(address, address.length + 1);
    message[address.length] = (byte) which;
    return SipHash24.hash(seed, message);
  }

  /**
   * @param offsets of each backend, 0 to {@code rows} - 1
   * @param skips of each backend, 1 to {@code rows} - 1
   * @return for each row the backend that took it
   */
  static short[] fill(int rows, int[] offsets, int[] skips) {
    short[] takers = new short[rows];
    Arrays.fill(takers, FREE);
    int[] next = offsets.clone();
    for (int taken = 0; taken < rows; taken++) {
      int backend = taken % offsets.length;
      while (takers[next[backend]] != FREE) {
        next[backend] = (next[backend] + skips[backend]) % rows;
      }
      takers[next[backend]] = (short) backend;
    }
    return takers;
  }
}
