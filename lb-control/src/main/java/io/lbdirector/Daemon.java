package io.lbdirector;

import io.lbdirector.StartConfig.OnBadConfig;
import io.lbdirector.abi.Abi;
import io.lbdirector.admin.AdminServer;
import io.lbdirector.admin.MetricsServer;
import io.lbdirector.bpf.BpfObject;
import io.lbdirector.config.ConfigException;
import io.lbdirector.config.DirectorConfig;
import io.lbdirector.config.Problem;
import io.lbdirector.dataplane.Attachments;
import io.lbdirector.dataplane.BpfObjects;
import io.lbdirector.dataplane.DataPlane;
import io.lbdirector.dataplane.PinFolder;
import io.lbdirector.director.BackendQuery;
import io.lbdirector.director.CheckTunnel;
import io.lbdirector.director.Director;
import io.lbdirector.director.DirectorControl.Readiness;
import io.lbdirector.director.EgressSettings;
import io.lbdirector.director.EgressTracker;
import io.lbdirector.director.GatewayTracker;
import io.lbdirector.director.GatewayTrackerSettings;
import io.lbdirector.director.PortState;
import io.lbdirector.director.TablesAhead;
import io.lbdirector.forwarding.IpAddress;
import io.lbdirector.health.HealthChecker;
import io.lbdirector.metrics.StatsdPush;
import io.lbdirector.os.Interfaces;
import io.lbdirector.os.LockFile;
import io.lbdirector.os.SdNotify;
import io.lbdirector.os.Signals;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One run of {@code lbd}: builds every part, lets them work until it is told to stop. */
final class Daemon {
  private static final Logger LOG = LoggerFactory.getLogger(Daemon.class);

  private final Path file;
  private final OnBadConfig onBadConfig;
  private final BlockingQueue<Request> requests = new LinkedBlockingQueue<>();
  private final AtomicBoolean announced = new AtomicBoolean();
  private volatile Director directing;
  private boolean forwarding;

  /** What a signal, or news of an interface, ask for. */
  private enum Request {
    RELOAD,
    ATTACH,
    STOP
  }

  Daemon(Path file, OnBadConfig onBadConfig) {
    this.file = file;
    this.onBadConfig = onBadConfig;
  }

  /**
   * Returns after SIGTERM or SIGINT. Forwarding goes on, if it had begun. A SIGHUP during the start
   * is followed when the start is over.
   *
   * @throws Exception if it cannot start. What forwards already goes on forwarding; where nothing
   *     did, nothing is left behind.
   */
  void run() throws Exception {
    Signals.onTerminate(() -> requests.add(Request.STOP));
    Signals.onHangup(() -> requests.add(Request.RELOAD));
    StartConfig start = StartConfig.of(file, onBadConfig, Places.RUN, Places.BPFFS);
    DirectorConfig config = start.config();
    start.refused().ifPresent(this::logRefused);
    Map<String, Integer> interfaces = indexes(config.director().interfaces());
    try (LockFile lock = Places.lockInstance(config.director().instance())) {
      InstanceNote.of(config.director().instance(), file, config.director().stateDir())
          .write(Places.RUN);
      Places.mountBpfFs();
      if (!BpfObject.kernelHasXdpFrags()) {
        LOG.warn("kernel has no XDP frames of several buffers: no MTU above about 3,500 bytes");
      }
      TablesAhead tables = TablesAhead.of(config); // while the kernel looks at the program
      PinFolder pins = PinFolder.of(Places.BPFFS, config.director().instance());
      try (DataPlane plane = DataPlane.open(pins, BpfObjects.director());
          Attachments attachments = new Attachments(plane)) {
        try {
          direct(start, interfaces, plane, attachments, tables);
        } finally {
          if (!forwarding) {
            attachments.detachMade();
            plane.discardIfNew();
            if (pins.pinnedLinks().isEmpty()) {
              InstanceNote.remove(Places.RUN, config.director().instance());
            }
          }
        }
      }
    }
  }

  private void logRefused(ConfigException refused) {
    for (Problem problem : refused.problems()) {
      LOG.atError().addKeyValue("problem", problem).log("config refused");
    }
    LOG.atError()
        .addKeyValue("config", file)
        .addKeyValue("problems", refused.problems().size())
        .log("what was live before goes on");
  }

  private static String reason(ConfigException refused) {
    return "the file of the start is refused, what was live before goes on; mend it and reload: "
        + refused.problems().get(0)
        + (refused.problems().size() == 1
            ? ""
            : " (and " + (refused.problems().size() - 1) + " more)");
  }

  /** All names are looked up before anything is changed. */
  private static Map<String, Integer> indexes(List<String> names) {
    Map<String, Integer> indexes = new LinkedHashMap<>();
    names.forEach(name -> indexes.put(name, Interfaces.index(name)));
    return indexes;
  }

