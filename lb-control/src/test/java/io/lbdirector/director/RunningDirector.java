package io.lbdirector.director;

import io.lbdirector.bpf.PrivateBpfFs;
import io.lbdirector.bpf.XdpLink;
import io.lbdirector.dataplane.Attachments.Attached;
import io.lbdirector.dataplane.BpfObjects;
import io.lbdirector.dataplane.DataPlane;
import io.lbdirector.dataplane.PinFolder;
import io.lbdirector.dataplane.SwapStep;
import io.lbdirector.director.DirectorControl.Readiness;
import io.lbdirector.director.DirectorControl.ReloadReport;
import io.lbdirector.director.DirectorControl.StatusReport;
import io.lbdirector.forwarding.MacAddress;
import io.lbdirector.packet.Actors;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.stream.Stream;

/** A director over a data plane in this kernel, pinned in a bpffs of its own. Needs root. */
final class RunningDirector implements AutoCloseable {
  static final Optional<MacAddress> UNKNOWN = Optional.empty();
  static final Optional<MacAddress> GATEWAY = Optional.of(Actors.GATEWAY_MAC);
  static final Optional<MacAddress> GATEWAY6 = Optional.of(Actors.GATEWAY6_MAC);

  /** Index of {@code lo}, in every network namespace. */
  static final int LO = 1;

  /** A folder that cannot be made. */
  private static final Path NOWHERE = Path.of("/proc/nowhere");

  private final PrivateBpfFs bpffs = PrivateBpfFs.mount();
  private final List<GatewayTrackerSettings> followed = new CopyOnWriteArrayList<>();
  private final List<EgressSettings> routed = new CopyOnWriteArrayList<>();
  private final List<Readiness> readiness = new CopyOnWriteArrayList<>();
  private Duration gatewayWait = Duration.ofSeconds(30);
  private volatile SwapStep.Observer observer = SwapStep.Observer.NONE;
  private volatile Consumer<GatewayTrackerSettings> tracker = settings -> {};
  private volatile Consumer<EgressSettings> routes = settings -> {};
  private final FakeChecks health = new FakeChecks();
  private volatile BackendOutcomes outcomes = BackendOutcomes.SILENT;
  private Clock clock = Clock.systemUTC();
  private volatile Duration clockSet = Duration.ZERO;
  private StateFolder state;
  private DataPlane plane;
  private Director director;

  /** Loads the data plane; the director is not started yet. */
  static RunningDirector load(String toml) {
    return load(toml, NOWHERE);
  }

  private static RunningDirector load(String toml, Path stateDir) {
    RunningDirector running = new RunningDirector();
    running.state = new StateFolder(stateDir, "test");
    try {
      running.open(toml);
      return running;
    } catch (RuntimeException | Error e) {
      running.close();
      throw e;
    }
  }

  /** Knows its port and its gateway, and serves {@code toml} as generation 1. */
  static RunningDirector start(String toml) {
    return start(toml, NOWHERE);
  }

  /** The same, and keeps in {@code stateDir} what is set by hand. */
  static RunningDirector start(String toml, Path stateDir) {
    RunningDirector running = load(toml, stateDir);
    try {
      running.director.portChanged(port(LO, GATEWAY, GATEWAY6));
      running.director.start();
      return running;
    } catch (RuntimeException | Error e) {
      running.close();
      throw e;
    }
  }

  /** As another daemon on the same pins; the director is not started yet. */
  void restart(String toml) {
    end();
    open(toml);
  }

  private void open(String toml) {
    plane = DataPlane.open(PinFolder.of(bpffs.folder(), "test"), BpfObjects.director());
    director =
        new Director(
            ConfigText.config(toml),
            ConfigText.source(toml),
            new Director.Surroundings(
                plane,
                settings -> {
                  followed.add(settings);
                  tracker.accept(settings);
                },
                settings -> {
                  routed.add(settings);
                  routes.accept(settings);
                },
                health,
                (backend, vip) -> outcomes.ask(backend, vip),
                live -> {},
                readiness::add,
                clock),
            step -> observer.before(step),
            new DirectorPace(
                gatewayWait, Duration.ofMillis(100), Duration.ofMillis(500), this::nanos),
            state);
  }

