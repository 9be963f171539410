package io.lbdirector.bench.packet;

import io.lbdirector.bench.harness.Effort;
import io.lbdirector.bench.harness.Numbers;
import io.lbdirector.bench.harness.Plot;
import io.lbdirector.bench.harness.Plot.Axis;
import io.lbdirector.bench.harness.Plot.Line;
import io.lbdirector.bench.harness.Plot.Point;
import io.lbdirector.bench.harness.Report;
import io.lbdirector.bench.harness.Series;
import io.lbdirector.bench.harness.Suite;
import io.lbdirector.bench.packet.CaseRun.Amount;
import io.lbdirector.bpf.BpfProgram;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** Nanoseconds per packet of the director's program and the backend's, beside stub and floor. */
public final class PacketSuite implements Suite {
  private final List<Path> pins;

  /**
   * @param pins XDP programs of others, pinned, that take part where they do the same; of each the
   *     file's name is its own
   */
  public PacketSuite(List<Path> pins) {
    this.pins = List.copyOf(pins);
  }

  @Override
  public String name() {
    return "packet";
  }

  @Override
  public Report run(Effort effort, Consumer<String> progress) {
    Amount amount = new Amount(effort.of(101, 3), effort.of(31, 2));
    Map<String, BpfProgram> others = new LinkedHashMap<>();
    try {
      for (Path pin : pins) {
        others.put(pin.getFileName().toString(), BpfProgram.openPinned(pin));
      }
      return run(effort, amount, others, progress);
    } finally {
      others.values().forEach(BpfProgram::close);
    }
  }

  private static Report run(
      Effort effort, Amount amount, Map<String, BpfProgram> others, Consumer<String> progress) {
    List<Report.Finding> findings = new ArrayList<>();
    List<Series> series = new ArrayList<>();
    Map<PacketCase, CaseRun> runs = new LinkedHashMap<>();
    for (PacketCase packets : PacketCase.all(effort)) {
      CaseRun run = CaseRun.best(packets, amount, others);
      runs.put(packets, run);
      findings.add(run.finding());
      series.addAll(run.series());
      progress.accept(run.summary());
    }
    return new Report(
        "nanoseconds per packet of the director's program, and the backend's",
        findings,
        includes(amount),
        excludes(),
        series,
        plots(runs));
  }

  private static List<Plot> plots(Map<PacketCase, CaseRun> runs) {
    return List.of(
        plot(PacketCase.BINDS, "IPv4 TCP, 1M flows, binds on one table", runs),
        plot(PacketCase.TABLES, "IPv4 TCP, 1M flows, tables of one bind each", runs));
  }

  private static Plot plot(String name, String title, Map<PacketCase, CaseRun> runs) {
    List<Point> director = new ArrayList<>();
    List<Point> floor = new ArrayList<>();
    runs.forEach(
        (packets, run) -> {
          Integer size = packets.sizes().get(name);
          if (size != null) {
            director.add(new Point(size, run.nanos()));
            floor.add(new Point(size, run.nanos("floor")));
          }
        });
    return new Plot(
        name,
        title,
        new Axis(name, true),
        new Axis("ns per packet, median", false),
        List.of(new Line("director", director), new Line("floor", floor)));
  }

  private static List<String> includes(Amount amount) {
    return List.of(
        "All that the program does with one packet, counters among it, and the driver's share: the"
            + " loop of BPF_PROG_TEST_RUN, putting the packet back, the next flow's addresses, a"
            + " tail call. `stub` (XDP_TX, nothing else) is that share, less the"
            + " bpf_xdp_adjust_head by which the driver takes off what the others put in front.",
        "`floor` does the least that changes packets as they must be: writes constant outer"
            + " headers, GUE with one hop behind the first (40 bytes; 72 over IPv6), takes them"
            + " off, or addresses them to the next hop; no lookup, no hash, no socket, no counter."
            + " Ratios are of whole figures, driver included.",
        "The director as the daemon loads it: tables of 50 backends, two hops a row, hashed by"
            + " source address, the ingress interface known to it. Frames are TCP segments without payload (54 bytes, 74 over IPv6), sources"
            + " follow each other, and so do the addresses of binds; caches are warm. 1k is 1,024,"
            + " 1M is 1,048,576.",
        "The backend's program lets anybody send, and looks for sockets in a network namespace"
            + " where the VIP has a connection with each of 1,024 clients, or none.",
        amount.rounds()
            + " rounds; in each, every program gets "
            + amount.batches()
            + " batches of "
            + Numbers.count(Driver.BATCH)
            + " packets. A round's figure is its fastest batch: what else the machine runs"
            + " interrupts the others. Minimum and median are over rounds, the ratio is the median"
            + " over rounds of the ratio of two figures of one round. With much memory in use it"
            + " matters where its pages lie: such cases are run three times, anew from loading on.",
        "The driver found every packet grown or shortened by exactly what it must, the product"
            + " counted every one as it must be, and the last of each round came out with its inner"
            + " packet whole; otherwise there is no page.");
  }

  private static List<String> excludes() {
    return List.of(
        "Network card and driver: a cold packet in memory, the receive ring, the transmit ring."
            + " They add the same to every program.",
        "Other cores: one core runs the program; nothing contends for its maps.",
        "A generation changing under way, and VLAN tags, options or fragments.");
  }
}
