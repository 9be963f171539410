package io.lbdirector.health;

import io.lbdirector.forwarding.IpAddress;
import java.util.HashMap;
import java.util.Map;

/**
 * Socket marks in use: one for each backend that is checked through the tunnel, for as long as any
 * of its targets is. Confined to the event loop.
 */
final class TunnelMarks {
  private final Tunnel tunnel;
  private final Map<IpAddress, Integer> marks = new HashMap<>();
  private final Map<IpAddress, Integer> users = new HashMap<>();

  TunnelMarks(Tunnel tunnel) {
    this.tunnel = tunnel;
  }

  /**
   * The mark of a backend, until {@link #drop}.
   *
   * @throws IllegalStateException as {@link Tunnel#mark}; there is nothing to drop then
   */
  int take(IpAddress backend) {
    int mark = marks.computeIfAbsent(backend, tunnel::mark);
    users.merge(backend, 1, Integer::sum);
    return mark;
  }

  void drop(IpAddress backend) {
    if (users.merge(backend, -1, Integer::sum) == 0) {
      users.remove(backend);
      marks.remove(backend);
      tunnel.release(backend);
    }
  }
}
