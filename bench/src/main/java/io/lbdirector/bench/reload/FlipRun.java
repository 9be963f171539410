package io.lbdirector.bench.reload;

import static io.lbdirector.bench.harness.VoidRunException.requireEqual;

import io.lbdirector.bench.director.ConfigText;
import io.lbdirector.bench.director.PhasedReload;
import io.lbdirector.bench.director.PhasedReload.Phase;
import io.lbdirector.bench.director.PhasedReload.Timing;
import io.lbdirector.bench.director.PrivateDirector;
import io.lbdirector.bench.harness.Numbers;
import io.lbdirector.bench.harness.Report.Finding;
import io.lbdirector.bench.harness.Series;
import io.lbdirector.dataplane.LiveStateReader;
import io.lbdirector.forwarding.IpAddress;
import java.util.List;
import java.util.Set;

/** Health takes one backend out of a table and lets it in again, from verdict to live. */
final class FlipRun {
  private static final int BACKENDS = 250;

  private final Series rows = new Series("flip.build", 1);
  private final Series down = new Series("flip.down-until-live", 1);
  private final Series up = new Series("flip.up-until-live", 1);

  private FlipRun() {}

  /**
   * @param warmUps flips each way before the first that is recorded
   * @param flips each way
   */
  static FlipRun of(int warmUps, int flips) {
    FlipRun run = new FlipRun();
    ConfigText text = ConfigText.of(1, BACKENDS);
    IpAddress one = text.backend(0, BACKENDS / 2);
    try (PrivateDirector director = PrivateDirector.open()) {
      PhasedReload phased = new PhasedReload(director.plane());
      phased.reload(text.afterEdit(0));
      for (int flip = 1 - warmUps; flip <= flips; flip++) {
        Timing isDown = phased.flip(Set.of(one));
        requireEqual(run.down.toString(), "tables written", 1, isDown.tablesBuilt());
        boolean asPublished = LiveStateReader.read(director.plane()).equals(phased.live());
        requireEqual(run.down.toString(), "whether maps are as published", true, asPublished);
        Timing isUp = phased.flip(Set.of());
        requireEqual(run.up.toString(), "tables written", 1, isUp.tablesBuilt());
        if (flip > 0) {
          run.add(flip, isDown, isUp);
        }
      }
    }
    return run;
  }

  private void add(int flip, Timing isDown, Timing isUp) {
    rows.add(flip, isDown.nanos().get(Phase.BUILD));
    down.add(flip, isDown.untilLive());
    up.add(flip, isUp.untilLive());
  }

  List<Series> series() {
    return List.of(rows, down, up);
  }

  String summary() {
    return "one backend of %d down: p50 %s ms, p99 %s ms"
        .formatted(
            BACKENDS, Numbers.millis(down.percentile(50)), Numbers.millis(down.percentile(99)));
  }

  Finding finding() {
    return new Finding(
        "One backend of %d goes down and comes back, from verdict to live, in milliseconds"
            .formatted(BACKENDS),
        ReloadRun.HEADER,
        List.of(
            ReloadRun.row("rows and their digest", rows),
            ReloadRun.row("down, until live", down),
            ReloadRun.row("up again, until live", up)));
  }
}
