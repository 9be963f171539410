package io.lbdirector.health;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.lbdirector.forwarding.IpAddress;
import io.lbdirector.os.ScratchNetns;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Whose mark a packet has, as the kernel's rules see it: where only one mark has a way to the VIP,
 * from the first packet on. Needs root.
 */
final class TunnelMarkNetnsTest {
  private static final IpAddress VIP6 = IpAddress.parse("2001:db8:f::10");
  private static final IpAddress RIGHT = IpAddress.parse("10.0.1.11");
  private static final IpAddress WRONG = IpAddress.parse("10.0.1.12");
  private static final int MARK = 0x4c42;

  private ScratchNetns netns;

  @BeforeEach
  void lay() {
    netns = ScratchNetns.create("hc-mark");
    netns.ip("addr add " + Check.VIP + "/32 dev lo");
    netns.ip("addr add " + VIP6 + "/128 dev lo nodad");
    for (String family : new String[] {"-4", "-6"}) {
      netns.ip(family + " rule add pref 100 lookup local");
      netns.ip(family + " rule del pref 0");
      netns.ip(family + " rule add pref 10 fwmark " + MARK + " lookup local");
      netns.ip(family + " rule add pref 20 ipproto tcp dport 80 unreachable");
    }
  }

  @AfterEach
  void remove() {
    netns.close();
  }

  @Test
  void shouldMarkEverySocketForItsBackend() throws Exception {
    for (IpAddress vip : new IpAddress[] {Check.VIP, VIP6}) {
      netns.opened(() -> new ServerSocket(80, 50, inet(vip)));
      RunningChecker running = netns.opened(RunningChecker::new);
      running.tunnel.marks.put(RIGHT, MARK);
      running.tunnel.marks.put(WRONG, MARK + 1);
      Target right = Check.tcp(80).via(vip).of(RIGHT);
      Target wrong = Check.tcp(80).via(vip).of(WRONG);
      Target plain = Check.tcp(80).of(vip);
      running.checker.check(Set.of(right, wrong, plain), Set.of());
      running.await(right, Health.UP);
      for (Target other : new Target[] {wrong, plain}) {
        assertEquals("no route to host", running.await(other, Health.DOWN).lastResult());
      }
    }
  }

  private static InetAddress inet(IpAddress address) throws IOException {
    return InetAddress.getByAddress(address.toBytes());
  }
}
