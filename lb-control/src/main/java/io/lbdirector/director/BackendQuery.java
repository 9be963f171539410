package io.lbdirector.director;

import io.lbdirector.abi.ControlLayout;
import io.lbdirector.abi.ControlLayout.Answer;
import io.lbdirector.abi.ControlLayout.Counter;
import io.lbdirector.abi.Outcome;
import io.lbdirector.dataplane.CounterReader.Count;
import io.lbdirector.forwarding.IpAddress;
import io.lbdirector.os.IpFamily;
import io.lbdirector.os.OsException;
import io.lbdirector.os.ReadLoop;
import io.lbdirector.os.UdpSocket;
import io.lbdirector.os.UdpSocket.Datagram;
import java.io.IOException;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Asks backends for the counters of a VIP, by control messages that their program answers in XDP. A
 * question is sent three times, half a second apart, until it is answered. Questions are sent, and
 * answers read, by one thread. Safe for use by many threads.
 *
 * <p>Questions leave from the address that the route to the backend says; the backend answers
 * senders in its list alone.
 */
public final class BackendQuery implements AutoCloseable {
  private static final int ATTEMPTS = 3;
  private static final Duration PATIENCE = Duration.ofMillis(500);
  private static final int MOST_OPEN = 1 << 14;
  private static final int RECEIVE_BUFFER_BYTES = 16 << 20;

  private final int port;
  private final long patienceNanos;
  private final SecureRandom random = new SecureRandom();
  private final Map<Long, Question> open = new ConcurrentHashMap<>();
  private final Timers timers = new Timers();
  private final Map<IpFamily, UdpSocket> sockets = new EnumMap<>(IpFamily.class);
  private final ReadLoop loop;
  private volatile boolean closed;

  private final class Question {
    private final IpAddress backend;
    private final IpAddress vip;
    private final long nonce = random.nextLong();
    private final CompletableFuture<Optional<Map<Outcome, Count>>> answer =
        new CompletableFuture<>();
    private int attempts;
    private Optional<OsException> unsent = Optional.empty();

    Question(IpAddress backend, IpAddress vip) {
      this.backend = backend;
      this.vip = vip;
    }

    /** Sends it once more, and comes back to it; or gives it up. */
    void attempt() {
      if (!open.containsKey(nonce)) {
        return; // answered
      }
      if (attempts == ATTEMPTS) {
        giveUp();
        return;
      }
      attempts++;
      trySend();
      timers.add(System.nanoTime() + patienceNanos, this::attempt);
    }

    private void trySend() {
      byte[] question = ControlLayout.question(vip, nonce, Outcome.values().length);
      try {
        sockets.get(IpFamily.of(backend)).send(question, backend, port);
        unsent = Optional.empty();
      } catch (OsException e) {
        unsent = Optional.of(e);
      }
    }

    private void giveUp() {
      if (open.remove(nonce) == null) {
        return;
      }
      unsent.ifPresentOrElse(
          e -> answer.completeExceptionally(new IOException(e.getMessage(), e)),
          () -> answer.complete(Optional.empty()));
    }

    private boolean isAnsweredBy(Answer found, Datagram datagram) {
      return datagram.from().equals(backend) && datagram.port() == port && found.vip().equals(vip);
    }
  }

  /**
   * Opens a socket of each family, in the network namespace of the calling thread, which answers
   * come to.
   *
   * @param port UDP port that backends take control messages on
   */
  public BackendQuery(int port) {
    this(port, PATIENCE);
  }

  /**
   * @param patience how long an answer is waited for before the question is sent again
   */
  BackendQuery(int port, Duration patience) {
    this.port = port;
    this.patienceNanos = patience.toNanos();
    try {
      for (IpFamily family : IpFamily.values()) {
        if (family.isSupported()) {
          UdpSocket socket = UdpSocket.open(family);
          sockets.put(family, socket);
          socket.expectBursts(RECEIVE_BUFFER_BYTES);
        }
      }
      loop = ReadLoop.start("backend-query", List.copyOf(sockets.values()), this::work);
    } catch (RuntimeException e) {
      sockets.values().forEach(UdpSocket::close);
      throw e;
    }
  }

  /**
   * Asks one backend what became of the packets of a VIP.
   *
   * @param vip {@code ::} asks for what was dropped before its VIP was known, or for its VIP
   * @return what a backend that answers says, each outcome that it knows; empty if there is no
   *     answer. Completes on the thread that reads; with {@link IOException} if nothing can be sent
   */
  public CompletableFuture<Optional<Map<Outcome, Count>>> ask(IpAddress backend, IpAddress vip) {
    Optional<String> obstacle = obstacle(backend);
    if (obstacle.isPresent()) {
      return CompletableFuture.failedFuture(new IOException(obstacle.get()));
    }
    Question question = new Question(backend, vip);
    open.put(question.nonce, question);
    timers.add(System.nanoTime(), question::attempt);
    loop.wake();
    if (closed) {
      failAll();
    }
    return question.answer;
  }

  private Optional<String> obstacle(IpAddress backend) {
    if (closed) {
      return Optional.of("backends are not asked any more");
    }
    if (!sockets.containsKey(IpFamily.of(backend))) {
      return Optional.of("this kernel has no IPv6, which backend " + backend + " needs");
    }
    return open.size() < MOST_OPEN
        ? Optional.empty()
        : Optional.of(MOST_OPEN + " questions are not answered yet; no more now");
  }

  private long work() {
    for (UdpSocket socket : sockets.values()) {
      Optional<Datagram> datagram = socket.receive();
      while (datagram.isPresent()) {
        read(datagram.get());
        datagram = socket.receive();
      }
    }
    return timers.runDue();
  }

  /** What is no answer to an open question is passed over: anybody may send here. */
  private void read(Datagram datagram) {
    Answer found;
    try {
      found = ControlLayout.decode(datagram.payload());
    } catch (IllegalArgumentException e) {
      return;
    }
    Question question = open.get(found.nonce());
    if (question != null
        && question.isAnsweredBy(found, datagram)
        && open.remove(question.nonce, question)) {
      question.answer.complete(Optional.of(counts(found.counters())));
    }
  }

  private static Map<Outcome, Count> counts(List<Counter> counters) {
    Map<Outcome, Count> counts = new EnumMap<>(Outcome.class);
    for (Outcome outcome : Outcome.values()) {
      if (outcome != Outcome.UNDECIDED && outcome.ordinal() < counters.size()) {
        Counter counter = counters.get(outcome.ordinal());
        counts.put(outcome, new Count(counter.packets(), counter.bytes()));
      }
    }
    return Collections.unmodifiableMap(counts);
  }

  /** Fails what is still open. */
  @Override
  public void close() {
    closed = true;
    loop.close();
    sockets.values().forEach(UdpSocket::close);
    failAll();
  }

  private void failAll() {
    for (Question question : new ArrayList<>(open.values())) {
      if (open.remove(question.nonce, question)) {
        question.answer.completeExceptionally(new IOException("backends are not asked any more"));
      }
    }
  }
}
