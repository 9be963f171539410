package io.lbdirector;

import io.lbdirector.admin.AdminServer;
import io.lbdirector.bpf.XdpLink;
import io.lbdirector.config.ConfigLoader;
import io.lbdirector.config.DirectorConfig;
import io.lbdirector.dataplane.Attachments;
import io.lbdirector.dataplane.Attachments.Attached;
import io.lbdirector.dataplane.BpfObjects;
import io.lbdirector.dataplane.DataPlane;
import io.lbdirector.dataplane.PinFolder;
import io.lbdirector.director.Director;
import io.lbdirector.director.DirectorControl.Readiness;
import io.lbdirector.director.GatewayTracker;
import io.lbdirector.os.Interfaces;
import io.lbdirector.os.LockFile;
import io.lbdirector.os.SdNotify;
import io.lbdirector.os.Signals;
import java.nio.file.Path;
import java.time.Clock;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One run of {@code lbd}: builds every part, lets them work until it is told to stop. */
final class Daemon {
  private static final Logger LOG = LoggerFactory.getLogger(Daemon.class);

  private final Path file;
  private final CountDownLatch stop = new CountDownLatch(1);
  private final AtomicBoolean announced = new AtomicBoolean();
  private boolean forwarding;

  Daemon(Path file) {
    this.file = file;
  }

  /**
   * Returns after SIGTERM or SIGINT. Forwarding goes on.
   *
   * @throws Exception if it cannot start. What forwards already goes on forwarding; where nothing
   *     did, nothing is left behind.
   */
  void run() throws Exception {
    DirectorConfig config = ConfigLoader.load(file);
    Map<String, Integer> interfaces = indexes(config.director().interfaces());
    try (LockFile lock = Places.lockInstance(config.director().instance())) {
      Places.mountBpfFs();
      PinFolder pins = PinFolder.of(Places.BPFFS, config.director().instance());
      try (DataPlane plane = DataPlane.open(pins, BpfObjects.director())) {
        direct(config, interfaces, plane);
      }
    }
  }

  /** All names are looked up before anything is changed. */
  private static Map<String, Integer> indexes(List<String> names) {
    Map<String, Integer> indexes = new LinkedHashMap<>();
    names.forEach(name -> indexes.put(name, Interfaces.index(name)));
    return indexes;
  }

  /** The admin socket comes first: two daemons that want one must not both get to forwarding. */
  private void direct(DirectorConfig config, Map<String, Integer> interfaces, DataPlane plane)
      throws Exception {
    try (Director director = new Director(config, plane, Clock.systemUTC(), this::announce);
        AdminServer admin =
            AdminServer.start(config.admin().socket(), config.admin().group(), director);
        GatewayTracker gateways = gateways(config, director)) {
      forward(config, interfaces, plane, director, gateways);
      forwarding = true;
      LOG.info("admin socket open path={}", admin.socket());
      Signals.onHangup(() -> reload(director));
      Signals.onTerminate(stop::countDown);
      stop.await();
      SdNotify.stopping();
      LOG.info("stopping; forwarding goes on");
    } catch (Exception e) {
      if (!forwarding && !plane.isAdopted()) {
        DataPlane.unpin(plane.pins());
      }
      throw e;
    }
  }

  private void forward(
      DirectorConfig config,
      Map<String, Integer> interfaces,
      DataPlane plane,
      Director director,
      GatewayTracker gateways) {
    gateways.start();
    gateways.ports().forEach(director::portChanged);
    director.onConfig(live -> follow(gateways, live.director()));
    director.start(file.toString());
    Attachments attachments = new Attachments(plane);
    attachments.detachOthers(interfaces.keySet());
    List<XdpLink.Mode> modes = modes(config.director().mode());
    List<Attached> attached =
        interfaces.entrySet().stream()
            .map(i -> attachments.attach(i.getKey(), i.getValue(), modes))
            .toList();
    attached.forEach(Daemon::log);
    director.attached(attached);
  }

  private static GatewayTracker gateways(DirectorConfig config, Director director) {
    return new GatewayTracker(
        config.director().interfaces(),
        config.director().gateway(),
        config.director().gateway6(),
        config.director().sourceIp().isPresent(),
        config.director().sourceIp6().isPresent(),
        director::portChanged);
  }

  private static void follow(GatewayTracker gateways, DirectorConfig.Director live) {
    gateways.reconfigure(
        live.gateway(), live.gateway6(), live.sourceIp().isPresent(), live.sourceIp6().isPresent());
  }

  private static List<XdpLink.Mode> modes(DirectorConfig.Mode mode) {
    return switch (mode) {
      case AUTO -> List.of(XdpLink.Mode.NATIVE, XdpLink.Mode.GENERIC);
      case NATIVE -> List.of(XdpLink.Mode.NATIVE);
      case GENERIC -> List.of(XdpLink.Mode.GENERIC);
    };
  }

  private static void log(Attached attached) {
    LOG.info(
        "{} interface={} mode={}",
        attached.adopted() ? "attachment taken over" : "program attached",
        attached.name(),
        attached.mode());
    attached.warning().ifPresent(LOG::warn);
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
