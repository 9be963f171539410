package io.lbdirector.forwarding;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.OptionalInt;
import java.util.Random;
import java.util.Set;
import java.util.function.Predicate;

/** Pools of backends for random tests; the same of the same seed. */
final class RandomPools {
  private final Random random;

  RandomPools(long seed) {
    this.random = new Random(seed);
  }

  byte[] key() {
    byte[] key = new byte[16];
    random.nextBytes(key);
    return key;
  }

  IpAddress address() {
    byte[] bytes = new byte[random.nextInt(3) == 0 ? 16 : 4];
    random.nextBytes(bytes);
    return IpAddress.of(bytes);
  }

  /** Active backends of weight 1, a third of them IPv6. */
  List<Backend> calm(int size) {
    Set<IpAddress> addresses = new HashSet<>();
    while (addresses.size() < size) {
      addresses.add(address());
    }
    List<Backend> pool = new ArrayList<>(addresses.stream().map(Backend::active).toList());
    Collections.shuffle(pool, random);
    return pool;
  }

  /** The same with random weights: all alike, near each other, or far apart. */
  List<Backend> weighted(List<Backend> pool) {
    return weightedUpTo(oneOf(1, 3, 100, Backend.MAX_WEIGHT), pool);
  }

  List<Backend> weightedUpTo(int highest, List<Backend> pool) {
    return pool.stream().map(b -> weighted(b, 1 + random.nextInt(highest))).toList();
  }

  static Backend weighted(Backend backend, int weight) {
    return new Backend(backend.address(), backend.state(), backend.sharePercent(), weight);
  }

  /** The same in random states, that many percent of them other than active. */
  List<Backend> unsettled(List<Backend> pool, int percent) {
    return pool.stream().map(b -> random.nextInt(100) < percent ? inAnyState(b) : b).toList();
  }

  Backend inAnyState(Backend backend) {
    BackendState state = BackendState.values()[random.nextInt(4)];
    boolean share = state == BackendState.FILLING && random.nextInt(4) > 0;
    OptionalInt percent = share ? OptionalInt.of(1 + random.nextInt(99)) : OptionalInt.empty();
    return new Backend(backend.address(), state, percent, backend.weight());
  }

  /** Of which that many percent are down. */
  Predicate<Backend> up(List<Backend> pool, int percentDown) {
    Set<IpAddress> down = new HashSet<>();
    for (Backend backend : pool) {
      if (random.nextInt(100) < percentDown) {
        down.add(backend.address());
      }
    }
    return backend -> !down.contains(backend.address());
  }

  TableRules rules(SipKey seed, int hops) {
    int limit = oneOf(1, 5, 20, 100, 1000);
    return random.nextInt(3) == 0
        ? TableRules.rendezvous(seed, hops)
        : TableRules.balanced(seed, limit, hops);
  }

  int oneOf(int... choices) {
    return choices[random.nextInt(choices.length)];
  }

  int below(int bound) {
    return random.nextInt(bound);
  }
}
