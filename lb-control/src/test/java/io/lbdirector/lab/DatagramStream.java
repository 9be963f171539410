package io.lbdirector.lab;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.DatagramChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;

/**
 * Datagrams with sequence numbers, on a few flows in turn, at a steady pace; and a sink in each
 * backend that knows which of them arrived. Nothing is sent twice, so what was sent and did not
 * arrive is lost.
 *
 * <pre> 0: flow (s32) | 4: sequence number (s32) | length 8 </pre>
 */
final class DatagramStream implements AutoCloseable {
  static final int PORT = 9003;

  /** Above the 20,000 a second that the tests speak of: the pace is kept on average only. */
  private static final long RATE_PER_SECOND = 22_000;

  /** Most that are sent without a pause when the sender is late: the rings of a veth hold 256. */
  private static final int BURST = 16;

  private static final long PAUSE_NANOS = 200_000;
  private static final int LENGTH = 8;
  private static final int RECEIVE_BUFFER_BYTES = 4 << 20;

  private final List<Connection> flows;
  private final List<DatagramChannel> channels = new ArrayList<>();
  private final List<Sink> sinks = new ArrayList<>();
  private final ByteBuffer datagram = ByteBuffer.allocateDirect(LENGTH);
  private Background sender;
  private long startNanos;
  private volatile long sent;

  private DatagramStream(List<Connection> flows) {
    this.flows = List.copyOf(flows);
  }

  /** Receives in one backend. */
  private static final class Sink implements AutoCloseable {
    private final Lab.Host backend;
    private final DatagramChannel channel;
    private final ByteBuffer datagram = ByteBuffer.allocateDirect(2048);
    private final List<BitSet> arrived = new ArrayList<>();
    private final Background receiver;
    private volatile long received;
    private volatile long twice;

    Sink(Lab.Host backend, int flows) throws Exception {
      this.backend = backend;
      for (int i = 0; i < flows; i++) {
        arrived.add(new BitSet());
      }
      channel = backend.namespace().call(() -> DatagramChannel.open());
      channel.setOption(StandardSocketOptions.SO_RCVBUF, RECEIVE_BUFFER_BYTES);
      channel.bind(new InetSocketAddress(PORT));
      receiver = Background.start("sink in " + backend, this::receive);
    }

    private void receive() throws IOException {
      datagram.clear();
      try {
        channel.receive(datagram);
      } catch (ClosedChannelException e) {
        receiver.close();
        return;
      }
      BitSet flow = arrived.get(datagram.getInt(0));
      int number = datagram.getInt(4);
      if (flow.get(number)) {
        twice++; // written by this thread only
      }
      flow.set(number);
      received++;
    }

    @Override
    public void close() throws IOException {
      channel.close();
    }
  }

  /** Opens the sinks, and sends until it is finished or closed. */
  static DatagramStream start(Lab lab, List<Connection> flows) throws Exception {
    DatagramStream stream = new DatagramStream(flows);
    try {
      for (Lab.Host backend : lab.backends()) {
        stream.sinks.add(new Sink(backend, flows.size()));
      }
      for (Connection flow : flows) {
        stream.channels.add(flow.open());
      }
    } catch (Exception e) {
      stream.close();
      throw e;
    }
    stream.startNanos = System.nanoTime();
    stream.sender = Background.start("sender of datagrams", stream::sendDue);
    return stream;
  }

  private void sendDue() throws IOException {
    long due = (System.nanoTime() - startNanos) * RATE_PER_SECOND / 1_000_000_000L;
    long end = Math.min(due, sent + BURST);
    while (sent < end) {
      int flow = (int) (sent % flows.size());
      datagram.clear().putInt(flow).putInt((int) (sent / flows.size())).flip();
      channels.get(flow).write(datagram);
      sent++; // written by this thread only
    }
    LockSupport.parkNanos(PAUSE_NANOS);
  }

  long sent() {
    return sent;
  }

  /** Waits until so many more have been sent. */
  void awaitSent(long more) throws Exception {
    long enough = sent + more;
    Await.until(
        more + " more datagrams sent",
        () -> {
          sender.requireUnbroken();
          return sent >= enough;
        });
  }

  /** Stops sending, and waits until what was sent has arrived, or nothing arrives any more. */
  void finish() throws Exception {
    sender.finish();
    Await.within(Duration.ofSeconds(5), () -> received() >= sent);
    for (Sink sink : sinks) {
      sink.close();
      sink.receiver.finish();
    }
  }

  long received() {
    return sinks.stream().mapToLong(sink -> sink.received).sum();
  }

  /** After {@link #finish}: datagrams that did not arrive. */
  long missing() {
    return sent - received() + duplicates();
  }

  private long duplicates() {
    return sinks.stream().mapToLong(sink -> sink.twice).sum();
  }

  /** After {@link #finish}: every flow arrived where it should and nowhere else, nothing twice. */
  void requireArrivedOnceAndAt(Function<Connection, Lab.Host> backendOf) {
    assertEquals(0, duplicates(), "datagrams that arrived twice");
    for (Sink sink : sinks) {
      for (int i = 0; i < flows.size(); i++) {
        if (backendOf.apply(flows.get(i)) != sink.backend) {
          assertEquals(
              0, sink.arrived.get(i).cardinality(), flows.get(i) + " arrived at " + sink.backend);
        }
      }
    }
  }

  @Override
  public void close() throws IOException {
    if (sender != null) {
      sender.close();
    }
    for (DatagramChannel channel : channels) {
      channel.close();
    }
    for (Sink sink : sinks) {
      sink.close();
    }
  }
}
