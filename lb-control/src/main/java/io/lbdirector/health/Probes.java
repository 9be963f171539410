package io.lbdirector.health;

import io.netty.channel.EventLoop;

/** Makes the probe that a target asks for. */
final class Probes {
  private final EventLoop loop;
  private final Tunnel tunnel;
  private final TunnelMarks marks;
  private final Limits limits;

  Probes(EventLoop loop, Tunnel tunnel, Limits limits) {
    this.loop = loop;
    this.tunnel = tunnel;
    this.marks = new TunnelMarks(tunnel);
    this.limits = limits;
  }

  Probe of(Target target) {
    return switch (target.check().type()) {
      case TUNNEL -> new EchoProbe(tunnel, loop, target);
      case TCP ->
          new SocketProbe(
              loop, marks, target, (pipeline, run) -> pipeline.addLast(new ConnectOnly(run)));
      case HTTP -> http(target);
    };
  }

  private Probe http(Target target) {
    HttpExpectation expected = new HttpExpectation(target, limits);
    return new SocketProbe(
        loop, marks, target, (pipeline, run) -> HttpConversation.begin(pipeline, run, expected));
  }
}
