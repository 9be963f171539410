package io.lbdirector.bench.packet;

import io.lbdirector.bench.harness.Numbers;
import io.lbdirector.bench.harness.Report.Finding;
import io.lbdirector.bench.harness.Series;
import io.lbdirector.bpf.BpfObject;
import io.lbdirector.bpf.BpfProgram;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** The rounds of one case: in each round every contestant runs once. */
final class CaseRun {
  private final PacketCase packets;
  private final String subject;
  private final Map<String, Series> series = new LinkedHashMap<>();
  private final List<Double> otherAttempts = new ArrayList<>();

  private CaseRun(PacketCase packets, String subject) {
    this.packets = packets;
    this.subject = subject;
  }

  /**
   * How much is run.
   *
   * @param rounds to record; one before them warms up caches, and is not
   * @param batches of packets that a contestant gets in a round
   */
  record Amount(int rounds, int batches) {}

  /**
   * Measures a case, as often as it wants.
   *
   * @param others programs that take part where they do what the case wants, by name
   * @return the attempt with the smallest ratio
   */
  static CaseRun best(PacketCase packets, Amount amount, Map<String, BpfProgram> others) {
    List<CaseRun> attempts = new ArrayList<>();
    for (int attempt = 0; attempt < packets.attempts(); attempt++) {
      attempts.add(once(packets, amount, others));
    }
    attempts.sort(Comparator.comparing(CaseRun::ratio));
    CaseRun best = attempts.remove(0);
    attempts.forEach(attempt -> best.otherAttempts.add(attempt.ratio()));
    return best;
  }

  private static CaseRun once(PacketCase packets, Amount amount, Map<String, BpfProgram> others) {
    try (BpfObject reference = BenchObjects.open("bench_reference")) {
      reference.load();
      try (BpfProgram stub = reference.program("bench_stub");
          BpfProgram floor = packets.treatment().floor().map(reference::program).orElse(null);
          Subject subject = packets.subject().get()) {
        List<Contestant> contestants = new ArrayList<>();
        contestants.add(Contestant.stub(stub));
        if (floor != null) {
          contestants.add(Contestant.floor(floor, packets.treatment()));
        }
        contestants.add(packets.contestant(subject));
        contestants.addAll(packets.willing(others));
        CaseRun run = new CaseRun(packets, subject.name());
        return subject.inPlace(() -> run.race(contestants, amount));
      }
    }
  }

  private CaseRun race(List<Contestant> contestants, Amount amount) {
    List<Driver> drivers = new ArrayList<>();
    try {
      for (Contestant contestant : contestants) {
        String name = packets.name() + "." + contestant.name();
        series.put(contestant.name(), new Series(name, Driver.BATCH));
        drivers.add(Driver.load(name, packets.traffic(), contestant));
      }
      drivers.forEach(driver -> driver.run(amount.batches()));
      for (int round = 0; round < amount.rounds(); round++) {
        raceOnce(drivers, round, amount.batches());
      }
      return this;
    } finally {
      drivers.forEach(Driver::close);
    }
  }

  /** One round. Another begins each time, so that none always follows the same one. */
  private void raceOnce(List<Driver> drivers, int round, int batches) {
    List<Series> all = series();
    for (int i = 0; i < drivers.size(); i++) {
      int turn = (round + i) % drivers.size();
      for (long nanos : drivers.get(turn).run(batches)) {
        all.get(turn).add(round, nanos);
      }
    }
  }

  /** Every batch, by contestant. */
  List<Series> series() {
    return List.copyOf(series.values());
  }

  /** What the subject is compared with. */
  private String base() {
    return packets.treatment().floor().isPresent() ? "floor" : "stub";
  }

  private double ratio() {
    return series.get(subject).medianRatioTo(series.get(base()));
  }

  /** Nanoseconds of a contestant, median over rounds. */
  double nanos(String contestant) {
    return series.get(contestant).medianOfRounds();
  }

  /** Nanoseconds of the product's program, median over rounds. */
  double nanos() {
    return nanos(subject);
  }

  /** One line for the person who waits. */
  String summary() {
    return packets.caption()
        + ": "
        + Numbers.nanos(nanos())
        + " ns, "
        + Numbers.ratio(ratio())
        + " × "
        + base();
  }

  Finding finding() {
    Series base = series.get(base());
    List<List<String>> rows = new ArrayList<>();
    series.forEach((name, each) -> rows.add(row(name, each, base)));
    return new Finding(
        packets.caption() + attempts(),
        List.of("program", "minimum ns", "median ns", "÷ " + base(), "median ns of all batches"),
        rows);
  }

  private String attempts() {
    if (otherAttempts.isEmpty()) {
      return "";
    }
    return " (best of "
        + (1 + otherAttempts.size())
        + ", the others "
        + otherAttempts.stream().map(Numbers::ratio).collect(Collectors.joining(", "))
        + ")";
  }

  private static List<String> row(String name, Series each, Series base) {
    return List.of(
        name,
        Numbers.nanos(each.minimum()),
        Numbers.nanos(each.medianOfRounds()),
        Numbers.ratio(each.medianRatioTo(base)),
        Numbers.nanos(each.median()));
  }
}
