package io.lbdirector.bench.tables;

import io.lbdirector.forwarding.Backend;
import io.lbdirector.forwarding.BackendState;
import io.lbdirector.forwarding.IpAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;

/** What may happen to a pool whose backends are all active and up. */
enum Change {
  DOWN("one goes down"),
  DRAIN("one drains"),
  SHARE("one fills again, at 50 %"),
  ADD("one is added"),
  ADD_TWO("two are added at once"),
  ADD_THREE("three are added at once"),
  REMOVE("one is removed"),
  DOUBLE("one's weight is doubled"),
  HALVE("one's weight is halved");

  private static final OptionalInt HALF = OptionalInt.of(50);

  private final String text;

  Change(String text) {
    this.text = text;
  }

  /**
   * A pool afterwards.
   *
   * @param down those that health lets lead no rows
   * @param ended those that run no more
   */
  record Outcome(List<Backend> pool, Set<IpAddress> down, Set<IpAddress> ended) {
    boolean isUp(Backend backend) {
      return !down.contains(backend.address());
    }
  }

  /**
   * @param pool as {@link Pools} makes them
   * @param which of the pool it happens to, if to one of it
   */
  Outcome of(List<Backend> pool, int which) {
    Backend one = pool.get(which);
    Set<IpAddress> address = Set.of(one.address());
    return switch (this) {
      case DOWN -> new Outcome(pool, address, address);
      case DRAIN -> with(pool, which, one.withState(BackendState.DRAINING));
      case SHARE -> with(pool, which, one.filling(HALF));
      case ADD -> added(pool, 1);
      case ADD_TWO -> added(pool, 2);
      case ADD_THREE -> added(pool, 3);
      case REMOVE -> new Outcome(without(pool, one), Set.of(), address);
      case DOUBLE -> with(pool, which, Pools.backend(which, 2 * one.weight()));
      case HALVE -> with(pool, which, Pools.backend(which, one.weight() / 2));
    };
  }

  private static Outcome with(List<Backend> pool, int which, Backend other) {
    List<Backend> changed = new ArrayList<>(pool);
    changed.set(which, other);
    return new Outcome(changed, Set.of(), Set.of());
  }

  private static Outcome added(List<Backend> pool, int count) {
    List<Backend> changed = new ArrayList<>(pool);
    for (int i = 0; i < count; i++) {
      changed.add(Pools.backend(pool.size() + i, pool.get(0).weight()));
    }
    return new Outcome(changed, Set.of(), Set.of());
  }

  private static List<Backend> without(List<Backend> pool, Backend one) {
    return pool.stream().filter(backend -> backend != one).toList();
  }

  /**
   * Whether a contender knows such a thing; Maglev as it is described has neither shares nor
   * weights.
   */
  boolean isKnownTo(Contender contender) {
    return !contender.isMaglev() || this != SHARE && this != DOUBLE && this != HALVE;
  }

  @Override
  public String toString() {
    return text;
  }
}
