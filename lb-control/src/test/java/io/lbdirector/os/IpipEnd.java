package io.lbdirector.os;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import jnr.ffi.Memory;
import jnr.ffi.Pointer;
import jnr.ffi.Runtime;

/**
 * What a kernel's {@code ipip}, {@code sit} and {@code ip6tnl} devices do at the receiving end, for
 * kernels that have none: takes the outer header off of IP in IP that is for this machine, and lets
 * the kernel have what is inside on a tun device. Of IPv4 and IPv6 in IPv4 and IPv6.
 */
public final class IpipEnd implements AutoCloseable {
  private static final int AF_INET = 2;
  private static final int AF_INET6 = 10;
  private static final int SOCK_RAW = 3;
  private static final int SO_RCVBUFFORCE = 33;
  private static final int MSG_DONTWAIT = 0x40;
  private static final int O_RDWR = 2;
  private static final int IN_IPV4 = 4;
  private static final int IN_IPV6 = 41;
  private static final int IPV4_HEADER = 20;
  private static final long TUNSETIFF = 0x400454ca;
  private static final short IFF_TUN_NO_PI = 0x1001;
  private static final int IFREQ_LENGTH = 40;
  private static final int IFREQ_FLAGS = 16;
  private static final int MOST_BYTES = 0x10000;
  private static final int ROOM = 8 << 20;
  private static final int LOOK_UP_MS = 100;

  private final List<Integer> fds = new ArrayList<>();
  private final List<Tunnel> tunnels = new ArrayList<>();
  private final ByteBuffer buffer = ByteBuffer.allocateDirect(MOST_BYTES);
  private final AtomicLong packets = new AtomicLong();
  private int tun;
  private Thread thread;
  private volatile boolean closed;

  private IpipEnd() {}

  /**
   * A raw socket.
   *
   * @param header bytes of outer header that it gives along
   */
  private record Tunnel(int fd, int header) {}

  /**
   * Begins to take packets.
   *
   * @param name of the tun device, which is not up yet
   */
  public static IpipEnd open(NetworkNamespace namespace, String name) throws Exception {
    IpipEnd end = new IpipEnd();
    try {
      namespace.call(() -> end.openAll(name));
    } catch (Exception | Error e) {
      end.close();
      throw e;
    }
    end.thread = new Thread(end::run, "ipip end " + name);
    end.thread.setDaemon(true);
    end.thread.start();
    return end;
  }

  private Void openAll(String name) {
    tun = keep(Sys.LIBC.open("/dev/net/tun", O_RDWR | Sys.O_CLOEXEC, 0), "open /dev/net/tun");
    Pointer ifreq = Memory.allocateDirect(Runtime.getSystemRuntime(), IFREQ_LENGTH, true);
    ifreq.putString(0, name, IFREQ_FLAGS, StandardCharsets.US_ASCII);
    ifreq.putShort(IFREQ_FLAGS, IFF_TUN_NO_PI);
    Sys.check(Sys.LIBC.ioctl(tun, TUNSETIFF, ifreq), "make tun device " + name);
    for (int family : new int[] {AF_INET, AF_INET6}) {
      for (int protocol : new int[] {IN_IPV4, IN_IPV6}) {
        int fd =
            keep(
                Sys.LIBC.socket(family, SOCK_RAW | Sys.SOCK_CLOEXEC, protocol),
                "open raw socket of protocol " + protocol);
        Sys.setOption(fd, Sys.SOL_SOCKET, SO_RCVBUFFORCE, ROOM, "size receive buffer");
        tunnels.add(new Tunnel(fd, family == AF_INET ? IPV4_HEADER : 0));
      }
    }
    return null;
  }

  private int keep(int fd, String attempted) {
    fds.add(Sys.check(fd, attempted));
    return fd;
  }

  private void run() {
    int[] sockets = tunnels.stream().mapToInt(Tunnel::fd).toArray();
    while (!closed) {
      if (Sys.awaitReadable(LOOK_UP_MS, sockets)) {
        tunnels.forEach(this::drain);
      }
    }
  }

  private void drain(Tunnel tunnel) {
    while (true) {
      buffer.clear();
      long length = Sys.LIBC.recv(tunnel.fd, buffer, MOST_BYTES, MSG_DONTWAIT);
      if (length < 0) {
        return;
      }
      byte[] packet = new byte[(int) length];
      buffer.get(0, packet);
      byte[] inner = Arrays.copyOfRange(packet, tunnel.header, packet.length);
      Sys.check(Sys.LIBC.write(tun, inner, inner.length), "write to tun device");
      packets.incrementAndGet();
    }
  }

  /** How many it took. */
  public long packets() {
    return packets.get();
  }

  @Override
  public void close() throws InterruptedException {
    closed = true;
    if (thread != null) {
      TimeUnit.SECONDS.timedJoin(thread, 10);
    }
    fds.forEach(Sys.LIBC::close);
    fds.clear();
  }
}
