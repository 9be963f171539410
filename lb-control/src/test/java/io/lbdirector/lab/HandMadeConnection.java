package io.lbdirector.lab;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.lbdirector.forwarding.IpAddress;
import io.lbdirector.forwarding.MacAddress;
import io.lbdirector.os.RawFrameSocket;
import io.lbdirector.packet.Frame;
import java.io.IOException;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * A TCP connection of a {@link HandMadeClient}: every segment is sent when the test says so, and no
 * other. The server's segments are taken as far as they are waited for; a reset is an error at any
 * time. For one thread.
 */
final class HandMadeConnection implements AutoCloseable {
  private static final int FIN = 1;
  private static final int SYN = 2;
  private static final int RST = 4;
  private static final int PSH = 8;
  private static final int ACK = 16;
  private static final Duration LIMIT = Duration.ofSeconds(20);

  private final Connection connection;
  private final IpAddress source;
  private final MacAddress mac;
  private final MacAddress routerMac;
  private final RawFrameSocket socket;
  private int sent; // number of the next byte to send
  private int received; // number of the next byte to come
  private Frame last;

  /**
   * Sends nothing yet.
   *
   * @param firstNumber initial sequence number
   * @param socket hears what comes for the client; closed with this
   */
  HandMadeConnection(
      Connection connection,
      int firstNumber,
      MacAddress mac,
      MacAddress routerMac,
      RawFrameSocket socket) {
    this.connection = connection;
    this.source = connection.client().addressTowards(connection.vip());
    this.sent = firstNumber;
    this.mac = mac;
    this.routerMac = routerMac;
    this.socket = socket;
  }

  /** A segment of the server. */
  private record Segment(int flags, int sequence, int acknowledgment, byte[] payload) {
    boolean has(int flag) {
      return (flags & flag) == flag;
    }
  }

  /** Sends SYN, and waits for the SYN-ACK. */
  void openHalf() {
    send(SYN, new byte[0]);
    sent++;
    received = await("SYN-ACK", s -> s.has(SYN | ACK) && s.acknowledgment() == sent).sequence() + 1;
  }

  /** Acknowledges all that was waited for. */
  void acknowledge() {
    send(ACK, new byte[0]);
  }

  void send(String text) {
    byte[] payload = text.getBytes(StandardCharsets.US_ASCII);
    send(PSH | ACK, payload);
    sent += payload.length;
  }

  /** Sends FIN. */
  void finish() {
    send(FIN | ACK, new byte[0]);
    sent++;
  }

  private void send(int flags, byte[] payload) {
    last =
        Frame.tcp(
                source,
                connection.sourcePort(),
                connection.vip(),
                connection.port(),
                flags,
                payload)
            .withNumbers(sent, received);
    resend();
  }

  /** Sends once more what was sent last, as if it had been lost. */
  void resend() {
    byte[] frame = last.toBytes();
    ByteBuffer.wrap(frame).put(routerMac.toBytes()).put(mac.toBytes());
    socket.send(frame);
  }

  /** Sends two segments: a question, and an acknowledgment of the server's answer. */
  void converse(Socket server) throws IOException {
    send("question");
    OpenPort.assertReads("question", server);
    server.getOutputStream().write("answer".getBytes(StandardCharsets.US_ASCII));
    Segment answer = await("answer", s -> s.sequence() == received && s.payload().length > 0);
    assertEquals("answer", new String(answer.payload(), StandardCharsets.US_ASCII));
    received += answer.payload().length;
    acknowledge();
  }

  void awaitFin() {
    await("FIN", s -> s.has(FIN) && s.sequence() == received);
    received++;
  }

  /** Number of the byte that it would send next: as far as the server may acknowledge. */
  int sent() {
    return sent;
  }

  /** Waits until the server says that all has come. */
  void awaitAcknowledgment() {
    awaitAcknowledgment(sent);
  }

  /** Waits for a segment that names {@code number} as the next to come. */
  void awaitAcknowledgment(int number) {
    await("acknowledgment up to " + number, s -> s.has(ACK) && s.acknowledgment() == number);
  }

  private Segment await(String what, Predicate<Segment> wanted) {
    long deadline = System.nanoTime() + LIMIT.toNanos();
    while (true) {
      byte[] frame =
          socket
              .receive(Duration.ofNanos(deadline - System.nanoTime()))
              .orElseThrow(() -> new AssertionError("no " + what + " came on " + connection));
      Optional<Segment> segment = parse(ByteBuffer.wrap(frame));
      if (segment.isPresent() && segment.get().has(RST)) {
        throw new AssertionError("reset instead of " + what + " on " + connection);
      }
      if (segment.filter(wanted).isPresent()) {
        return segment.get();
      }
    }
  }

  /** Empty unless the frame belongs to this connection. The backends send no IP options. */
  private Optional<Segment> parse(ByteBuffer frame) {
    boolean v4 = connection.vip().isV4();
    int ip = Frame.ETHERNET_LENGTH;
    int tcp = ip + (v4 ? 20 : 40);
    if (frame.getShort(ip - 2) != (short) (v4 ? 0x0800 : 0x86dd)
        || frame.get(ip + (v4 ? 9 : 6)) != Frame.TCP
        || !isMine(frame, ip + (v4 ? 12 : 8), tcp)) {
      return Optional.empty();
    }
    int end = v4 ? ip + frame.getShort(ip + 2) : tcp + frame.getShort(ip + 4);
    int payload = tcp + (frame.get(tcp + 12) >> 4 & 0xf) * 4;
    return Optional.of(
        new Segment(
            frame.get(tcp + 13),
            frame.getInt(tcp + 4),
            frame.getInt(tcp + 8),
            Arrays.copyOfRange(frame.array(), payload, end)));
  }

  /** Whether the addresses and, behind them, the ports lead from the VIP to the client. */
  private boolean isMine(ByteBuffer frame, int addresses, int tcp) {
    ByteBuffer expected =
        ByteBuffer.allocate(tcp + 4 - addresses)
            .put(connection.vip().toBytes())
            .put(source.toBytes())
            .putShort((short) connection.port())
            .putShort((short) connection.sourcePort());
    return expected.flip().equals(frame.slice(addresses, tcp + 4 - addresses));
  }

  @Override
  public void close() {
    socket.close();
  }
}
