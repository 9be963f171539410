package io.lbdirector.bench.wire;

import io.lbdirector.bench.harness.Effort;
import io.lbdirector.bench.harness.Numbers;
import io.lbdirector.bench.harness.Report;
import io.lbdirector.bench.harness.Series;
import io.lbdirector.bench.harness.Suite;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** Packets and connections through a lab of network namespaces, with the director and without. */
public final class WireSuite implements Suite {
  @Override
  public String name() {
    return "wire";
  }

  @Override
  public Report run(Effort effort, Consumer<String> progress) {
    List<Report.Finding> findings = new ArrayList<>();
    List<Series> series = new ArrayList<>();
    int rounds = effort.of(31, 1);
    int bursts = effort.of(4, 1);
    try (WireLab lab = new WireLab()) {
      FrameRace straight = new FrameRace("straight", lab.straightContestants());
      try (FrameSender sender = lab.straightSender()) {
        straight.run(sender, lab.place(), rounds, bursts);
      }
      progress.accept(straight.summary());
      ReloadsUnderFrames reloads = new ReloadsUnderFrames(lab);
      try (FrameSender sender = lab.straightSender()) {
        reloads.run(sender, effort.of(31, 1), effort.of(8, 1));
      }
      progress.accept(reloads.summary());
      FrameRace routed = new FrameRace("routed", lab.routedContestants());
      try (FrameSender sender = lab.routedSender()) {
        routed.run(sender, lab.place(), rounds, bursts);
      }
      progress.accept(routed.summary());
      ConnectionRace connections = connections(lab, effort);
      progress.accept(connections.summary());
      findings.add(straight.rates("Router, director, and back"));
      findings.add(routed.rates("Client, router, director, router, backend"));
      findings.add(reloads.finding());
      findings.add(connections.finding());
      findings.add(straight.accounts("Router, director, and back"));
      findings.add(routed.accounts("Client, router, director, router, backend"));
      series.addAll(straight.series());
      series.addAll(routed.series());
      series.addAll(reloads.series());
      series.addAll(connections.series());
    }
    return new Report(
        "packets and connections through a network, end to end",
        findings,
        includes(rounds, bursts),
        excludes(),
        series);
  }

  private static ConnectionRace connections(WireLab lab, Effort effort) {
    ConnectionRace race =
        new ConnectionRace(
            lab.network().client(),
            WireLab.VIP,
            lab.serve(ConnectionRace.PORT),
            lab::forwarded,
            effort.of(64, 1) << 20);
    race.run(effort.of(21, 1), lab::turn);
    return race;
  }

  private static List<String> includes(int rounds, int bursts) {
    return List.of(
        "Network namespaces, linked by veth pairs with native XDP; the product's director with one"
            + " table of 50 backends, two hops a row, and the product's backend; one host takes the"
            + " packets of all 50.",
        "Frames are SYNs of 54 bytes, 65,536 flows, that a program makes and sends on one core by"
            + " BPF_PROG_TEST_RUN with live frames; whoever receives them works on the same core."
            + " The time is that of sending all; what comes after it is what rings hold.",
        rounds
            + " rounds; in each, every program stands in the director's place for "
            + bursts
            + " bursts of "
            + Numbers.count(FrameRace.BURST)
            + " frames. `stub` sends frames back as they came, `floor` with constant outer headers."
            + " A ratio is the median over rounds of that of two times of one round: above 1 is"
            + " slower.",
        "Every frame is accounted for: what one station counts is what the one before it counted,"
            + " less what the kernel says was dropped between; otherwise there is no page.",
        "Reloads give one of the 50 backends another address, one right after another, from the"
            + " text to the live generation, on a thread of its own. Frames under reloads, the same"
            + " frames without, and as many reloads without a frame take turns.",
        "Connections go client, router, director, router, backend, and answers backend, router,"
            + " client; without a director, client, router, backend. Both ways have the backend's"
            + " program. The director counted packets of the one way and none of the other. Their"
            + " ratio is one of rates: below 1 is slower.");
  }

  private static List<String> excludes() {
    return List.of(
        "Network cards. The path through veth, and the sender, are most of each figure: the ratio"
            + " to `stub` is smaller than that of the programs alone, which suite packet has.",
        "More cores than one for frames; connections have all, and share them with both ends.");
  }
}