  /** The admin socket comes first: two daemons that want one must not both get to forwarding. */
  private void direct(
      StartConfig start,
      Map<String, Integer> interfaces,
      DataPlane plane,
      Attachments attachments,
      TablesAhead tables)
      throws Exception {
    DirectorConfig config = start.config();
    DirectorConfig.Director settings = config.director();
    try (GatewayTracker gateways =
            new GatewayTracker(settings.interfaces(), GatewayTrackerSettings.of(settings));
        EgressTracker routes = new EgressTracker();
        CheckTunnel tunnel = new CheckTunnel(settings.interfaces(), Abi.GUE_PORT, sources(config));
        HealthChecker checker = new HealthChecker(tunnel, (target, now) -> healthChanged());
        BackendQuery query = new BackendQuery(Abi.GUE_PORT);
        Director director =
            new Director(
                config,
                start.source(),
                new Director.Surroundings(
                    plane,
                    gateways::reconfigure,
                    routes::reconfigure,
                    checker,
                    query::ask,
                    live -> tunnel.sources(sources(live)),
                    this::announce,
                    Clock.systemUTC()));
        AdminServer admin =
            AdminServer.start(config.admin().socket(), config.admin().group(), director);
        MetricsServer metrics = metrics(config, director);
        StatsdPush statsd = statsd(config, director);
        SystemdWatchdog watchdog = SystemdWatchdog.start(director::status)) {
      directing = director;
      start.refused().ifPresent(refused -> director.degraded(reason(refused)));
      HeldInterfaces held =
          new HeldInterfaces(settings.mode(), interfaces, attachments, director::attached);
      gateways.start(port -> portChanged(port, director, held));
      routes.start(EgressSettings.of(config), director::egressChanged);
      director.start(tables);
      if (requests.contains(Request.STOP)) {
        LOG.info("told to stop while starting");
        return;
      }
      held.attach();
      forwarding = true;
      plane.discardOtherLayouts();
      if (start.refused().isPresent()) { // it works as well as it can: no reason to be killed
        announced.set(true);
        announce(director.readiness());
      }
      LOG.atInfo().addKeyValue("path", admin.socket()).log("admin socket open");
      if (metrics != null) {
        LOG.atInfo().addKeyValue("address", metrics.address()).log("metrics open");
      }
      serveRequests(director, held, tunnel);
    }
  }

  /** Null if the config wants none. */
  private static MetricsServer metrics(DirectorConfig config, Director director)
      throws IOException {
    if (config.admin().metrics().isEmpty()) {
      return null;
    }
    return MetricsServer.start(address(config.admin().metrics().get()), director);
  }

  /** Null if the config wants none. */
  private static StatsdPush statsd(DirectorConfig config, Director director) throws IOException {
    if (config.admin().statsd().isEmpty()) {
      return null;
    }
    return StatsdPush.start(address(config.admin().statsd().get()), director);
  }

  private static InetSocketAddress address(DirectorConfig.Endpoint endpoint)
      throws UnknownHostException {
    return new InetSocketAddress(
        InetAddress.getByAddress(endpoint.address().toBytes()), endpoint.port());
  }

  private static List<IpAddress> sources(DirectorConfig config) {
    return Stream.of(config.director().sourceIp(), config.director().sourceIp6())
        .flatMap(Optional::stream)
        .toList();
  }

  /** Nothing is checked before there is a director, which asks for it. */
  private void healthChanged() {
    directing.healthChanged();
  }

  private void portChanged(PortState port, Director director, HeldInterfaces held) {
    director.portChanged(port);
    if (held.isMadeAnew(port)) {
      requests.add(Request.ATTACH);
    }
  }

  /** Ends when told to stop. */
  private void serveRequests(Director director, HeldInterfaces held, CheckTunnel tunnel)
      throws InterruptedException {
    Request request = requests.take();
    while (request != Request.STOP) {
      if (request == Request.RELOAD) {
        reload(director);
      } else {
        tunnel.attach(held.attachAgain());
      }
      request = requests.take();
    }
    SdNotify.stopping();
    LOG.info("stopping; forwarding goes on");
  }

  /** The director logs how it ends; systemd is told when it begins and ends. */
  private void reload(Director director) {
    SdNotify.reloading();
    director.reload(file).whenComplete((report, failure) -> announce(director.readiness()));
  }

  /** READY goes out once packets are forwarded, and not before; until then only a status line. */
  private void announce(Readiness readiness) {
    if (readiness.ready()) {
      announced.set(true);
    }
    if (announced.get()) {
      SdNotify.ready(readiness.reason());
    } else {
      SdNotify.status(readiness.reason());
    }
  }
}
