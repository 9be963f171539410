package io.lbdirector.lab;

import io.lbdirector.abi.Outcome;
import io.lbdirector.dataplane.BackendProgram;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.Map;

/** What a backend's program had counted at one moment, in packets. */
final class Outcomes {
  private static final Path BPFFS = Path.of("/sys/fs/bpf");

  private final Map<Outcome, Long> packets = new EnumMap<>(Outcome.class);

  private Outcomes() {}

  static Outcomes of(Lab.Host backend) {
    Outcomes outcomes = new Outcomes();
    new BackendProgram(BPFFS, backend.namespace().inode(), "eth0", new byte[0])
        .stats()
        .total()
        .forEach((outcome, count) -> outcomes.packets.put(outcome, count.packets()));
    return outcomes;
  }

  /** Of every backend. */
  static Map<Lab.Host, Outcomes> all(Lab lab) {
    Map<Lab.Host, Outcomes> all = new LinkedHashMap<>();
    lab.backends().forEach(backend -> all.put(backend, of(backend)));
    return all;
  }

  /** {@link #since} of every backend that has counted. */
  static Map<Lab.Host, Map<Outcome, Long>> since(Map<Lab.Host, Outcomes> before) {
    Map<Lab.Host, Map<Outcome, Long>> counted = new LinkedHashMap<>();
    before.forEach((backend, then) -> counted.put(backend, of(backend).since(then)));
    counted.values().removeIf(Map::isEmpty);
    return counted;
  }

  /** Packets that came to an outcome, over all backends. */
  static long sum(Lab lab, Outcome outcome) {
    return lab.backends().stream().mapToLong(backend -> of(backend).packets.get(outcome)).sum();
  }

  /**
   * What was counted since {@code before}, by outcome; nothing of outcomes that did not count, nor
   * of what went by, such as neighbour discovery.
   */
  Map<Outcome, Long> since(Outcomes before) {
    Map<Outcome, Long> counted = new EnumMap<>(Outcome.class);
    packets.forEach((outcome, now) -> counted.put(outcome, now - before.packets.get(outcome)));
    counted.remove(Outcome.PASSED);
    counted.values().removeIf(count -> count == 0);
    return counted;
  }
}
