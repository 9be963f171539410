package io.lbdirector.lab;

import io.lbdirector.forwarding.IpAddress;
import io.lbdirector.packet.QuicFrames;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * In each backend, at both VIPs, what stands for a QUIC server: it answers every datagram with a
 * connection id of its own, which the client is to write from then on, and with its name.
 *
 * <pre> 0: connection id (8) | 8: name of the backend, to the end </pre>
 */
final class QuicServers implements AutoCloseable {
  static final int PORT = QuicFrames.PORT;

  private final List<DatagramChannel> channels = new ArrayList<>();

  private QuicServers() {}

  /** What a server says. */
  record Answer(byte[] id, String backend) {
    static Answer decode(byte[] bytes, int length) {
      byte[] id = new byte[QuicFrames.id(0).length];
      System.arraycopy(bytes, 0, id, 0, id.length);
      String name = new String(bytes, id.length, length - id.length, StandardCharsets.UTF_8);
      return new Answer(id, name);
    }
  }

  static QuicServers start(Lab lab) throws Exception {
    QuicServers servers = lab.own(new QuicServers());
    for (Lab.Host backend : lab.backends()) {
      for (IpAddress vip : List.of(Lab.VIP4, Lab.VIP6)) {
        DatagramChannel channel = backend.namespace().call(() -> DatagramChannel.open());
        servers.channels.add(channel);
        channel.bind(new InetSocketAddress(Lab.inet(vip), PORT));
        Background.start("server in " + backend + " at " + vip, () -> answer(backend, channel));
      }
    }
    return servers;
  }

  /** 0x0b01 for backend1, and so on. */
  static int idOf(Lab.Host backend) {
    return 0x0b00 + Integer.parseInt(backend.name().substring("backend".length()));
  }

  /** Fails when the channel is closed, with the lab, which ends the thread. */
  private static void answer(Lab.Host backend, DatagramChannel channel) throws IOException {
    byte[] id = QuicFrames.id(idOf(backend));
    byte[] name = backend.name().getBytes(StandardCharsets.UTF_8);
    SocketAddress client = channel.receive(ByteBuffer.allocate(2048));
    channel.send(ByteBuffer.allocate(id.length + name.length).put(id).put(name).flip(), client);
  }

  @Override
  public void close() throws IOException {
    for (DatagramChannel channel : channels) {
      channel.close();
    }
  }
}
