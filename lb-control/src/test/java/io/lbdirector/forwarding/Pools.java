package io.lbdirector.forwarding;

import java.util.List;
import java.util.OptionalInt;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Pools of backends for tests. */
final class Pools {
  /** The seeds of the golden values. */
  static final SipKey S = SipKey.parseHex("49a3d861d661ae5ab06ed9326871a2f5");

  static final SipKey T = SipKey.parseHex("34567890123456783456789012345678");

  private Pools() {}

  static List<Backend> active(String... addresses) {
    return Stream.of(addresses).map(IpAddress::parse).map(Backend::active).toList();
  }

  /** Active backends {@code prefix + from} to {@code prefix + to}. */
  static List<Backend> range(String prefix, int from, int to) {
    return IntStream.rangeClosed(from, to)
        .mapToObj(i -> Backend.active(IpAddress.parse(prefix + i)))
        .toList();
  }

  static Backend filling(Backend backend, int percent) {
    return new Backend(
        backend.address(), BackendState.FILLING, OptionalInt.of(percent), backend.weight());
  }

  /** {@code backends} with the one at {@code index} put in {@code state}. */
  static List<Backend> with(List<Backend> backends, int index, BackendState state) {
    return IntStream.range(0, backends.size())
        .mapToObj(i -> i == index ? backends.get(i).withState(state) : backends.get(i))
        .toList();
  }

  /** {@code count} active backends from {@code base + from} on. */
  static List<Backend> counted(String base, int from, int count) {
    Prefix prefix = new Prefix(IpAddress.parse(base), 16);
    return IntStream.range(from, from + count)
        .mapToObj(prefix::addressAt)
        .map(Backend::active)
        .toList();
  }

  /** {@code backends} with those weights, one each. */
  static List<Backend> weighted(List<Backend> backends, int... weights) {
    return IntStream.range(0, weights.length)
        .mapToObj(i -> RandomPools.weighted(backends.get(i), weights[i]))
        .toList();
  }

  /** {@code backends} with the one of the same address replaced. */
  static List<Backend> replaced(List<Backend> backends, Backend changed) {
    return backends.stream().map(b -> b.address().equals(changed.address()) ? changed : b).toList();
  }

  static List<Backend> concat(List<Backend> some, List<Backend> more) {
    return Stream.concat(some.stream(), more.stream()).toList();
  }
}
