package io.lbdirector.bench.packet;

import io.lbdirector.bench.harness.Effort;
import io.lbdirector.bench.harness.Numbers;
import io.lbdirector.bench.harness.Report;
import io.lbdirector.bench.harness.Series;
import io.lbdirector.bench.harness.Suite;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** Nanoseconds per packet of the director's program, beside a stub and a floor. */
public final class PacketSuite implements Suite {
  private static final List<PacketCase> CASES =
      List.of(
          PacketCase.ipv4("ipv4-tcp-1k", 1 << 10, "1k"),
          PacketCase.ipv4("ipv4-tcp-1m", 1 << 20, "1M"),
          PacketCase.ipv6("ipv6-tcp-1k", 1 << 10, "1k"),
          PacketCase.wide("wide-1k", 1 << 10, "1k"),
          PacketCase.foreign("foreign-1k", 1 << 10, "1k"),
          PacketCase.foreignBesideWide("foreign-wide-far-1k", 1 << 10, "1k", false),
          PacketCase.foreignBesideWide("foreign-wide-near-1k", 1 << 10, "1k", true));

  @Override
  public String name() {
    return "packet";
  }

  @Override
  public Report run(Effort effort, Consumer<String> progress) {
    int rounds = effort.of(101, 3);
    int batches = effort.of(31, 2);
    List<Report.Finding> findings = new ArrayList<>();
    List<Series> series = new ArrayList<>();
    for (PacketCase packets : CASES) {
      CaseRun run = CaseRun.of(packets, rounds, batches);
      findings.add(run.finding());
      series.addAll(run.series());
      progress.accept(run.summary());
    }
    return new Report(
        "nanoseconds per packet of the director's program",
        findings,
        includes(rounds, batches),
        excludes(),
        series);
  }

  private static List<String> includes(int rounds, int batches) {
    return List.of(
        "All that the program does with one packet, counters among it, and the driver's share: the"
            + " loop of BPF_PROG_TEST_RUN, putting the packet back, the next source address, a tail"
            + " call. `stub` (XDP_TX, nothing else) is that share, less the bpf_xdp_adjust_head by"
            + " which the driver takes off what `floor` and `director` put in front.",
        "`floor` writes constant outer headers, GUE with one hop behind the first: 40 bytes; no"
            + " lookup, no hash, no counter. Ratios are of whole figures, driver included.",
        "The director as the daemon loads it: one table of 50 backends, two hops a row, hashed by"
            + " source address, the ingress interface known to it. Frames are TCP segments without"
            + " payload (54 bytes, 74 over IPv6), sources follow each other, caches are warm.",
        rounds
            + " rounds; in each, every program gets "
            + batches
            + " batches of "
            + Numbers.count(Driver.BATCH)
            + " packets. A round's figure is its fastest batch: what else the machine runs"
            + " interrupts the others. Minimum and median are over rounds, the ratio is the median"
            + " over rounds of the ratio of two figures of one round.",
        "The driver found every packet grown by exactly what it must, the director counted every"
            + " one under the verdict that it must get, and the last of each round came out with"
            + " its inner packet whole; otherwise there is no page.");
  }

  private static List<String> excludes() {
    return List.of(
        "Network card and driver: a cold packet in memory, the receive ring, the transmit ring."
            + " They add the same to every program.",
        "Other cores: one core runs the program; nothing contends for its maps.",
        "A generation changing under way, and VLAN tags, options, fragments or ICMP.");
  }
}
