package io.lbdirector.lab;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.charset.StandardCharsets;

/** Asks the backends' own servers (docs/lab.md) who they are. */
final class WebClient {
  static final int HTTP = 80;
  static final String DATAGRAM_PORTS = "7000-7009";
  private static final int TIMEOUT_MS = 20_000;

  private WebClient() {}

  /**
   * One request on a connection of its own.
   *
   * @return name of the backend that answered
   * @throws IOException if there is no answer, or one to another client
   */
  static String askWho(Connection connection) throws Exception {
    try (Socket socket = connection.connect()) {
      socket.getOutputStream().write("GET / HTTP/1.0\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
      String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
      return who(connection, answer.substring(answer.lastIndexOf("\r\n\r\n") + 4));
    } catch (IOException e) {
      throw new IOException(connection + ": " + e, e);
    }
  }

  /** The same with one datagram; one that is lost is not sent again. */
  static String askWhoByDatagram(Connection connection) throws Exception {
    return askWhoByDatagram(connection, 1);
  }

  /**
   * The same.
   *
   * @param bytes of the question; above the MTU it comes in fragments
   */
  static String askWhoByDatagram(Connection connection, int bytes) throws Exception {
    try (DatagramChannel channel = connection.open()) {
      channel.write(ByteBuffer.allocate(bytes));
      channel.socket().setSoTimeout(TIMEOUT_MS);
      DatagramPacket answer = new DatagramPacket(new byte[512], 512);
      channel.socket().receive(answer);
      return who(
          connection,
          new String(answer.getData(), 0, answer.getLength(), StandardCharsets.US_ASCII));
    }
  }

  /** Answers are {@code backend2 VIP CLIENT:PORT}. */
  private static String who(Connection connection, String answer) throws IOException {
    String address = connection.client().addressTowards(connection.vip()).toString();
    String client =
        (connection.vip().isV4() ? address : "[" + address + "]") + ":" + connection.sourcePort();
    String[] words = answer.strip().split(" ");
    if (words.length != 3
        || !words[1].equals(connection.vip().toString())
        || !words[2].equals(client)) {
      throw new IOException(connection + " was answered \"" + answer.strip() + "\"");
    }
    return words[0];
  }
}
