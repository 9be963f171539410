package io.lbdirector.bench.packet;

import java.util.Optional;

/**
 * What every packet of a case must meet with, and the least program that does so, of {@code
 * bench_reference.bpf.c}.
 */
enum Treatment {
  /** Sent on in outer IPv4, UDP, GUE with one hop behind the first. */
  WRAPPED("bench_floor", 20 + 8 + 8 + 4, Contestant.TX),
  WRAPPED_IN_IPV6("bench_floor6", 40 + 8 + 8 + 16, Contestant.TX),
  /** To the kernel, without what was WRAPPED around it. */
  UNWRAPPED("bench_unwrap", -(20 + 8 + 8 + 4), Contestant.PASS),
  /** Sent on to the hop behind. */
  RELAYED("bench_relay", 0, Contestant.TX),
  PASSED(null, 0, Contestant.PASS),
  DROPPED(null, 0, Contestant.DROP);

  private final String floor;
  private final int growth;
  private final int action;

  Treatment(String floor, int growth, int action) {
    this.floor = floor;
    this.growth = growth;
    this.action = action;
  }

  /** Name of the least program, where it differs from doing nothing. */
  Optional<String> floor() {
    return Optional.ofNullable(floor);
  }

  /** Bytes that stand in front of the packet afterwards, or, if negative, do so no more. */
  int growth() {
    return growth;
  }

  int action() {
    return action;
  }
}
