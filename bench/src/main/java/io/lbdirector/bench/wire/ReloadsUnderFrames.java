package io.lbdirector.bench.wire;

import static io.lbdirector.bench.harness.VoidRunException.requireEqual;

import io.lbdirector.bench.director.PhasedReload.Timing;
import io.lbdirector.bench.harness.Numbers;
import io.lbdirector.bench.harness.Report.Finding;
import io.lbdirector.bench.harness.Series;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Reloads one after another while frames go to the director and back, and in between the same
 * frames without a reload, and reloads without a frame. Every frame is accounted for.
 */
final class ReloadsUnderFrames {
  private static final String WAY = "reloads.";

  private final WireLab lab;
  private final Contestant director;
  private final Series idle = new Series(WAY + "without-frames-until-live", 1);
  private final Series busy = new Series(WAY + "under-frames-until-live", 1);
  private final Series still = new Series(WAY + "frames-without-reloads", FrameRace.BURST);
  private final Series swapped = new Series(WAY + "frames-under-reloads", FrameRace.BURST);
  private final Ledger stillLedger;
  private final Ledger swappedLedger;
  private int edits;

  ReloadsUnderFrames(WireLab lab) {
    this.lab = lab;
    director = lab.straightDirector();
    stillLedger = new Ledger(still.toString(), director.stations());
    swappedLedger = new Ledger(swapped.toString(), director.stations());
  }

  /** One thread sends, another reloads; what they do in the round before the first is no sample. */
  void run(FrameSender sender, int rounds, int bursts) {
    lab.place().update(director.program());
    for (int round = 0; round <= rounds; round++) {
      int number = round;
      int before = edits;
      AtomicBoolean sending = new AtomicBoolean(true);
      swappedLedger.enter(
          (long) bursts * FrameRace.BURST,
          () -> {
            CompletableFuture<Void> reloading =
                CompletableFuture.runAsync(() -> reloadWhile(sending, number));
            try {
              send(sender, swapped, number, bursts);
            } finally {
              sending.set(false);
            }
            reloading.join();
          });
      int reloads = edits - before;
      stillLedger.enter((long) bursts * FrameRace.BURST, () -> send(sender, still, number, bursts));
      for (int i = 0; i < reloads; i++) {
        reload(idle, number);
      }
    }
  }

  private static void send(FrameSender sender, Series series, int round, int bursts) {
    for (int burst = 0; burst < bursts; burst++) {
      long nanos = sender.send(FrameRace.BURST);
      if (round > 0) {
        series.add(round, nanos);
      }
    }
  }

  /** One at least: it began while frames were being sent. */
  private void reloadWhile(AtomicBoolean sending, int round) {
    do {
      reload(busy, round);
    } while (sending.get());
  }

  private void reload(Series series, int round) {
    edits++;
    Timing timing = lab.reload(edits);
    requireEqual(series.toString(), "tables written", 1, timing.tablesBuilt());
    if (round > 0) {
      series.add(round, timing.untilLive());
    }
  }

  List<Series> series() {
    return List.of(idle, busy, still, swapped);
  }

  String summary() {
    return "%d reloads while frames flow: p50 %s ms until live, %d of %s frames lost"
        .formatted(
            busy.count(),
            Numbers.millis(busy.percentile(50)),
            swappedLedger.lost(),
            Numbers.count(swappedLedger.passed(0)));
  }

  Finding finding() {
    List<List<String>> rows = new ArrayList<>();
    rows.add(row("frames, no reload", "0", "", "", still, stillLedger));
    rows.add(
        row(
            "frames and reloads",
            Numbers.count(busy.count()),
            Numbers.millis(busy.percentile(50)),
            Numbers.millis(busy.percentile(99)),
            swapped,
            swappedLedger));
    rows.add(
        List.of(
            "reloads, no frame",
            Numbers.count(idle.count()),
            Numbers.millis(idle.percentile(50)),
            Numbers.millis(idle.percentile(99)),
            "",
            "",
            "",
            ""));
    return new Finding(
        "Reloads while frames go to the director and back",
        List.of(
            "",
            "reloads",
            "until live, p50 ms",
            "p99 ms",
            "ns a frame",
            "÷ without reloads",
            "frames",
            "lost"),
        rows);
  }

  private List<String> row(
      String name, String reloads, String p50, String p99, Series frames, Ledger ledger) {
    return List.of(
        name,
        reloads,
        p50,
        p99,
        Numbers.nanos(frames.medianOfRounds()),
        Numbers.ratio(frames.medianRatioTo(still)),
        Numbers.count(ledger.passed(0)),
        Numbers.count(ledger.lost()));
  }
}
