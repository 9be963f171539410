package io.lbdirector.forwarding;

/**
 * Ports from {@code first} to {@code last}, both included.
 *
 * @param first 1 to 65535
 * @param last {@code first} to 65535
 */
public record PortRange(int first, int last) {
  public static final PortRange ANY = new PortRange(1, 65535);

  /**
   * @throws IllegalArgumentException if a port is out of range or the range is upside down
   */
  public PortRange {
    if (first < 1 || last > 65535 || first > last) {
      throw new IllegalArgumentException("no port range " + first + "-" + last);
    }
  }

  public static PortRange single(int port) {
    return new PortRange(port, port);
  }

  /** How many ports: 1 to 65535. */
  public int size() {
    return last - first + 1;
  }

  public boolean isSingle() {
    return first == last;
  }

  @Override
  public String toString() {
    return isSingle() ? Integer.toString(first) : first + "-" + last;
  }
}
