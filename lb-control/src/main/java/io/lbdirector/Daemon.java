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

  Daemon(Path file) {
    this.file = file;
  }

  /**
   * Returns after SIGTERM or SIGINT. Forwarding goes on.
   *
   * @throws Exception if it cannot start; what forwards already goes on forwarding
   */
  void run() throws Exception {
    DirectorConfig config = ConfigLoader.load(file);
    Map<String, Integer> interfaces = indexes(config.director().interfaces());
    try (LockFile lock = Places.lockInstance(config.director().instance())) {
      Places.mountBpfFs();
      PinFolder pins = PinFolder.of(Places.BPFFS, config.director().instance());
      try (DataPlane plane = DataPlane.open(pins, BpfObjects.director());
          Director director = new Director(config, plane, Clock.systemUTC(), this::announce)) {
        direct(config, interfaces, plane, director);
      }
    }
  }

  /** All names are looked up before anything is changed. */
  private static Map<String, Integer> indexes(List<String> names) {
    Map<String, Integer> indexes = new LinkedHashMap<>();
    names.forEach(name -> indexes.put(name, Interfaces.index(name)));
    return indexes;
  }

  private void direct(
      DirectorConfig config, Map<String, Integer> interfaces, DataPlane plane, Director director)
      throws Exception {
    director.start(file.toString());
    try (GatewayTracker gateways = gateways(config, director)) {
      director.onConfig(
          live ->
              gateways.reconfigure(
                  live.director().gateway(),
                  live.director().gateway6(),
                  live.director().sourceIp().isPresent(),
                  live.director().sourceIp6().isPresent()));
      gateways.start();
      gateways.ports().forEach(director::portChanged);
      Attachments attachments = new Attachments(plane);
      List<XdpLink.Mode> modes = modes(config.director().mode());
      List<Attached> attached =
          interfaces.entrySet().stream()
              .map(i -> attachments.attach(i.getKey(), i.getValue(), modes))
              .toList();
      attached.forEach(Daemon::log);
      director.attached(attached);
      try (AdminServer admin =
          AdminServer.start(config.admin().socket(), config.admin().group(), director)) {
        LOG.info("admin socket open path={}", admin.socket());
        Signals.onHangup(() -> director.reload(file));
        Signals.onTerminate(stop::countDown);
        stop.await();
        SdNotify.stopping();
        LOG.info("stopping; forwarding goes on");
      }
    }
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

  /** systemd is told once, when packets are first forwarded; after that only the status line. */
  private void announce(Readiness readiness) {
    if (readiness.ready() && announced.compareAndSet(false, true)) {
      SdNotify.ready("forwarding");
    } else {
      SdNotify.status(readiness.reason());
    }
  }
}
