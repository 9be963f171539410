package io.lbdirector.bpf;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lbdirector.os.RawFrameSocket;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(LeakCheck.class)
class TcxLinkTest {
  /** What our frames begin with, and the index that the toy counts them under. */
  private static final byte OURS = 6;

  private VethPair veth;
  private BpfObject toys;
  private BpfProgram program;

  @BeforeEach
  void create() {
    veth = VethPair.create();
    toys = ToyObjects.loadToys();
    program = toys.program("toy_sent");
  }

  @AfterEach
  void close() {
    program.close();
    toys.close();
    veth.close();
  }

  /** How many of the frames sent by {@link #sendFrame} have met the program, all times together. */
  private long counted() {
    try (BpfMap counts = toys.map("toy_counts")) {
      return counts.sumPerCpu(OURS, 1)[0];
    }
  }

  private void sendFrame() {
    byte[] frame = new byte[60];
    frame[0] = OURS; // first byte of the destination's MAC; the kernel's own are multicast
    frame[12] = (byte) 0x88;
    frame[13] = (byte) 0xb5;
    try (RawFrameSocket socket = RawFrameSocket.open(veth.ifindex())) {
      socket.send(frame);
    }
  }

  @Test
  void shouldSeeWhatIsSentUntilClosed() {
    Commands.run("ip", "link", "set", veth.name(), "up");
    try (TcxLink link = TcxLink.attachEgress(program, veth.ifindex())) {
      assertEquals(veth.ifindex(), link.ifindex());
      assertEquals(program.id(), link.programId());
      sendFrame();
      assertEquals(1, counted());
    }
    sendFrame();
    assertEquals(1, counted());
  }

  @Test
  void shouldStandBesideOthers() {
    Commands.run("ip", "link", "set", veth.name(), "up");
    try (BpfObject others = ToyObjects.loadToys();
        BpfProgram other = others.program("toy_sent");
        TcxLink first = TcxLink.attachEgress(other, veth.ifindex());
        TcxLink second = TcxLink.attachEgress(program, veth.ifindex())) {
      assertEquals(first.ifindex(), second.ifindex());
      sendFrame();
      assertEquals(1, counted(), "handed on by the one before");
    }
  }

  @Test
  void shouldSayThatItIsAttachedAlready() {
    try (TcxLink link = TcxLink.attachEgress(program, veth.ifindex())) {
      BpfException e =
          assertThrows(BpfException.class, () -> TcxLink.attachEgress(program, link.ifindex()));
      assertTrue(e.getMessage().endsWith("EEXIST (17); this very program is attached there"));
    }
  }

  @Test
  void shouldHaveNoInterfaceOnceThatIsGone() {
    VethPair gone = VethPair.create();
    try (TcxLink link = TcxLink.attachEgress(program, gone.ifindex())) {
      gone.close();
      assertEquals(0, link.ifindex());
    }
  }

  @Test
  void shouldSayThatThereIsNoSuchInterface() {
    BpfException e =
        assertThrows(BpfException.class, () -> TcxLink.attachEgress(program, Integer.MAX_VALUE));
    assertEquals(
        "attach program toy_sent to what ifindex 2147483647 sends: ENODEV (19); no such interface in"
            + " this network namespace",
        e.getMessage());
  }

  @Test
  void shouldNameTheKernelThatItNeeds() {
    try (BpfProgram xdp = toys.program("toy_count")) {
      // Refused as the attachment itself is by a kernel that does not know it: EINVAL.
      BpfException e =
          assertThrows(BpfException.class, () -> TcxLink.attachEgress(xdp, veth.ifindex()));
      assertTrue(
          e.getMessage().contains("EINVAL (22); is the kernel older than 6.6, "), e.getMessage());
    }
  }

  @Test
  void shouldRefuseEveryUseOnceClosed() {
    TcxLink link = TcxLink.attachEgress(program, veth.ifindex());
    link.close();
    link.close();
    assertThrows(IllegalStateException.class, link::ifindex);
  }
}
