package io.lbdirector.health;

import io.netty.channel.ChannelFuture;
import io.netty.channel.epoll.EpollSocketChannel;
import java.util.function.Consumer;

/** One connection of a check; it does not outlive the check. */
final class SocketRun implements Probe.Run {
  private final Consumer<Result> done;
  private EpollSocketChannel channel;
  private boolean connected;
  private boolean answering;
  private boolean over;

  SocketRun(Consumer<Result> done) {
    this.done = done;
  }

  /** Takes ownership of {@code channel}. */
  void opened(EpollSocketChannel channel) {
    this.channel = channel;
  }

  EpollSocketChannel channel() {
    return channel;
  }

  void connected() {
    connected = true;
  }

  /** The first bytes of an answer have come. */
  void answering() {
    answering = true;
  }

  /** Whether what comes now is of no use any more. */
  boolean isOver() {
    return over;
  }

  /** Ends the run if {@code step} has failed. */
  void failed(ChannelFuture step) {
    if (step.cause() != null) {
      end(SocketErrors.result(step.cause()));
    }
  }

  /** Closes the connection, then tells the result. */
  void end(Result result) {
    if (!over) {
      close();
      done.accept(result);
    }
  }

  /** The backend has closed, or reset, the connection before there was a result. */
  void closedByBackend() {
    end(Result.bad(answering ? "the answer ended early" : "closed without an answer"));
  }

  @Override
  public void cancel() {
    close();
  }

  private void close() {
    over = true;
    if (channel != null && channel.isRegistered()) {
      channel.close();
    } else if (channel != null) {
      channel.unsafe().closeForcibly();
    }
  }

  @Override
  public String silence(String timeout) {
    if (answering) {
      return "only half an answer in " + timeout;
    }
    return (connected ? "connected, but no answer in " : "no answer in ") + timeout;
  }
}
