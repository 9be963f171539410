package io.lbdirector.bpf;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lbdirector.bpf.XdpLink.Mode;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@ExtendWith(LeakCheck.class)
class XdpLinkTest {
  private static final int LOOPBACK = 1;

  private VethPair veth;
  private BpfObject toys;
  private BpfProgram count;
  private BpfProgram grow;

  @BeforeEach
  void create() {
    veth = VethPair.create();
    toys = ToyObjects.loadToys();
    count = toys.program("toy_count");
    grow = toys.program("toy_grow");
  }

  @AfterEach
  void close() {
    grow.close();
    count.close();
    toys.close();
    veth.close();
  }

  @ParameterizedTest
  @EnumSource(Mode.class)
  void shouldAttachUntilClosed(Mode mode) {
    try (XdpLink link = XdpLink.attach(count, veth.ifindex(), mode)) {
      assertEquals(veth.ifindex(), link.ifindex());
      assertEquals(count.id(), link.programId());
      String flag = mode == Mode.NATIVE ? " xdp " : " xdpgeneric ";
      assertTrue(veth.shown().contains(flag), veth.shown());
    }
    assertFalse(veth.shown().contains("prog/xdp"), veth.shown());
  }

  @Test
  void shouldPutAnotherProgramInPlace() {
    try (XdpLink link = XdpLink.attach(count, veth.ifindex(), Mode.NATIVE)) {
      link.update(grow);
      assertEquals(grow.id(), link.programId());
      assertTrue(veth.shown().contains("prog/xdp id " + grow.id()), veth.shown());
    }
  }

  @Test
  void shouldStayAttachedByItsPin() {
    try (PrivateBpfFs bpffs = PrivateBpfFs.mount()) {
      try (XdpLink link = XdpLink.attach(count, veth.ifindex(), Mode.NATIVE)) {
        link.pin(bpffs.path("link"));
      }
      assertTrue(veth.shown().contains("prog/xdp id " + count.id()), veth.shown());

      try (XdpLink link = XdpLink.openPinned(bpffs.path("link"))) {
        assertEquals(veth.ifindex(), link.ifindex());
        link.update(grow);
        assertEquals(grow.id(), link.programId());
      }
      BpfFs.unpin(bpffs.path("link"));
      awaitDetached();
    }
  }

  /** The kernel lets go of an unpinned link after an RCU grace period. */
  private void awaitDetached() {
    long deadline = System.nanoTime() + Duration.ofSeconds(10).toNanos();
    while (veth.shown().contains("prog/xdp")) {
      assertTrue(System.nanoTime() < deadline, veth.shown());
    }
  }

  @Test
  void shouldDetachWhoeverElseHoldsIt() {
    try (PrivateBpfFs bpffs = PrivateBpfFs.mount();
        XdpLink link = XdpLink.attach(count, veth.ifindex(), Mode.NATIVE)) {
      link.pin(bpffs.path("link"));
      link.detach();
      assertFalse(veth.shown().contains("prog/xdp"), veth.shown());
      assertEquals(0, link.ifindex());

      BpfException e = assertThrows(BpfException.class, () -> link.update(grow));
      assertEquals(
          "update link of toy_count to "
              + veth.name()
              + " to program toy_grow: ENOLINK (67); the link is detached, or its interface is"
              + " gone: attach again",
          e.getMessage());
    }
  }

  @Test
  void shouldSayThatAnotherProgramIsAttached() {
    try (XdpLink link = XdpLink.attach(count, veth.ifindex(), Mode.NATIVE)) {
      assertAttachFails(
          Mode.NATIVE,
          "EBUSY (16); another XDP program is attached: \"bpftool net show dev "
              + veth.name()
              + "\" names it, \"ip link set dev "
              + veth.name()
              + " xdp off\" removes one without a link");
      assertAttachFails(
          Mode.GENERIC,
          "EEXIST (17); an XDP program is attached in the other mode, and both at once cannot be:"
              + " see \"ip link show dev "
              + veth.name()
              + "\"");
      assertEquals(count.id(), link.programId());
    }
  }

  @Test
  void shouldSuggestGenericModeWhereTheDriverHasNoNative() {
    BpfException e =
        assertThrows(BpfException.class, () -> XdpLink.attach(count, LOOPBACK, Mode.NATIVE));
    assertEquals(
        "attach program toy_count to lo in native mode: EOPNOTSUPP (95); driver lacks native XDP:"
            + " try mode = \"generic\"",
        e.getMessage());
  }

  @Test
  void shouldSayThatThereIsNoSuchInterface() {
    BpfException e =
        assertThrows(
            BpfException.class, () -> XdpLink.attach(count, Integer.MAX_VALUE, Mode.NATIVE));
    assertEquals(
        "attach program toy_count to ifindex 2147483647 in native mode: EINVAL (22); no such"
            + " interface in this network namespace",
        e.getMessage());
  }

  @Test
  void shouldHaveNoInterfaceOnceThatIsGone() {
    VethPair gone = VethPair.create();
    try (XdpLink link = XdpLink.attach(count, gone.ifindex(), Mode.NATIVE)) {
      gone.close();
      assertEquals(0, link.ifindex());
      assertThrows(BpfException.class, () -> link.update(grow));
    }
  }

  @Test
  void shouldRefuseEveryUseOnceClosed() {
    XdpLink link = XdpLink.attach(count, veth.ifindex(), Mode.NATIVE);
    link.close();
    link.close();
    IllegalStateException e = assertThrows(IllegalStateException.class, link::ifindex);
    assertEquals("link of toy_count to " + veth.name() + " is closed", e.getMessage());
    assertThrows(IllegalStateException.class, link::detach);
    assertThrows(IllegalStateException.class, () -> link.update(grow));
  }

  private void assertAttachFails(Mode mode, String reason) {
    BpfException e =
        assertThrows(BpfException.class, () -> XdpLink.attach(grow, veth.ifindex(), mode));
    assertEquals(
        "attach program toy_grow to " + veth.name() + " in " + mode + " mode: " + reason,
        e.getMessage());
  }
}
