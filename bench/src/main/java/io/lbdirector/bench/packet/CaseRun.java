package io.lbdirector.bench.packet;

import io.lbdirector.bench.director.PhasedReload;
import io.lbdirector.bench.director.PrivateDirector;
import io.lbdirector.bench.harness.Numbers;
import io.lbdirector.bench.harness.Report.Finding;
import io.lbdirector.bench.harness.Series;
import io.lbdirector.bpf.BpfObject;
import io.lbdirector.bpf.BpfProgram;
import io.lbdirector.dataplane.CounterReader;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The rounds of one case: in each round every contestant runs once. */
final class CaseRun {
  private final PacketCase packets;
  private final Map<String, Series> series = new LinkedHashMap<>();

  private CaseRun(PacketCase packets) {
    this.packets = packets;
  }

  /**
   * Measures a case. A round before the first warms up caches, and is not recorded.
   *
   * @param rounds to record
   * @param batches of packets that a contestant gets in a round
   */
  static CaseRun of(PacketCase packets, int rounds, int batches) {
    CaseRun run = new CaseRun(packets);
    try (BpfObject reference = BenchObjects.open("bench_reference")) {
      reference.load();
      try (BpfProgram stub = reference.program("bench_stub");
          BpfProgram floor = reference.program("bench_floor");
          PrivateDirector director = PrivateDirector.open()) {
        new PhasedReload(director.plane()).reload(packets.config());
        run.race(run.contestants(stub, floor, director), rounds, batches);
      }
    }
    return run;
  }

  private List<Contestant> contestants(
      BpfProgram stub, BpfProgram floor, PrivateDirector director) {
    List<Contestant> contestants = new ArrayList<>();
    contestants.add(Contestant.reference("stub", stub, 0));
    if (packets.isForwarded()) {
      contestants.add(Contestant.reference("floor", floor, PacketCase.GUE_GROWTH));
    }
    CounterReader counters = new CounterReader(director.plane());
    contestants.add(
        new Contestant(
            "director",
            director.plane().program(),
            packets.growth(),
            packets.isForwarded() ? Contestant.TX : Contestant.PASS,
            Optional.of(() -> counters.verdicts().get(packets.verdict()).packets())));
    return contestants;
  }

  private void race(List<Contestant> contestants, int rounds, int batches) {
    List<Driver> drivers = new ArrayList<>();
    try {
      for (Contestant contestant : contestants) {
        String name = packets.name() + "." + contestant.name();
        series.put(contestant.name(), new Series(name, Driver.BATCH));
        drivers.add(Driver.load(name, packets.traffic(), contestant));
      }
      drivers.forEach(driver -> driver.run(batches));
      for (int round = 0; round < rounds; round++) {
        raceOnce(drivers, round, batches);
      }
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

  /** What the director is compared with: the floor, or the stub where nothing is forwarded. */
  private String base() {
    return packets.isForwarded() ? "floor" : "stub";
  }

  /** One line for the person who waits. */
  String summary() {
    Series director = series.get("director");
    return packets.caption()
        + ": "
        + Numbers.nanos(director.medianOfRounds())
        + " ns, "
        + Numbers.ratio(director.medianRatioTo(series.get(base())))
        + " × "
        + base();
  }

  Finding finding() {
    Series base = series.get(base());
    List<List<String>> rows = new ArrayList<>();
    series.forEach((name, each) -> rows.add(row(name, each, base)));
    return new Finding(
        packets.caption(),
        List.of("program", "minimum ns", "median ns", "÷ " + base(), "median ns of all batches"),
        rows);
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
