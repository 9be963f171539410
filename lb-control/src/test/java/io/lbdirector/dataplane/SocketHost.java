package io.lbdirector.dataplane;

import io.lbdirector.abi.Outcome;
import io.lbdirector.dataplane.LoadedBackend.Sent;
import io.lbdirector.forwarding.IpAddress;
import io.lbdirector.os.NetworkNamespace;
import io.lbdirector.os.RawFrameSocket;
import io.lbdirector.os.ScratchNetns;
import io.lbdirector.packet.Actors;
import io.lbdirector.packet.Frame;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.Callable;

/**
 * A network namespace with real sockets in it, and a backend's program that sees them: clients and
 * VIPs of both families are addresses of its loopback, and a server listens on port 443 of each
 * VIP.
 */
final class SocketHost implements AutoCloseable {
  static final int PORT = 443;

  private final ScratchNetns scratch = ScratchNetns.create("lb-chance");
  private final NetworkNamespace netns = scratch.open();
  private final LoadedBackend backend = LoadedBackend.open();
  private final ServerSocket server4;
  private final ServerSocket server6;

  /**
   * @param syncookies of tcp_syncookies: 0 never, 1 when the backlog is full, 2 always
   */
  SocketHost(int syncookies) throws Exception {
    try {
      scratch.sysctl("net.ipv4.tcp_syncookies=" + syncookies);
      for (IpAddress mine : List.of(Actors.VIP, Actors.VIP6, Actors.CLIENT, Actors.CLIENT6)) {
        scratch.ip("addr add " + mine + " dev lo" + (mine.isV4() ? "" : " nodad"));
      }
      server4 = scratch.own(listen(Actors.VIP));
      server6 = scratch.own(listen(Actors.VIP6));
    } catch (Exception e) {
      close();
      throw e;
    }
  }

  private ServerSocket listen(IpAddress vip) throws Exception {
    return netns.call(() -> new ServerSocket(PORT, 50, inet(vip)));
  }

  private static InetAddress inet(IpAddress address) throws IOException {
    return InetAddress.getByAddress(address.toBytes());
  }

  /** Both ends of a connection, from a client to a VIP. */
  record Established(IpAddress client, int port, IpAddress vip, Socket near, Socket far) {
    /** A segment of it towards the VIP, with any numbers. */
    Frame segment(int flags) {
      return Frame.tcp(client, port, vip, PORT, flags, new byte[] {1, 2, 3});
    }

    /** Closes the VIP's end first, which then waits. */
    void closeVipFirst() {
      try {
        far.close();
        if (near.getInputStream().read() != -1) {
          throw new AssertionError("the client has read something");
        }
        near.close();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    /** Ends both ends at once; nothing of the connection is left in the kernel. */
    void abort() {
      try {
        near.setSoLinger(true, 0);
        far.setSoLinger(true, 0);
        near.close();
        far.close();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  /** Connects the client of a family to the VIP of that family. */
  Established connect(boolean v4) throws Exception {
    IpAddress vip = v4 ? Actors.VIP : Actors.VIP6;
    IpAddress client = v4 ? Actors.CLIENT : Actors.CLIENT6;
    Socket near = scratch.own(in(Socket::new));
    in(
        () -> {
          near.bind(new InetSocketAddress(inet(client), 0));
          near.connect(new InetSocketAddress(inet(vip), PORT));
          return null;
        });
    Socket far = scratch.own((v4 ? server4 : server6).accept());
    return new Established(client, near.getLocalPort(), vip, near, far);
  }

  /** Listens to the loopback; closed with this. */
  RawFrameSocket sniff() throws Exception {
    return scratch.own(in(() -> RawFrameSocket.open(1)));
  }

  private <T> T in(Callable<T> task) throws Exception {
    return netns.call(task);
  }

  Sent send(byte[] frame) throws Exception {
    return in(() -> backend.send(frame));
  }

  Outcome outcomeOf(byte[] frame) throws Exception {
    return send(frame).outcome();
  }

  @Override
  public void close() {
    try {
      backend.close();
    } finally {
      scratch.close();
    }
  }
}
