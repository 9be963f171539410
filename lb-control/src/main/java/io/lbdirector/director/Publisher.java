package io.lbdirector.director;

import io.lbdirector.config.DirectorConfig;
import io.lbdirector.dataplane.DataPlaneSwap;
import io.lbdirector.dataplane.LiveState;
import io.lbdirector.dataplane.Transition;
import io.lbdirector.director.DirectorControl.ProblemReport;
import io.lbdirector.director.DirectorControl.RefusedException;
import io.lbdirector.director.DirectorControl.StartingException;
import io.lbdirector.os.IpFamily;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Makes candidates live, and knows what is. Confined to the director's thread. */
final class Publisher {
  private static final Logger LOG = LoggerFactory.getLogger(Publisher.class);

  private final DirectorConfig started;
  private final DataPlaneSwap swap;
  private final Clock clock;
  private final Ports ports;
  private final Egress egress;
  private final boolean replacing;
  private final Consumer<GatewayTrackerSettings> gateways;
  private final Consumer<EgressSettings> routes;
  private final Consumer<DirectorConfig> onConfig;
  private Optional<Serving> serving = Optional.empty();

  /**
   * @param replacing whether packets go somewhere before the first generation is live, by another
   *     program
   * @param onConfig told of the config that is live, whenever something else is
   */
  Publisher(
      DirectorConfig started,
      DataPlaneSwap swap,
      Clock clock,
      Ports ports,
      Egress egress,
      boolean replacing,
      Consumer<GatewayTrackerSettings> gateways,
      Consumer<EgressSettings> routes,
      Consumer<DirectorConfig> onConfig) {
    this.started = started;
    this.swap = swap;
    this.clock = clock;
    this.ports = ports;
    this.egress = egress;
    this.replacing = replacing;
    this.gateways = gateways;
    this.routes = routes;
    this.onConfig = onConfig;
  }

  /**
   * What a change came to.
   *
   * @param changed false if the candidate asks for just what was live
   * @param tablesBuilt tables whose rows were written anew
   * @param warnings of the candidate and of this moment
   */
  record Published(
      Serving before, Serving now, boolean changed, int tablesBuilt, List<String> warnings) {}

  Optional<Serving> serving() {
    return serving;
  }

  /** What is live; nothing is yet when the admin socket opens. */
  Serving served() {
    return serving.orElseThrow(StartingException::new);
  }

  /** Makes the first candidate live, or finds that it is live already. */
  Serving takeOver(Candidate candidate, LiveState live) {
    Transition transition = plan(live, candidate);
    boolean adopted = transition.changesNothing();
    List<String> warnings = new ArrayList<>(candidate.warnings());
    silent(candidate, live)
        .forEach(warning -> LOG.atWarn().addKeyValue("warning", warning).log("gateway silent"));
    LiveState now = swap(transition, warnings);
    Serving taken =
        new Serving(
            candidate,
            now,
            transition.statsOfBinds(),
            clock.instant(),
            adopted,
            List.copyOf(warnings));
    serve(taken);
    logWarnings(taken);
    LOG.atInfo()
        .addKeyValue("generation", now.generation())
        .addKeyValue("tables", candidate.rows().size())
        .addKeyValue("config", taken.source())
        .log(adopted ? "generation taken over" : "generation published");
    return taken;
  }

  /** Whatever fails, what was live stays live, and its gateways are followed. */
  Published publish(Candidate candidate) {
    Serving before = served();
    try {
      return publish(candidate, before);
    } catch (RuntimeException | Error e) {
      follow(before.candidate());
      throw e;
    }
  }

  private Published publish(Candidate candidate, Serving before) {
    Transition transition = plan(before.live(), candidate);
    List<String> warnings = new ArrayList<>(candidate.warnings());
    boolean changes = !transition.changesNothing();
    List<String> silent = silent(candidate, before.live());
    LiveState live = swap(transition, warnings);
    List<String> kept = List.copyOf(warnings);
    Serving now =
        changes
            ? new Serving(candidate, live, transition.statsOfBinds(), clock.instant(), false, kept)
            : before.under(candidate, transition.statsOfBinds(), kept);
    serve(now);
    if (candidate.config() != before.candidate().config()) {
      logWarnings(now);
    }
    warnings.addAll(silent); // of this moment only: readiness tells how it goes on
    return new Published(
        before, now, changes, transition.newTables().size(), List.copyOf(warnings));
  }

