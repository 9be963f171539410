package io.lbdirector.lab;

import io.lbdirector.os.Interfaces;
import io.lbdirector.os.RawFrameSocket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/** The wire between a host of the lab and the router: what the host sends, and what it gets. */
final class WireTap implements AutoCloseable {
  private final RawFrameSocket port;

  private WireTap(RawFrameSocket port) {
    this.port = port;
  }

  /** Hears what comes from now on. */
  static WireTap on(Lab lab, Lab.Host host) throws Exception {
    return new WireTap(lab.router().call(() -> RawFrameSocket.open(Interfaces.index(host.name()))));
  }

  /** The frames that have come, in order. */
  List<byte[]> frames() {
    List<byte[]> frames = new ArrayList<>();
    Optional<byte[]> frame = port.receive(Duration.ZERO);
    while (frame.isPresent()) {
      frames.add(frame.get());
      frame = port.receive(Duration.ZERO);
    }
    return frames;
  }

  /** The first frame that is wanted; others are thrown away. */
  byte[] await(Predicate<byte[]> wanted) {
    while (true) {
      byte[] frame = port.receive(Await.LIMIT).orElseThrow(() -> new AssertionError("no frame"));
      if (wanted.test(frame)) {
        return frame;
      }
    }
  }

  /** Sends a frame to the host. */
  void send(byte[] frame) {
    port.send(frame);
  }

  @Override
  public void close() {
    port.close();
  }
}
