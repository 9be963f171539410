package io.lbdirector.abi;

/**
 * A value of {@code lb_vip_seen}: a counter for each outcome. Mirrors {@code struct
 * lb_vip_outcomes} in lb_abi.h.
 *
 * <pre> 0: outcomes (16 each, by number of the outcome) | length 224 </pre>
 */
public final class VipOutcomesLayout {
  static final int OUTCOMES_OFFSET = 0;
  public static final int LENGTH = Outcome.values().length * CounterLayout.LENGTH;

  private VipOutcomesLayout() {}

  /**
   * @return packets and bytes of each outcome, in their order: twice as many numbers as outcomes
   */
  public static long[] decode(byte[] bytes) {
    long[] numbers = new long[LENGTH / Long.BYTES];
    Abi.reading(bytes, LENGTH).asLongBuffer().get(numbers);
    return numbers;
  }
}