  /** Of those that packets are to go to, who does not answer. */
  private List<String> silent(Candidate candidate, LiveState live) {
    List<String> warnings =
        new ArrayList<>(
            SilentGateways.warnings(coming(candidate, live), ports, candidate.config().director()));
    warnings.addAll(egress.warnings(candidate.egress().backends()));
    return warnings;
  }

  private void serve(Serving now) {
    serving = Optional.of(now);
    follow(now.candidate());
    tell(now.candidate().config());
  }

  /** What those who are told make of it changes nothing: it is live. */
  private void tell(DirectorConfig config) {
    try {
      onConfig.accept(config);
    } catch (RuntimeException e) {
      LOG.atError().setCause(e).log("new config not followed everywhere");
    }
  }

  private static void logWarnings(Serving now) {
    for (String warning : now.candidate().warnings()) {
      LOG.atWarn()
          .addKeyValue("config", now.source())
          .addKeyValue("warning", warning)
          .log("config warns");
    }
  }

  /** Follows the gateways of what is live, and no others any more. */
  void followServed() {
    follow(served().candidate());
  }

  /** Follows the gateways of {@code candidate}, and no others. */
  private void follow(Candidate candidate) {
    ports.want(candidate.families());
    gateways.accept(GatewayTrackerSettings.of(candidate.config().director()));
    routes.accept(candidate.egress());
  }

  private static Transition plan(LiveState live, Candidate candidate) {
    try {
      return Transition.of(live, candidate.desired());
    } catch (RuntimeException e) {
      throw refused("the new generation cannot be laid out beside the live one", e);
    }
  }

  private LiveState swap(Transition transition, List<String> warnings) {
    try {
      return swap.apply(transition);
    } catch (DataPlaneSwap.RetireException e) {
      warnings.add(e.getMessage());
      LOG.atWarn()
          .addKeyValue("generation", e.live().generation())
          .setCause(e)
          .log("retire failed");
      return e.live();
    } catch (RuntimeException e) {
      throw refused("the kernel refused the new generation", e);
    }
  }

  static RefusedException refused(String what, RuntimeException cause) {
    String why = cause.getMessage() == null ? cause.toString() : cause.getMessage();
    return new RefusedException(
        what + "; nothing has changed", List.of(new ProblemReport(0, "", why)), cause);
  }

  /** Whether a candidate asks for anything but what is live. */
  boolean wouldChange(Candidate candidate) {
    return !plan(served().live(), candidate).changesNothing();
  }

  /**
   * Has the gateways found, and the next hops, that packets do not go to yet, but will: once
   * published, a packet without a next hop's MAC is a packet lost. Those in use are followed as
   * before.
   */
  CompletableFuture<Void> resolve(Candidate candidate, LiveState live) {
    return CompletableFuture.allOf(resolveGateways(candidate, live), resolveHops(candidate, live));
  }

  private CompletableFuture<Void> resolveHops(Candidate candidate, LiveState live) {
    EgressSettings wanted = candidate.egress();
    if (live.generation() == 0 && !replacing || wanted.backends().isEmpty()) {
      return CompletableFuture.completedFuture(null);
    }
    routes.accept(serving.map(s -> wanted.and(s.candidate().egress())).orElse(wanted));
    return egress.settled(wanted.backends());
  }

  private CompletableFuture<Void> resolveGateways(Candidate candidate, LiveState live) {
    Set<IpFamily> coming = coming(candidate, live);
    if (coming.isEmpty()) {
      return CompletableFuture.completedFuture(null);
    }
    DirectorConfig running = serving.map(s -> s.candidate().config()).orElse(started);
    ports.want(Families.union(Families.of(running.director()), coming));
    gateways.accept(
        GatewayTrackerSettings.of(running.director())
            .or(GatewayTrackerSettings.of(candidate.config().director())));
    return ports.resolved(coming);
  }

  /**
   * Families whose gateways packets will go to and now do not; none while no packet goes anywhere.
   */
  private Set<IpFamily> coming(Candidate candidate, LiveState live) {
    if (live.generation() == 0) {
      return replacing ? candidate.families() : Set.of();
    }
    return Families.minus(candidate.families(), Families.of(live.settings()));
  }
}
