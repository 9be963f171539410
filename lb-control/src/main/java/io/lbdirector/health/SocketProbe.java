package io.lbdirector.health;

import io.lbdirector.forwarding.IpAddress;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelOption;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.EventLoop;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.socket.SocketProtocolFamily;
import io.netty.channel.unix.IntegerUnixChannelOption;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.OptionalInt;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

/** Checks over a fresh TCP connection: to the backend, or to the VIP through the tunnel. */
final class SocketProbe implements Probe {
  /** Of asm-generic/socket.h; the same on x86-64 and arm64. */
  private static final ChannelOption<Integer> SO_MARK =
      new IntegerUnixChannelOption("SO_MARK", 1, 36);

  private final EventLoop loop;
  private final TunnelMarks marks;
  private final Target target;
  private final BiConsumer<ChannelPipeline, SocketRun> conversation;
  private final InetSocketAddress destination;
  private OptionalInt mark = OptionalInt.empty();

  /**
   * @param conversation adds to the connection what talks over it, and ends the run
   */
  SocketProbe(
      EventLoop loop,
      TunnelMarks marks,
      Target target,
      BiConsumer<ChannelPipeline, SocketRun> conversation) {
    this.loop = loop;
    this.marks = marks;
    this.target = target;
    this.conversation = conversation;
    CheckSpec check = target.check();
    this.destination =
        new InetSocketAddress(
            inet(check.vip().orElse(target.backend())), check.port().orElseThrow());
  }

  private static InetAddress inet(IpAddress address) {
    try {
      return InetAddress.getByAddress(address.toBytes());
    } catch (UnknownHostException e) {
      throw new IllegalArgumentException(address.toString(), e); // neither 4 nor 16 bytes
    }
  }

  @Override
  public Run start(Consumer<Result> done) {
    SocketRun run = new SocketRun(done);
    try {
      if (target.check().vip().isPresent() && mark.isEmpty()) {
        mark = OptionalInt.of(marks.take(target.backend()));
      }
      run.opened(new EpollSocketChannel(family()));
      connect(run);
    } catch (RuntimeException e) { // no mark, no file left: nothing was sent
      run.end(SocketErrors.own(e));
    }
    return run;
  }

  private SocketProtocolFamily family() {
    return target.check().vip().orElse(target.backend()).isV4()
        ? SocketProtocolFamily.INET
        : SocketProtocolFamily.INET6;
  }

  private void connect(SocketRun run) {
    EpollSocketChannel channel = run.channel();
    channel.config().setConnectTimeoutMillis(0); // the run's own timeout covers it
    channel.config().setSoLinger(0); // a reset, and no TIME_WAIT
    mark.ifPresent(value -> channel.config().setOption(SO_MARK, value));
    conversation.accept(channel.pipeline(), run);
    loop.register(channel).addListener((ChannelFuture registered) -> run.failed(registered));
    channel.connect(destination).addListener((ChannelFuture connected) -> run.failed(connected));
  }

  @Override
  public void close() {
    if (mark.isPresent()) {
      mark = OptionalInt.empty();
      marks.drop(target.backend());
    }
  }
}
