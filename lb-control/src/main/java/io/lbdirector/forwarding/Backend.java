package io.lbdirector.forwarding;

import java.util.OptionalInt;

/**
 * A server behind a table.
 *
 * @param address where encapsulated packets go
 * @param state what the operator wants of it
 * @param sharePercent for {@link BackendState#FILLING} only: 1 to 99, the share of the rows it
 *     would lead; empty means all of them
 * @param weight nominal capacity, 1 to 65535: its part of the rows, beside the weights of the
 *     others
 */
public record Backend(IpAddress address, BackendState state, OptionalInt sharePercent, int weight) {
  public static final int MAX_WEIGHT = 65_535;

  /**
   * @throws IllegalArgumentException if weight or share is out of range, or a share is given to a
   *     backend that is not filling
   */
  public Backend {
    if (weight < 1 || weight > MAX_WEIGHT) {
      throw new IllegalArgumentException("weight = " + weight + " is outside 1 to " + MAX_WEIGHT);
    }
    if (sharePercent.isPresent()) {
      int share = sharePercent.getAsInt();
      if (state != BackendState.FILLING || share < 1 || share > 99) {
        throw new IllegalArgumentException("share = " + share + "% of a backend that is " + state);
      }
    }
  }

  public static Backend active(IpAddress address) {
    return new Backend(address, BackendState.ACTIVE, OptionalInt.empty(), 1);
  }

  /**
   * @param newShare 1 to 99; empty: all of its rows
   */
  public Backend filling(OptionalInt newShare) {
    return new Backend(address, BackendState.FILLING, newShare, weight);
  }

  public Backend withState(BackendState newState) {
    return new Backend(address, newState, OptionalInt.empty(), weight);
  }
}
