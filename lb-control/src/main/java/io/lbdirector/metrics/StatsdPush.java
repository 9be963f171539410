package io.lbdirector.metrics;

import io.lbdirector.director.DirectorControl;
import io.lbdirector.director.DirectorControl.MetricsReport;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Sends metrics to statsd over UDP, every ten seconds. What does not arrive is not sent again. */
public final class StatsdPush implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(StatsdPush.class);
  private static final Duration INTERVAL = Duration.ofSeconds(10);

  /** What fits into a packet of 1500 bytes, over IPv6 too. */
  private static final int MAX_BYTES = 1400;

  private final DirectorControl control;
  private final DatagramChannel channel;
  private final StatsdText text = new StatsdText();
  private final ScheduledExecutorService thread =
      Executors.newSingleThreadScheduledExecutor(
          task -> {
            Thread made = new Thread(task, "lb-statsd");
            made.setDaemon(true);
            return made;
          });
  private boolean failing;

  private StatsdPush(DatagramChannel channel, DirectorControl control) {
    this.channel = channel;
    this.control = control;
  }

  /**
   * @param control not closed here
   * @throws IOException if there is no way to {@code statsd}
   */
  public static StatsdPush start(InetSocketAddress statsd, DirectorControl control)
      throws IOException {
    return start(statsd, control, INTERVAL);
  }

  static StatsdPush start(InetSocketAddress statsd, DirectorControl control, Duration interval)
      throws IOException {
    DatagramChannel channel = DatagramChannel.open();
    try {
      channel.connect(statsd);
    } catch (IOException e) {
      channel.close();
      throw e;
    }
    StatsdPush push = new StatsdPush(channel, control);
    push.thread.scheduleWithFixedDelay(
        push::ask, interval.toMillis(), interval.toMillis(), TimeUnit.MILLISECONDS);
    return push;
  }

  private void ask() {
    control
        .metrics()
        .whenCompleteAsync(
            (report, failure) -> {
              if (failure == null) {
                send(report);
              }
            },
            thread);
  }

  private void send(MetricsReport report) {
    try {
      for (String datagram : datagrams(text.lines(report))) {
        channel.write(ByteBuffer.wrap(datagram.getBytes(StandardCharsets.US_ASCII)));
      }
      failing = false;
    } catch (IOException e) {
      if (!failing) {
        failing = true;
        LOG.atWarn().addKeyValue("reason", e.getMessage()).log("statsd not reached");
      }
    }
  }

  /** As many lines in each as fit. */
  static List<String> datagrams(List<String> lines) {
    List<String> datagrams = new ArrayList<>();
    StringBuilder next = new StringBuilder();
    for (String line : lines) {
      if (next.length() > 0 && next.length() + line.length() + 1 > MAX_BYTES) {
        datagrams.add(next.toString());
        next.setLength(0);
      }
      next.append(line).append('\n');
    }
    if (next.length() > 0) {
      datagrams.add(next.toString());
    }
    return datagrams;
  }

  @Override
  public void close() throws IOException {
    thread.shutdownNow();
    channel.close();
  }
}
