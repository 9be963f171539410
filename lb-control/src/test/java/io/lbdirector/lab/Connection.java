package io.lbdirector.lab;

import io.lbdirector.forwarding.Flow;
import io.lbdirector.forwarding.IpAddress;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.StandardSocketOptions;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SocketChannel;

/**
 * One flow of a client to a VIP, its source port chosen.
 *
 * @param vip address that it goes to
 */
record Connection(Lab.Host client, int sourcePort, IpAddress vip, int port) {
  private static final int TIMEOUT_MS = 20_000;

  /** Its addresses and ports; a row is chosen by nothing else. */
  Flow flow() {
    return Flow.tcp(client.addressTowards(vip), sourcePort, vip, port);
  }

  /** Opens it over TCP; reads wait no longer than 20 s. */
  Socket connect() throws Exception {
    Socket socket = client.namespace().call(SocketChannel::open).socket();
    try {
      socket.setReuseAddress(true);
      socket.setSoTimeout(TIMEOUT_MS);
      socket.setTcpNoDelay(true);
      socket.bind(source());
      socket.connect(destination(), TIMEOUT_MS);
      return socket;
    } catch (IOException e) {
      socket.close();
      throw new IOException("connect " + this + ": " + e.getMessage(), e);
    }
  }

  /** Opens it over UDP. */
  DatagramChannel open() throws Exception {
    DatagramChannel channel = client.namespace().call(() -> DatagramChannel.open());
    try {
      channel.setOption(StandardSocketOptions.SO_SNDBUF, 1 << 20);
      channel.bind(source());
      channel.connect(destination());
      return channel;
    } catch (IOException e) {
      channel.close();
      throw new IOException("open " + this + ": " + e.getMessage(), e);
    }
  }

  private InetSocketAddress source() {
    return new InetSocketAddress(Lab.inet(client.addressTowards(vip)), sourcePort);
  }

  private InetSocketAddress destination() {
    return new InetSocketAddress(Lab.inet(vip), port);
  }

  @Override
  public String toString() {
    return client + " port " + sourcePort + " to " + vip + " port " + port;
  }
}