  /** From now on the disk takes nothing: there is a file where its folder was. */
  void refuseState() throws IOException {
    Path folder = state.path("");
    if (Files.exists(folder)) {
      try (Stream<Path> files = Files.list(folder)) {
        for (Path file : files.toList()) {
          Files.delete(file);
        }
      }
      Files.delete(folder);
    }
    Files.writeString(folder, "a file where the folder should be");
  }

  Director director() {
    return director;
  }

  DataPlane plane() {
    return plane;
  }

  /** What the director has checked, and what is found. */
  FakeChecks health() {
    return health;
  }

  /** Has backends answer so. */
  void outcomes(BackendOutcomes answers) {
    outcomes = answers;
  }

  /** For directors made from now on. */
  void clock(Clock newClock) {
    clock = newClock;
  }

  /** For directors made from now on: they are told the time by {@code source}. */
  void time(InstantSource source) {
    clock(
        new Clock() {
          @Override
          public ZoneId getZone() {
            return ZoneOffset.UTC;
          }

          @Override
          public Clock withZone(ZoneId zone) {
            return this;
          }

          @Override
          public Instant instant() {
            return source.instant();
          }
        });
  }

  /** Says by how much the clock was set, of all that it is ahead or behind. */
  void clockSet(Duration by) {
    clockSet = clockSet.plus(by);
  }

  private long nanos() {
    return ChronoUnit.NANOS.between(Instant.EPOCH, clock.instant().minus(clockSet));
  }

  /** What the director wanted followed, in order. */
  List<GatewayTrackerSettings> followed() {
    return followed;
  }

  /** Every change of readiness, in order. */
  List<Readiness> readiness() {
    return readiness;
  }

  /** Calls this before every step of a swap. */
  void observe(SwapStep.Observer newObserver) {
    observer = newObserver;
  }

  /** Lets {@code newTracker} answer what the director wants followed. */
  void track(Consumer<GatewayTrackerSettings> newTracker) {
    tracker = newTracker;
  }

  /** What the director wanted routes for, in order. */
  List<EgressSettings> routed() {
    return routed;
  }

  /** Lets {@code newRoutes} answer what the director wants routes for. */
  void route(Consumer<EgressSettings> newRoutes) {
    routes = newRoutes;
  }

  /** For directors made from now on. */
  void gatewayWait(Duration wait) {
    gatewayWait = wait;
  }

  /** Has a step fail with {@code failure}, every time. */
  void fail(SwapStep failing, RuntimeException failure) {
    observer =
        step -> {
          if (step == failing) {
            throw failure;
          }
        };
  }

  void attached(int ifindex) {
    director.attached(
        List.of(new Attached("lo", ifindex, XdpLink.Mode.NATIVE, false, Optional.empty())));
  }

  ReloadReport reload(String toml, String source) {
    return await(director.reload(ConfigText.bytes(toml), source, Optional.empty()));
  }

  /** Comes after everything that was posted to the director before. */
  StatusReport status() {
    return await(director.status());
  }

  /** What fails throws what it failed with. */
  static <T> T await(CompletionStage<T> answer) {
    return Failures.join(answer.toCompletableFuture());
  }

  /** {@code lo}, up. */
  static PortState port(
      int ifindex, Optional<MacAddress> gatewayMac, Optional<MacAddress> gateway6Mac) {
    return new PortState(
        ifindex,
        "lo",
        Actors.DIRECTOR_MAC,
        1500,
        true,
        Optional.empty(),
        gatewayMac,
        gatewayMac.isPresent() ? "reachable" : "unknown",
        Optional.empty(),
        gateway6Mac,
        gateway6Mac.isPresent() ? "stale" : "unknown");
  }

  private void end() {
    if (director != null) {
      director.close();
    }
    if (plane != null) {
      plane.close();
    }
    director = null;
    plane = null;
  }

  @Override
  public void close() {
    try {
      end();
    } finally {
      bpffs.close();
    }
  }
}
