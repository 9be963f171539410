package io.lbdirector.forwarding;

/**
 * All that decides the rows of a table, beside its backends.
 *
 * @param seed the same seed and backends give the same rows on every director
 * @param balanceLimitPermille how far above its part of the rows a backend may be, 1 to 1000; for
 *     {@link Algorithm#BALANCED}
 * @param hops most hops a row gets, 1 to {@link ForwardingTable#MAX_HOPS}
 */
public record TableRules(SipKey seed, Algorithm algorithm, int balanceLimitPermille, int hops) {
  private static final int MAX_LIMIT = 1000;
  private static final int DEFAULT_LIMIT = 20;

  /**
   * @throws IllegalArgumentException if the limit or the hops are out of range
   */
  public TableRules {
    if (hops < 1 || hops > ForwardingTable.MAX_HOPS) {
      throw new IllegalArgumentException(hops + " hops a row");
    }
    if (balanceLimitPermille < 1 || balanceLimitPermille > MAX_LIMIT) {
      throw new IllegalArgumentException(
          "a balance limit of " + balanceLimitPermille + " permille");
    }
  }

  public static TableRules rendezvous(SipKey seed, int hops) {
    return new TableRules(seed, Algorithm.RENDEZVOUS, DEFAULT_LIMIT, hops);
  }

  public static TableRules balanced(SipKey seed, int limitPermille, int hops) {
    return new TableRules(seed, Algorithm.BALANCED, limitPermille, hops);
  }
}
