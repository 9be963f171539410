package io.lbdirector.dataplane;

import io.lbdirector.os.NetworkNamespace;
import io.lbdirector.os.RawFrameSocket;
import io.lbdirector.os.ScratchNetns;
import io.lbdirector.packet.Actors;
import io.lbdirector.packet.Frame;
import io.lbdirector.packet.GueModel;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;

/** A namespace with a backend's interface, {@code eth0}, and the other end of its wire. */
final class BackendHost implements AutoCloseable {
  static final int ETH0 = 10;
  private static final int WIRE = 20;
  private static final Duration LONG = Duration.ofSeconds(20);

  private final ScratchNetns scratch = ScratchNetns.create("lb-backend");
  private final NetworkNamespace netns = scratch.open();
  private final RawFrameSocket wire;
  private final RawFrameSocket kernel;

  BackendHost() throws Exception {
    try {
      scratch.sysctl("net.ipv6.conf.default.disable_ipv6=1");
      scratch.ip("link add eth0 index 10 type veth peer name wire index 20");
      scratch.ip("link set eth0 up");
      scratch.ip("link set wire up");
      scratch.awaitUp("eth0");
      scratch.awaitUp("wire");
      wire = scratch.opened(() -> RawFrameSocket.open(WIRE));
      kernel = scratch.opened(() -> RawFrameSocket.open(ETH0));
    } catch (Exception e) {
      close();
      throw e;
    }
  }

  <T> T call(Callable<T> task) throws Exception {
    return netns.call(task);
  }

  /** Runs a tool in this namespace, with the file systems of the test. */
  String exec(String... command) {
    return scratch.exec(command);
  }

  long inode() {
    return netns.inode();
  }

  void send(byte[] frame) {
    wire.send(frame);
  }

  /** The next frame that the kernel gets from eth0. */
  byte[] receive() {
    return kernel.receive(LONG).orElseThrow();
  }

  /** A director's packet with a SYN in it. */
  static byte[] tunnelled(Frame inner) {
    byte[] frame = inner.toBytes();
    return GueModel.encapsulate(
        frame,
        frame.length - Frame.ETHERNET_LENGTH,
        List.of(Actors.backend(1), Actors.backend(2)),
        0x8123,
        0);
  }

  @Override
  public void close() {
    scratch.close();
  }
}
