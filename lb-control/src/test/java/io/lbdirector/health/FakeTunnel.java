package io.lbdirector.health;

import io.lbdirector.forwarding.IpAddress;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;

/** Marks as told, echoes as told; remembers what was asked of it. */
final class FakeTunnel implements Tunnel {
  final Map<IpAddress, Integer> marks = new ConcurrentHashMap<>();
  final List<String> calls = new CopyOnWriteArrayList<>();
  volatile Function<IpAddress, CompletableFuture<Duration>> echo =
      backend -> CompletableFuture.completedFuture(Duration.ofMillis(2));

  @Override
  public int mark(IpAddress backend) {
    calls.add("mark " + backend);
    Integer mark = marks.get(backend);
    if (mark == null) {
      throw new IllegalStateException("no tunnel here; load the sch_clsact module");
    }
    return mark;
  }

  @Override
  public void release(IpAddress backend) {
    calls.add("release " + backend);
  }

  @Override
  public CompletableFuture<Duration> echo(IpAddress backend, IpAddress vip, Duration timeout) {
    calls.add("echo " + backend + " " + vip + " " + timeout);
    return echo.apply(backend);
  }
}
