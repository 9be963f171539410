package io.lbdirector.director;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lbdirector.abi.ControlLayout;
import io.lbdirector.abi.Outcome;
import io.lbdirector.dataplane.CounterReader.Count;
import io.lbdirector.forwarding.IpAddress;
import io.lbdirector.packet.Actors;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Against a backend that this test plays, on the loopback. */
class BackendQueryTest {
  private static final IpAddress LOOPBACK = IpAddress.parse("127.0.0.1");
  private static final int PACKETS = ControlLayout.LENGTH + ControlLayout.COUNTER_LENGTH * 2;
  private static final int NONCE = 4;
  private static final int COUNT = 12;
  private static final int VIP = 16;

  private static final Duration SHORT = Duration.ofMillis(50);
  private static final Duration LONG = Duration.ofSeconds(20);

  private DatagramSocket backend;
  private BackendQuery query;

  @BeforeEach
  void open() throws Exception {
    backend = new DatagramSocket(0, InetAddress.getByAddress(LOOPBACK.toBytes()));
    backend.setSoTimeout(20_000);
    query = new BackendQuery(backend.getLocalPort(), LONG);
  }

  @AfterEach
  void close() {
    query.close();
    backend.close();
  }

  /** Asks again after as long. */
  private void setPatience(Duration patience) {
    query.close();
    query = new BackendQuery(backend.getLocalPort(), patience);
  }

  private CompletableFuture<Optional<Map<Outcome, Count>>> ask() {
    return query.ask(LOOPBACK, Actors.VIP);
  }

  private DatagramPacket receive() throws IOException {
    DatagramPacket question = new DatagramPacket(new byte[1024], 1024);
    backend.receive(question);
    return question;
  }

  /** What the program would make of a question: {@code packets} SYNs, and nothing else. */
  private static byte[] answer(DatagramPacket question, int counters, long packets) {
    byte[] answer = Arrays.copyOf(question.getData(), question.getLength());
    answer[1] = 2;
    ByteBuffer.wrap(answer).putInt(COUNT, counters).putLong(PACKETS, packets);
    return answer;
  }

  private static byte[] with(byte[] answer, int at) {
    byte[] changed = answer.clone();
    changed[at] ^= 1;
    return changed;
  }

  private void send(DatagramSocket from, byte[] answer, DatagramPacket question)
      throws IOException {
    from.send(new DatagramPacket(answer, answer.length, question.getSocketAddress()));
  }

  @Test
  void shouldAskThreeTimesAndGiveUp() throws Exception {
    setPatience(SHORT);
    CompletableFuture<Optional<Map<Outcome, Count>>> answer = ask();
    byte[] first = Arrays.copyOf(receive().getData(), 1024);
    for (int again = 0; again < 2; again++) {
      assertEquals(0, Arrays.compare(first, receive().getData()), "the same question");
    }
    assertEquals(Optional.empty(), answer.get(20, TimeUnit.SECONDS));
    backend.setSoTimeout(1);
    assertThrows(IOException.class, this::receive, "a fourth time");
  }

  @Test
  void shouldTakeALateAnswer() throws Exception {
    setPatience(Duration.ofSeconds(2));
    CompletableFuture<Optional<Map<Outcome, Count>>> answer = ask();
    receive();
    DatagramPacket second = receive();
    send(backend, answer(second, Outcome.values().length, 7), second);
    Map<Outcome, Count> counts = answer.get(20, TimeUnit.SECONDS).orElseThrow();
    assertEquals(new Count(7, 0), counts.get(Outcome.SYN));
    assertEquals(new Count(0, 0), counts.get(Outcome.KNOWN));
  }

  @Test
  void shouldTakeNoAnswerButTheRightOne() throws Exception {
    try (DatagramSocket stranger = new DatagramSocket()) {
      CompletableFuture<Optional<Map<Outcome, Count>>> answer = ask();
      DatagramPacket question = receive();
      byte[] right = answer(question, Outcome.values().length, 7);
      byte[] forged = answer(question, Outcome.values().length, 666);
      send(stranger, forged, question);
      send(backend, with(forged, NONCE), question);
      send(backend, with(forged, VIP + 15), question);
      send(backend, with(forged, 0), question);
      send(backend, with(forged, 1), question);
      send(backend, Arrays.copyOf(forged, ControlLayout.LENGTH - 1), question);
      send(backend, Arrays.copyOf(question.getData(), question.getLength()), question);
      send(backend, right, question);
      Map<Outcome, Count> counts = answer.get(20, TimeUnit.SECONDS).orElseThrow();
      assertEquals(new Count(7, 0), counts.get(Outcome.SYN));
    }
  }

  @Test
  void shouldKnowNothingOfWhatAnOlderBackendDoesNotCount() throws Exception {
    CompletableFuture<Optional<Map<Outcome, Count>>> answer = ask();
    DatagramPacket question = receive();
    send(backend, answer(question, 3, 7), question);
    assertEquals(
        Map.of(Outcome.PASSED, new Count(0, 0), Outcome.SYN, new Count(7, 0)),
        answer.get(20, TimeUnit.SECONDS).orElseThrow());
  }

  @Test
  void shouldSayWhyNothingCouldBeSent() {
    setPatience(SHORT);
    IpAddress nowhere = IpAddress.parse("255.255.255.255"); // which takes a socket for broadcasts
    ExecutionException failed =
        assertThrows(
            ExecutionException.class,
            () -> query.ask(nowhere, Actors.VIP).get(20, TimeUnit.SECONDS));
    IOException reason = assertInstanceOf(IOException.class, failed.getCause());
    assertTrue(
        reason.getMessage().contains("to 255.255.255.255 port " + backend.getLocalPort() + ": E"),
        reason.getMessage());
  }

  @Test
  void shouldFailWhatIsOpenWhenClosed() throws Exception {
    CompletableFuture<Optional<Map<Outcome, Count>>> answer = ask();
    query.close();
    for (CompletableFuture<?> failed : List.of(answer, ask())) {
      ExecutionException e =
          assertThrows(ExecutionException.class, () -> failed.get(20, TimeUnit.SECONDS));
      assertInstanceOf(IOException.class, e.getCause());
    }
  }
}
